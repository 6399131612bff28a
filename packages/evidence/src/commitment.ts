import { hash } from 'node:crypto'

const prefix = Buffer.from('wushe/section/v1\0')
const separator = Buffer.from([0])

/**
 * What an entry says of one section: SHA-256("wushe/section/v1\0" ‖ section ‖ 0x00 ‖ salt ‖ bytes) in base64url. The
 * salt is 32 random bytes, without which nobody can guess the section from its commitment; the bytes are the section's
 * canonical JSON.
 */
export const commitment = (section: string, salt: Uint8Array, bytes: Uint8Array | string): string => {
  if (section === '' || section.includes('\0')) throw new TypeError('A section needs a name without NUL.')
  if (salt.length !== 32) throw new TypeError(`A salt has 32 bytes, not ${salt.length}.`)
  const text = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  return hash('sha256', Buffer.concat([prefix, Buffer.from(section), separator, salt, text]), 'base64url')
}
