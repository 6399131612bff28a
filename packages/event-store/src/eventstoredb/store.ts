import type { ReadRevision } from '@eventstore/db-client'
import {
  NotStorable,
  Unavailable,
  type EventStore,
  type Recorded,
  type Revision,
  type StreamName,
} from '../event-store.ts'
import { checkStorable, isUuid } from '../storable.ts'
import { appends } from './append.ts'
import { fromWire } from './event.ts'
import { category as commands } from './intention.ts'
import { openLog } from './log.ts'
import { retentionCheck, type Retention } from './retention.ts'
import { openSession, type Session } from './session.ts'

export type EventStoreDbOptions = {
  /** `esdb://…` or `kurrentdb://…`, as the server's own documentation writes it. */
  url: string
  /** The categories of the streams of this service: its log shows them alone, and nothing else is appended. */
  categories: readonly string[]
  /** Keeps the commands of services apart that share a server. */
  service?: string
  /** How long to repeat what fails for want of the server, in ms, before Unavailable. */
  patience?: number
  /** How long one question to the server may take, in ms, before it is asked again. */
  timeout?: number
}

export type EventStoreDb = EventStore & {
  /** What an operator should know: whether the server was told to forget events of ours. Takes at most about two seconds. */
  health: () => Promise<Retention>
}

/** The event store of one service in EventStoreDB or KurrentDB, from version 23.10 on. */
export const eventStoreDb = (options: EventStoreDbOptions): EventStoreDb => {
  const { url, categories, service, patience = 10_000, timeout = 5_000 } = options
  if (categories.length === 0 || !categories.every((name) => /^[a-z][a-zA-Z]*$/.test(name) && name !== commands))
    throw new Error(`${JSON.stringify(categories)} are not the categories of a service.`)
  const session = openSession({ url, patience, timeout })
  const { log, hear, ours, close: closeLog } = openLog(session, categories)
  const { append, traceOf } = appends(session, { service, appended: hear })
  const retention = retentionCheck(session, categories)

  const accepted = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined
  const close = async () => {
    closeLog()
    await Promise.allSettled(accepted)
    await session.close()
  }
  const whileOpen = async <T>(act: () => Promise<T>): Promise<T> => {
    if (closing) throw new Unavailable('The store is closed.')
    const acting = act()
    accepted.add(acting)
    return acting.finally(() => accepted.delete(acting))
  }

  return {
    append: (stream, expected, events, { command } = {}) =>
      whileOpen(async () => {
        checkStorable(stream, expected, events, command)
        if (!ours(stream)) throw new NotStorable(`"${stream}" is of none of the categories ${categories.join(', ')}.`)
        return append({ stream, expected, events, command })
      }),
    read: (stream, options = {}) => {
      if (closing) throw new Unavailable('The store is closed.')
      return read(session, stream, options)
    },
    traceOf: (commandId) => whileOpen(async () => (isUuid(commandId) ? traceOf(commandId) : undefined)),
    log: {
      page: (after, options) => whileOpen(() => log.page(after, options)),
      wake: log.wake,
      head: () => whileOpen(() => log.head()),
    },
    health: () => whileOpen(retention),
    close: () => (closing ??= close()),
  }
}

/** In pages, so that no call stays open while the reader thinks, or when he leaves. */
async function* read(
  { some }: Session,
  stream: StreamName,
  { from, limit = Infinity, backwards = false }: { from?: Revision; limit?: number; backwards?: boolean },
): AsyncIterable<Recorded> {
  let next: ReadRevision = from ?? (backwards ? 'end' : 'start')
  if (backwards && from !== undefined && limit > 0) {
    // From beyond its end the server reads nothing.
    const [last] = await some(stream, 'end', 1, 'backwards')
    if (!last) return
    if (last.revision < from) next = last.revision
  }
  for (let left = limit; left > 0;) {
    const count = Math.min(left, pageSize)
    const events = await some(stream, next, count, backwards ? 'backwards' : 'forwards')
    for (const event of events) yield fromWire(event)
    const last = events.at(-1)
    if (!last || events.length < count || (backwards && last.revision === 0n)) return
    next = last.revision + (backwards ? -1n : 1n)
    left -= events.length
  }
}

const pageSize = 500
