import type { Pool } from 'pg'
import { Unavailable, type EventStore } from '../event-store.ts'
import { checkStorable, isUuid } from '../storable.ts'
import { announcer } from './announce.ts'
import { appends } from './append.ts'
import { listen } from './listen.ts'
import { logReads } from './log.ts'
import { reads, traces } from './read.ts'
import { guard } from './session.ts'
import { wakeUp } from './wake.ts'

export type PostgresOptions = {
  /** Made and ended by the caller, for the role that `applySchema` was told of. Give it a connection time limit. */
  pool: Pool
  /** For one connection more, which hears the appends of other processes; without it they are found by polling. */
  listenUrl?: string
  /** `writers` only where `applySchema` was told so. */
  horizon?: 'snapshot' | 'writers'
  /** How long to repeat what fails for want of the server, in ms, before Unavailable. */
  patience?: number
}

/** The event store of one service in PostgreSQL. */
export const postgresEventStore = (options: PostgresOptions): EventStore => {
  const { pool, listenUrl, horizon = 'snapshot', patience = 10_000 } = options
  guard(pool)

  const { page, head } = logReads({ pool, horizon, patience })
  const { wake, ...alarm } = wakeUp(head)
  const announcements = announcer(pool)
  const listener = listenUrl ? listen(listenUrl, { heard: alarm.hear, connected: alarm.suspect }) : undefined
  const asked = traces(pool, patience)
  const streams = reads(pool, patience)

  const traceOf = async (commandId: string) => (isUuid(commandId) ? (await asked.ask(commandId)).trace : undefined)
  const { append, drain } = appends({
    pool,
    patience,
    isolated: horizon === 'writers',
    traceOf,
    committed: (position) => {
      alarm.learn(position)
      announcements.announce(position)
    },
  })

  let closing: Promise<void> | undefined
  const close = async () => {
    alarm.close()
    await Promise.all([drain(), streams.drain()])
    await asked.drain()
    await Promise.all([announcements.close(), listener?.close()])
  }
  const refuseWhenClosed = () => {
    if (closing) throw new Unavailable('The store is closed.')
  }

  return {
    append: async (stream, expected, events, { command } = {}) => {
      refuseWhenClosed()
      const size = checkStorable(stream, expected, events, command)
      return append({ stream, expected, events, command, size })
    },
    read: (stream, options) => {
      refuseWhenClosed()
      return streams.read(stream, options)
    },
    traceOf: async (commandId) => {
      refuseWhenClosed()
      return traceOf(commandId)
    },
    log: {
      page: async (after, options) => {
        refuseWhenClosed()
        const before = alarm.known()
        const found = await page(after, options)
        alarm.paged(before, found)
        return found
      },
      wake,
      head: async () => {
        refuseWhenClosed()
        return head()
      },
    },
    close: () => (closing ??= close()),
  }
}
