import { binaryEvent, jsonEvent, type EventData, type JSONType, type RecordedEvent } from '@eventstore/db-client'
import { NotStorable, type NewEvent, type Recorded } from '../event-store.ts'
import { at } from './position.ts'

/**
 * Data goes to the server as JSON where the client writes the same bytes again, which for canonical JSON it nearly always
 * does, and as plain bytes where it would not. NotStorable for what is not JSON.
 */
export const toWire = ({ id, type, schema, data, sealed, meta, entry }: NewEvent): EventData => {
  const parsed = parse(data)
  parse(sealed ?? 'null')
  const { correlationId, causationId } = (parse(meta) ?? {}) as Causes
  const head = {
    schema,
    entry: Buffer.from(entry).toString('base64'),
    ...(correlationId !== undefined && { $correlationId: correlationId }),
    ...(causationId !== undefined && { $causationId: causationId }),
  }
  // Joined as text, so that metadata and sealed sections keep their bytes too.
  const metadata = bytesOf(`${JSON.stringify(head).slice(0, -1)},"meta":${meta},"sealed":${sealed ?? 'null'}}`)
  const own = { id: id.toLowerCase(), type, metadata }
  return JSON.stringify(parsed) === data
    ? jsonEvent({ ...own, data: parsed as JSONType })
    : binaryEvent({ ...own, data: bytesOf(data) })
}

/** Throws where somebody else has written to a stream of ours. */
export const fromWire = (event: RecordedEvent): Recorded => {
  const { id, type, streamId: stream, revision, position, created } = event
  const { schema, sealed, meta, entry } = (event.metadata ?? {}) as Partial<Metadata>
  if (schema === undefined || entry === undefined || !position)
    throw new Error(`Event ${revision} of ${stream} was not written by this software.`)
  return {
    id,
    type,
    schema,
    stream,
    revision,
    position: at(position),
    at: created.toISOString().replace('Z', '000Z'), // The client knows milliseconds only.
    data: event.isJson ? event.data : JSON.parse(textOf(event.data as Uint8Array)),
    sealed: sealed ?? null,
    meta,
    entry: Buffer.from(entry, 'base64'),
  }
}

type Metadata = { schema: number; entry: string; meta: unknown; sealed: unknown }
type Causes = { correlationId?: string; causationId?: string }

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new NotStorable('Data, sealed sections and metadata are JSON.', { cause })
  }
}

// A Uint8Array and no Buffer: only that does the client send as it is.
const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
