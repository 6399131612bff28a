import {
  EventStoreDBClient,
  NotLeaderError,
  StreamDeletedError,
  StreamNotFoundError,
  type ReadRevision,
  type RecordedEvent,
  type StreamingRead,
} from '@eventstore/db-client'
import { Unavailable, type StreamName } from '../event-store.ts'
import { repeatThrough } from '../patience.ts'

export type Session = ReturnType<typeof openSession>

export type SessionOptions = {
  url: string
  /** How long to repeat what fails for want of the server, in ms, before Unavailable. */
  patience: number
  /** How long one question to the server may take, in ms. */
  timeout: number
}

/** One client, and what every question to the server needs: a time limit, patience, and an end. */
export const openSession = ({ url, patience, timeout }: SessionOptions) => {
  if (/[?&]throwOnAppendFailure=false/i.test(url))
    throw new Error('throwOnAppendFailure=false hides from appends how far the stream has come; leave it out.')
  const client = EventStoreDBClient.connectionString(url.replace(/^kurrent(?:db)?(?=(?:\+discover)?:)/, 'esdb'))
  const underWay = new Set<Promise<unknown>>()
  let closed = false

  const inner = client as unknown as Inner
  // Without the batch call every append is a call of its own. The batch call keeps what it waits for in one table for the
  // whole process: an error on one connection rejects the appends of all, an answer that comes after that throws where
  // nobody can catch it, and it has no time limit on this side.
  inner.supports = async () => false
  // The client ends calls, but never its connection.
  const create = inner.createChannel
  let channel: { close: () => void } | undefined
  inner.createChannel = async () => (channel = await create())

  const patiently = async <T>(attempt: (again: boolean) => Promise<T>): Promise<T> => {
    if (closed) throw new Unavailable('The store is closed.')
    const asked = repeatThrough(attempt, { patience, isFault })
    underWay.add(asked)
    return asked.finally(() => underWay.delete(asked))
  }

  return {
    client,
    patience,
    timeout,
    patiently,

    /** Some events of a stream, at most `count`, from a revision or an end of it; none where there is no stream. */
    some: (stream: StreamName, from: ReadRevision, count: number, direction: 'forwards' | 'backwards') =>
      patiently(async () => {
        try {
          const options = { fromRevision: from, maxCount: count, direction }
          return await within(timeout, client.readStream(stream, options))
        } catch (error) {
          if (error instanceof StreamNotFoundError) return []
          if (error instanceof StreamDeletedError) throw deleted(stream, error)
          throw error
        }
      }),

    /** The last events of everything before a place in the server's log, latest first, its own among them. */
    latest: (before: Parameters<typeof client.readAll>[0] & object) =>
      patiently(() => within(timeout, client.readAll({ ...before, direction: 'backwards' }))),

    /** Waits until what is asked is answered, then ends the connection. */
    close: async () => {
      closed = true
      while (underWay.size > 0) await Promise.allSettled([...underWay])
      await client.dispose()
      channel?.close()
    },
  }
}

type Inner = { supports: () => Promise<boolean>; createChannel: () => Promise<{ close: () => void }> }

/** The server, or the way to it, failed; whether what was asked was carried out is open. */
const isFault = (error: unknown): boolean => {
  if (error instanceof Unavailable || error instanceof NotLeaderError) return true
  if (typeof error !== 'object' || error === null) return false
  const { code, _raw, message } = error as { code?: unknown; _raw?: { code?: unknown }; message?: string }
  return faultCodes.has(_raw?.code ?? code) || /^Failed to discover/.test(message ?? '')
}

/** gRPC's cancelled, deadline exceeded, aborted, internal (a stream reset on the way) and unavailable. */
const faultCodes = new Set<unknown>([1, 4, 10, 13, 14])

/** Nobody deletes streams of ours; if somebody did, to say that there never was one would be a lie. */
export const deleted = (stream: StreamName, cause: unknown) =>
  new Error(`The stream ${stream} was deleted in the server.`, { cause })

type Resolved = { event?: RecordedEvent }

/** All of a finite read; a call that gives nothing for `ms` is ended, for it has no limit of its own. */
const within = async <T extends Resolved>(ms: number, read: StreamingRead<T>): Promise<NonNullable<T['event']>[]> => {
  const events: NonNullable<T['event']>[] = []
  const limit = setTimeout(() => read.destroy(new Unavailable(`No answer for ${ms} ms.`)), ms)
  try {
    for await (const { event } of read) {
      if (event) events.push(event as NonNullable<T['event']>)
      limit.refresh()
    }
    return events
  } catch (error) {
    // Also when the read failed before there was a call to end.
    read.cancel().catch(() => {})
    throw error
  } finally {
    clearTimeout(limit)
  }
}
