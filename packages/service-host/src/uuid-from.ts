import { hash } from 'node:crypto'

/** The UUID of version 5 (RFC 9562) of a name in a namespace: always the same for the same two. */
export const uuidFrom = (name: string, namespace: string): string => {
  const bytes = Buffer.allocUnsafe(16 + Buffer.byteLength(name))
  bytes.write(namespace.replaceAll('-', ''), 0, 'hex')
  bytes.write(name, 16)
  const hex = hash('sha1', bytes, 'hex')
  const variant = '89ab'[parseInt(hex[16]!, 16) & 3]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
