import type { ServiceName } from '@wushe/contracts'
import type { EventLog, Position, Recorded } from '@wushe/event-store'
import type pg from 'pg'
import { numberOf, placeOf, positionOf } from './inbox-position.ts'
import { waker } from './inbox-wake.ts'
import type { Place } from './position.ts'
import { prepared } from './transaction.ts'
import { waitForCheckpoint } from './waiting.ts'

/** An event of another service, in its place in the inbox. */
export type InboxEvent = Recorded & {
  source: ServiceName
  /** RFC 3339 in UTC with microseconds; later for every later event. */
  learntAt: string
}

/** A service's own copy of the events of others: one log, in the order in which it learnt of them, without gaps. */
export type Inbox = EventLog & {
  /** By how many milliseconds the clock of those who record is ahead of ours. */
  ahead: () => number
  pool: pg.Pool
  /** After this nothing is ever learnt at or before `at` (RFC 3339). Throws NotYet for a moment in the future. */
  settle(at: string): Promise<void>
  /** Position of the last event that was learnt at or before `at`. */
  positionAt(at: string): Promise<Place>
  /**
   * Up to where the inbox must be read to have seen everything of a service up to a position in that service's log.
   * Waits `ms` milliseconds for it to arrive; undefined when it did not.
   */
  localPositionOf(source: ServiceName, position: Position, ms: number): Promise<Place | undefined>
  /** Something was added in this process, up to this position. */
  added(position: bigint): void
}

/** The inbox in the pool's database (`applyInboxSchema`). It is filled by followers of the other logs: `fillerOf`. */
export const openInbox = ({
  pool,
  ahead = () => 0,
}: {
  pool: pg.Pool
  /** By how many milliseconds the clock of those who record is ahead of ours. */
  ahead?: (() => number) | undefined
}): Inbox => {
  const headNow = async () => BigInt((await pool.query('select position from inbox.head')).rows[0].position)
  const { wake, added } = waker(pool, headNow)

  return {
    ahead,
    pool,
    page: async (after, { limit, filter = {} }) => {
      const from = numberOf(after)
      const { rows } = await pool.query<Row>(
        prepared(pageOf, [from, limit, filter.types ?? null, filter.categories ?? null]),
      )
      const head = BigInt(rows[0]!.head)
      const events = rows.filter(({ position }) => position !== null).map(recorded)
      const reach = min(head, from + windowSize)
      const scanned = events.length === limit ? numberOf(events.at(-1)!.position) : reach > from ? reach : from
      return { events, scannedTo: positionOf(scanned), caughtUp: scanned >= head }
    },
    wake,
    head: async () => placeOf(await headNow()),
    settle: async (at) => {
      const { rows } = await pool.query<{ done: boolean; future: boolean }>(
        `select greatest(learnt_at, settled) >= $1 as done,
           $1 > clock_timestamp() + $2 * interval '1 ms' as future from inbox.head`,
        [at, ahead()],
      )
      if (rows[0]!.future) throw new NotYet(`${at} is still to come.`)
      if (!rows[0]!.done) await pool.query('update inbox.head set settled = greatest(settled, $1)', [at])
    },
    positionAt: async (at) => {
      const { rows } = await pool.query<{ position: string }>(
        'select position from inbox.events where learnt_at <= $1 order by learnt_at desc limit 1',
        [at],
      )
      return placeOf(BigInt(rows[0]?.position ?? 0))
    },
    localPositionOf: async (source, position, ms) => {
      if (!(await waitForCheckpoint(pool, fillerName(source), position, ms))) return undefined
      const { rows } = await pool.query<{ position: string }>(
        `select position from inbox.events where source = $1 and source_position <= $2
         order by source_position desc limit 1`,
        [source, position],
      )
      return placeOf(BigInt(rows[0]?.position ?? 0))
    },
    added,
  }
}

export const fillerName = (source: ServiceName) => `inbox ${source}`

/** The moment lies in the future, so what will be known then is not settled. */
export class NotYet extends Error {
  override name = 'NotYet'
}

/** So many positions are looked through at a time for a filter that lets little pass. */
const windowSize = 10_000n

const pageOf = `
  select h.position as head, e.position, e.source, e.stream, e.revision, e.id, e.type, e.schema,
    to_char(e.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, e.data, e.sealed, e.meta, e.entry,
    to_char(e.learnt_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "learntAt"
  from inbox.head h left join lateral (
    select * from (select * from inbox.events where position > $1::bigint order by position limit ${windowSize}) w
    where ($3::text[] is null or type = any($3)) and ($4::text[] is null or split_part(stream, '-', 1) = any($4))
    order by position limit $2) e on true
  order by e.position`

type Row = Omit<InboxEvent, 'position' | 'revision'> & { head: string; position: string | null; revision: string }

const recorded = ({ head: _, position, revision, ...row }: Row): InboxEvent => ({
  ...row,
  position: positionOf(BigInt(position!)),
  revision: BigInt(revision),
})

const min = (a: bigint, b: bigint) => (a < b ? a : b)
