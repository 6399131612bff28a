import { hash } from 'node:crypto'
import { canonical } from './canonical.ts'

export type EntryFields = {
  /** When the server recorded the event: UTC, whole seconds, `2026-03-03T10:12:09Z`. A claim. */
  at: string
  /** The event's UUID. */
  id: string
  /** A random pseudonym of the stream, never its name: the entry is read by people who may not know whose it is. */
  st: string
  /** The event's 0-based place in its stream. */
  sv: number
  /** Event type and schema version: `service.recorded@1`. */
  ty: string
  /** The commitment to each section, by the section's name; at least one. */
  commitments: Readonly<Record<string, string>>
}

/** The format itself would carry 65,535 bytes; short entries keep a whole log readable. */
const longest = 2048

/** The evidence entry of one event as canonical JSON, at most 2 KiB. Throws EntryRefused. */
export const entryOf = ({ at, id, st, sv, ty, commitments }: EntryFields): Uint8Array => {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(at)) throw new EntryRefused('`at` is not in UTC to the second.')
  if (!Number.isSafeInteger(sv) || sv < 0) throw new EntryRefused('`sv` is not a 0-based whole number.')
  if (Object.keys(commitments).length === 0) throw new EntryRefused('The entry commits to no section.')
  const entry = Buffer.from(canonical({ at, c: commitments, id, st, sv, ty, v: 1 }))
  if (entry.length > longest) throw new EntryRefused(`The entry has ${entry.length} bytes; ${longest} are allowed.`)
  return entry
}

/** The entry breaks a rule of its format; the message says which. */
export class EntryRefused extends Error {
  override name = 'EntryRefused'
}

/** The entry's leaf in the Merkle tree, SHA-256(0x00 ‖ entry) (RFC 6962 §2.1): 32 bytes. */
export const leafHash = (entry: Uint8Array): Buffer => hash('sha256', Buffer.concat([leafPrefix, entry]), 'buffer')

const leafPrefix = Buffer.from([0])
