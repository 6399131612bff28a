import type { Pool } from 'pg'
import type { EventLog, LogFilter, Position } from '../event-store.ts'
import { positions } from '../position.ts'
import { snapshotHorizon } from './horizon.ts'
import { eventColumns, recorded } from './read.ts'
import { patiently, rows, type Row } from './session.ts'

/** Reads of the log below the horizon: what is there will stay, and nothing will come between. */
export const logReads = (options: { pool: Pool; horizon: 'snapshot' | 'writers'; patience: number }) => {
  const { pool, patience } = options

  /** Null stands for the horizon of the snapshot, which the reading statement finds by itself. */
  const horizonNow = async (): Promise<string | null> => {
    if (options.horizon === 'snapshot') return null
    const [row] = await rows(pool, named('horizon', 'select es.writers_horizon()'))
    return row![0]!
  }

  const ahead = readingAhead()

  const page: EventLog['page'] = async (after, { limit, filter }) => {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`${limit} is not a number of events.`)
    const read = async (after: bigint) => {
      const bounds = { after, horizon: await horizonNow(), limit }
      return filter ? filteredPage(pool, bounds, filter) : wholePage(pool, bounds)
    }
    const place = placeOf(after)
    const scope = `${limit} ${filter ? JSON.stringify([filter.types, filter.categories]) : ''}`
    const { found, scannedTo, caughtUp } = await patiently(
      async () => (await ahead.take(scope, place)) ?? read(place),
      patience,
    )
    // The server looks for what follows while we parse, once it was asked.
    if (found.length === limit) {
      ahead.begin(scope, scannedTo, () => read(scannedTo))
      await new Promise(setImmediate)
    }
    return { events: found.map(eventOf), scannedTo: at(scannedTo), caughtUp }
  }

  /** Once, without patience: who polls will ask again. */
  const head = async (): Promise<Position | 'start'> => {
    const [row] = await rows(pool, named('head', headText, [await horizonNow()]))
    return row ? at(BigInt(row[0]!)) : 'start'
  }

  return { page, head }
}

type Bounds = { after: bigint; horizon: string | null; limit: number }

const { at, placeOf } = positions('pg')

/** How many events a filtered page looks at, at most. */
const window = 2_000

/** A page as the server wrote it. */
type Found = { found: Row[]; scannedTo: bigint; caughtUp: boolean }

const wholePage = async (pool: Pool, { after, horizon, limit }: Bounds): Promise<Found> => {
  const found = await rows(pool, named(`page_${limit}`, pageText(limit), [horizon, after]))
  return { found, scannedTo: placeIn(found.at(-1)) ?? after, caughtUp: found.length < limit }
}

const filteredPage = async (pool: Pool, { after, horizon, limit }: Bounds, filter: LogFilter): Promise<Found> => {
  const values = [horizon, after, filter.types ?? null, filter.categories ?? null]
  const found = await rows(pool, named(`filtered_${limit}`, filteredText(limit), values))
  const last = found.pop()!
  if (found.length === limit) return { found, scannedTo: placeIn(found.at(-1))!, caughtUp: false }
  return { found, scannedTo: placeIn(last) ?? after, caughtUp: Number(last[1]) < window }
}

const placeIn = (row: Row | undefined) => (row?.[0] ? BigInt(row[0]) : undefined)

/**
 * Pages that were asked for before somebody did. One that is full stays as it is, as nothing comes between; one that is
 * not is asked for again, as there may be more by now.
 */
const readingAhead = () => {
  const pages = new Map<string, Promise<Found | undefined>>()
  const name = (scope: string, after: bigint) => `${after} ${scope}`
  return {
    take: async (scope: string, after: bigint) => {
      const taken = pages.get(name(scope, after))
      pages.delete(name(scope, after))
      const page = await taken
      return page?.caughtUp ? undefined : page
    },
    begin: (scope: string, after: bigint, read: () => Promise<Found>) => {
      // Who went on elsewhere left one behind.
      if (pages.size === mostAhead) pages.delete(pages.keys().next().value!)
      pages.set(
        name(scope, after),
        read().catch(() => undefined),
      )
    },
  }
}

const mostAhead = 4

const eventOf = (row: Row) => recorded(row, row[10]!)

/** A query of its own, so that it is found once and not for every event. */
const horizon = `(select coalesce($1::bigint, ${snapshotHorizon}))`

const headText = `
  select e.position from es.events e where e.position < ${horizon} order by e.position desc limit 1`

// Limits are written into the text, and the horizon is compared with afterwards, so that even without statistics nobody
// takes what is asked for to be so much, or what there is to be so little, that reading and sorting all of it is better.
const pageText = (limit: number) => `
  select ${eventColumns}, e.stream
    from (select * from es.events where position > $2 order by position limit ${limit}) e
    where e.position < ${horizon}
    order by e.position`

// The last row is no event: it says, when the page is not full, which place was the last looked at and how many were.
const filteredText = (limit: number) => `
  with found as materialized (
    select ${eventColumns}, e.stream
      from (select * from es.events where position > $2 order by position limit ${window}) e
      where e.position < ${horizon}
        and ($3::text[] is null or e.type = any($3)) and ($4::text[] is null or split_part(e.stream, '-', 1) = any($4))
      order by e.position limit ${limit}
  )
  select * from found
  union all
  select max(e.position), count(*), null, null, null, null, null, null, null, null, null
    from (
      select position from es.events
        where position > $2 and (select count(*) from found) < ${limit} order by position limit ${window}
    ) e
    where e.position < ${horizon}`

const named = (name: string, text: string, values: unknown[] = []) => ({ name: `es.${name}`, text, values })
