/** 0-based place of an event in its stream. */
export type Revision = bigint

/** What an append demands of the stream: its last revision, that it is new, that it exists, or nothing. */
export type Expected = Revision | 'no_stream' | 'any' | 'stream_exists'

/** Place of an event in a log: opaque, prefixed by its store (`pg:` + 16 hex digits), ordered as text. */
export type Position = string & { readonly __position: unique symbol }

/** `<category>-<id>`; the category ends at the first dash. */
export type StreamName = string

export type NewEvent = {
  /** UUID. The same event sent twice has the same id. */
  id: string
  type: string
  schema: number
  /** Canonical JSON text (RFC 8785), stored byte for byte: the evidence entry commits to these bytes. */
  data: string
  /** JSON text of the encrypted sections. */
  sealed: string | null
  /** JSON text. */
  meta: string
  /** The evidence entry, made before the append. */
  entry: Uint8Array
}

export type Recorded = {
  id: string
  type: string
  schema: number
  stream: StreamName
  revision: Revision
  position: Position
  /** The store's clock, RFC 3339 in UTC with microseconds. */
  at: string
  data: unknown
  sealed: unknown
  meta: unknown
  entry: Uint8Array
}

/** The request that an append carries out. Its id is remembered for ever, so that it can never record something else. */
export type Command = {
  /** UUID, derived from the caller and its Idempotency-Key. */
  id: string
  /** Hash of what was asked, hex. */
  fingerprint: string
}

/** What is remembered of a command: the stream it wrote to and the revisions it wrote, first to last. */
export type CommandTrace = { fingerprint: string; stream: StreamName; first: Revision; last: Revision }

export type AppendResult =
  | { ok: true; revision: Revision; position: Position; replayed: boolean }
  | { ok: false; reason: 'conflict'; actual: Revision | 'no_stream' }
  | { ok: false; reason: 'command-reused'; trace: CommandTrace }

export type LogFilter = { categories?: readonly string[]; types?: readonly string[] }

export type LogPage = { events: Recorded[]; scannedTo: Position; caughtUp: boolean }

/** A log, read in order. What a service shows to those who follow it. */
export interface EventLog {
  /** Up to `limit` events after (exclusive) a position. `scannedTo` moves even when nothing matches the filter. */
  page(after: Position | 'start', options: { limit: number; filter?: LogFilter }): Promise<LogPage>
  /**
   * Resolves on new events, after the adaptive idle time, or when the signal aborts. Never rejects. Give `scannedTo` of the
   * last page as `after`: then an event that came between that page and this call is not slept over, and the idle time
   * passes inside, for all who wait together.
   */
  wake(signal: AbortSignal, after?: Position | 'start'): Promise<void>
  /** Position of the last readable event; 'start' when there is none. */
  head(): Promise<Position | 'start'>
}

export interface EventStore {
  /** Appends all events or none. Refusals are values; faults of the infrastructure are retried inside, then thrown. */
  append(
    stream: StreamName,
    expected: Expected,
    events: readonly NewEvent[],
    options?: { command?: Command },
  ): Promise<AppendResult>
  /** The events of a stream in order; nothing for a stream that does not exist. */
  read(stream: StreamName, options?: { from?: Revision; limit?: number; backwards?: boolean }): AsyncIterable<Recorded>
  /** What a command wrote, if it ever wrote. */
  traceOf(commandId: string): Promise<CommandTrace | undefined>
  log: EventLog
  close(): Promise<void>
}

/** The store cannot be reached; nothing is known to have been written. */
export class Unavailable extends Error {
  override name = 'Unavailable'
}

/** A position of another store was given, for instance a checkpoint carried over from it. */
export class ForeignPosition extends Error {
  override name = 'ForeignPosition'
}

/** The events or the stream's name break a rule of the store; the message says which. */
export class NotStorable extends Error {
  override name = 'NotStorable'
}

/** The data was restored into a cluster whose transaction counter is behind it; `repair` mends it. */
export class ClusterBehindLog extends Error {
  override name = 'ClusterBehindLog'
}

/** The data was written by a newer version of this software. */
export class NewerSchema extends Error {
  override name = 'NewerSchema'
}

/** Shared limits of every adapter. */
export const limits = { eventsPerAppend: 1000, bytesPerAppend: 900_000, streamName: 255 } as const
