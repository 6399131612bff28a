import { hash } from 'node:crypto'

/** The UUID of version 5 (RFC 9562) of a name in a namespace: always the same for the same two. */
export const uuidFrom = (name: string, namespace: string): string => {
  const bytes = hash('sha1', Buffer.concat([spaceOf(namespace), Buffer.from(name)]), 'buffer')
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex', 0, 16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const spaceOf = (namespace: string) => Buffer.from(namespace.replaceAll('-', ''), 'hex')
