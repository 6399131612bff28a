import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/**
 * An API key: `wsk_<key id without its prefix>_<secret><checksum>`. The checksum (CRC-32, 8 hex digits) tells a
 * mistyped or truncated key without a look-up; only the SHA-256 of the whole is ever stored.
 */
export const makeApiKey = (keyId: string, secret: string) => {
  const body = `wsk_${keyId.replace(/^key_/, '')}_${secret}`
  const text = body + checksum(body)
  return { text, hash: hashOfApiKey(text), hint: `wsk_…${text.slice(-4)}` }
}

/** The key's id, or undefined when the text is not a whole key. */
export const keyIdOf = (text: string) => {
  const match = /^(wsk_([0-9a-z]{26})_[0-9a-f]{64})([0-9a-f]{8})$/.exec(text)
  return match && checksum(match[1]!) === match[3] ? `key_${match[2]}` : undefined
}

export const hashOfApiKey = (text: string) => hash('sha256', text)

const checksum = (text: string) => crc32(text).toString(16).padStart(8, '0')
