import type { EventLog, LogFilter, Recorded } from '@wushe/event-store'
import type pg from 'pg'
import type { Cursor } from './checkpoint.ts'
import type { Fault } from './fault.ts'
import type { Place } from './position.ts'
import { say } from './session.ts'
import { ask, type Query } from './transaction.ts'

/**
 * Asks the follower of this name to apply its parked events again, in order, wherever it runs; a follower that has
 * stopped tries again from where it stopped. Answers how many events are parked.
 */
export const redrive = async (pool: pg.Pool, name: string) => {
  const { rowCount } = await pool.query('update feed.parked set again = true where name = $1', [name])
  await say(pool, 'redrive', name)
  return rowCount ?? 0
}

/** What one follower has parked. */
export type Parked = { streams: Set<string>; count: number; again: boolean }

export const loadParked = async (pool: pg.Pool, { name, version }: Cursor): Promise<Parked> => {
  const { rows } = await ask<{ stream: string; count: number; again: boolean }>(pool, {
    text: `select stream, count(*)::int as count, bool_or(again) as again
           from feed.parked where name = $1 and version = $2 group by stream`,
    values: [name, version],
  })
  return {
    streams: new Set(rows.map(({ stream }) => stream)),
    count: rows.reduce((sum, { count }) => sum + count, 0),
    again: rows.some(({ again }) => again),
  }
}

/** `after` is where the log is read from to find the event again. Those parked for order's sake have no fault. */
export type ToPark = { event: Recorded; after: Place; fault?: Fault }

export const park = ({ name, version }: Cursor, events: readonly ToPark[]): Query => ({
  text: `insert into feed.parked (name, version, position, after, stream, type, event_id, error, attempts)
         select $1, $2, position, after, stream, type, event_id, error, attempts
         from json_to_recordset($3) as _ (position text, after text, stream text, type text, event_id uuid, error json,
           attempts integer)`,
  values: [
    name,
    version,
    JSON.stringify(
      events.map(({ event: { position, stream, type, id }, after, fault }) => ({
        ...{ position, after, stream, type, event_id: id },
        ...(fault ? { error: fault, attempts: 1 } : { attempts: 0 }),
      })),
    ),
  ],
})

/** The parked events of every stream that was asked for, in order. */
export const toRedrive = async (pool: pg.Pool, { name, version }: Cursor) => {
  const { rows } = await ask<{ position: Place; after: Place; stream: string }>(pool, {
    text: `select position, after, stream from feed.parked
           where name = $1 and version = $2
             and stream in (select stream from feed.parked where name = $1 and version = $2 and again)
           order by position`,
    values: [name, version],
  })
  return rows
}

export const unpark = ({ name, version }: Cursor, position: Place): Query => ({
  text: 'delete from feed.parked where name = $1 and version = $2 and position = $3',
  values: [name, version, position],
})

/** It failed again, so the stream stays parked until somebody asks anew. */
export const parkAgain = ({ name, version }: Cursor, position: Place, stream: string, fault: Fault): Query[] => [
  {
    text: `update feed.parked set attempts = attempts + 1, error = $4, at = clock_timestamp()
           where name = $1 and version = $2 and position = $3`,
    values: [name, version, position, JSON.stringify(fault)],
  },
  {
    text: 'update feed.parked set again = false where name = $1 and version = $2 and stream = $3',
    values: [name, version, stream],
  },
]

export const readOne = async (log: EventLog, after: Place, filter: LogFilter): Promise<Recorded | undefined> => {
  for (let from = after; ;) {
    const { events, scannedTo, caughtUp } = await log.page(from, { limit: 1, filter })
    if (events[0] || caughtUp) return events[0]
    from = scannedTo
  }
}
