import { hash } from 'node:crypto'
import { isIP } from 'node:net'
import { crc32 } from 'node:zlib'

/**
 * An API key: `wsk_<key id without its prefix>_<secret><checksum>`, and `wsk_test_…` in a sandbox. The checksum (CRC-32, 8 hex digits) tells a
 * mistyped or truncated key without a look-up; only the SHA-256 of the whole is ever stored.
 */
export const makeApiKey = (keyId: string, secret: string, { sandbox }: { sandbox?: true | undefined } = {}) => {
  const begin = sandbox ? 'wsk_test_' : 'wsk_'
  const body = `${begin}${keyId.replace(/^key_/, '')}_${secret}`
  const text = body + checksum(body)
  return { text, hash: hashOfApiKey(text), hint: `${begin}…${text.slice(-4)}` }
}

/** The key's id, or undefined when the text is not a whole key. */
export const keyIdOf = (text: string) => {
  const match = /^(wsk_(?:test_)?([0-9a-z]{26})_[0-9a-f]{64})([0-9a-f]{8})$/.exec(text)
  return match && checksum(match[1]!) === match[3] ? `key_${match[2]}` : undefined
}

/** The secret of an OAuth client, told apart at sight from a key. Who presents it says whose it is. */
export const makeClientSecret = (secret: string, { sandbox }: { sandbox?: true | undefined } = {}) => {
  const begin = sandbox ? 'wcs_test_' : 'wcs_'
  const text = `${begin}${secret}${checksum(secret)}`
  return { text, hash: hashOfApiKey(text), hint: `${begin}…${text.slice(-4)}` }
}

export const hashOfApiKey = (text: string) => hash('sha256', text)

/** `203.0.113.7` or `2001:db8::/32`: from where a credential may be used. */
export const isAddress = (text: string) => {
  const [address = '', bits = '0', more] = text.split('/')
  const version = isIP(address)
  return version > 0 && more === undefined && Number(bits) <= (version === 4 ? 32 : 128)
}

const checksum = (text: string) => crc32(text).toString(16).padStart(8, '0')
