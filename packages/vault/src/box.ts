import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { BoxAltered } from './errors.ts'
import { draw } from './random.ts'

/** One encrypted section of one event. */
export type Box = {
  /** Id of the key that opens it. */
  key: string
  alg: 'A256GCM'
  /** Id of the event it was sealed for. */
  event: string
  /** base64url(iv ‖ ciphertext ‖ tag) over salt ‖ canonical JSON. */
  box: string
}

/** AES-256-GCM under a fresh random IV; the 96 bits are safe for 2^32 boxes of one key, and a person has thousands. */
export const encrypt = (secret: KeyObject, aad: string, text: Uint8Array): Buffer => {
  const iv = draw(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', secret, iv)
  cipher.setAAD(Buffer.from(aad))
  return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()])
}

/** The text that was encrypted; undefined when key, aad or a single bit is another one. */
export const decrypt = (secret: KeyObject, aad: string, bytes: Buffer): Buffer | undefined => {
  if (bytes.length < ivBytes + tagBytes) return undefined
  const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(aad))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  const text = decipher.update(bytes.subarray(ivBytes, -tagBytes))
  try {
    return Buffer.concat([text, decipher.final()])
  } catch {
    return undefined
  }
}

export const sealBox = (
  key: { id: string; secret: KeyObject },
  section: string,
  event: string,
  salt: Buffer,
  bytes: Buffer,
): Box => {
  const box = encrypt(key.secret, boxAad(event, section), Buffer.concat([salt, bytes])).toString('base64url')
  return { key: key.id, alg: 'A256GCM', event, box }
}

export const openBox = (secret: KeyObject, section: string, { alg, event, box }: Box) => {
  const text = alg === 'A256GCM' ? decrypt(secret, boxAad(event, section), Buffer.from(box, 'base64url')) : undefined
  if (!text || text.length < saltBytes) {
    throw new BoxAltered(`The section ${section} of event ${event} was altered or belongs elsewhere.`)
  }
  return { value: JSON.parse(text.toString('utf8', saltBytes)) as unknown, salt: text.subarray(0, saltBytes) }
}

const ivBytes = 12
const tagBytes = 16
const saltBytes = 32

/** Ties a box to its place. Neither part holds a line break. */
const boxAad = (event: string, section: string) => `wushe/box/v1\n${event}\n${section}`
