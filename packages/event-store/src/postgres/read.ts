import type { Pool } from 'pg'
import type { CommandTrace, Recorded, Revision, StreamName } from '../event-store.ts'
import { positions } from '../position.ts'
import { bigints, integers, texts, uuids } from './arrays.ts'
import { group } from './group.ts'
import { patiently, rows, type Row } from './session.ts'

export type ReadOptions = { from?: Revision; limit?: number; backwards?: boolean }

/** Reads of streams. First pages asked for at the same time come with one statement. */
export const reads = (pool: Pool, patience: number) => {
  const firstPages = group<Page, Recorded[]>({
    inFlight: 2,
    patience,
    admits: () => {
      let taken = 0
      return () => taken++ < 64
    },
    send: async (pages) => (pages.length > 1 ? manyPages(pool, pages) : [await onePage(pool, pages[0]!)]),
  })

  async function* forwards(stream: StreamName, { from = 0n, limit = Infinity }: ReadOptions) {
    let page = { stream, from, limit: Math.min(limit, pageSize) }
    let events = page.limit > 0 ? await firstPages.ask(page) : []
    for (let left = limit; ;) {
      yield* events
      left -= events.length
      if (events.length < page.limit || left <= 0) return
      page = { stream, from: events.at(-1)!.revision + 1n, limit: Math.min(left, pageSize) }
      events = await patiently(() => onePage(pool, page), patience)
    }
  }

  async function* backwards(stream: StreamName, { from = lastRevision, limit = Infinity }: ReadOptions) {
    for (let left = limit; left > 0; left -= pageSize) {
      const page = { stream, from, limit: Math.min(left, pageSize) }
      const events = await patiently(() => pageBackwards(pool, page), patience)
      yield* events
      if (events.length < page.limit) return
      from = events.at(-1)!.revision - 1n
    }
  }

  return {
    read: (stream: StreamName, options: ReadOptions = {}): AsyncIterable<Recorded> =>
      options.backwards ? backwards(stream, options) : forwards(stream, options),
    drain: firstPages.drain,
  }
}

/** Traces of commands asked for at the same time come with one statement. */
export const traces = (pool: Pool, patience: number) =>
  group<string, { trace: CommandTrace | undefined }>({
    // Each is a look into one index, so whoever waits does not wait long, and waits together with more.
    inFlight: 1,
    patience,
    admits: () => {
      let taken = 0
      return () => taken++ < 256
    },
    send: async (ids) => {
      const found = await rows(pool, {
        name: 'es.traces',
        text: `select c.id, encode(c.fingerprint, 'hex'), c.stream, c.first, c.last from es.commands c where c.id = any($1)`,
        values: [uuids(ids)],
      })
      const byId = new Map(
        found.map(([id, fingerprint, stream, first, last]) => [
          id!,
          { fingerprint: fingerprint!, stream: stream!, first: BigInt(first!), last: BigInt(last!) },
        ]),
      )
      return ids.map((id) => ({ trace: byId.get(id.toLowerCase()) }))
    },
  })

/** Of an event `e`, in the order of `recorded`; the time is in UTC whatever the session's zone is. */
export const eventColumns = `e.position, e.revision, e.id,
  to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
  e.type, e.schema, e.data, e.sealed, e.meta, e.entry`

/** An event from a row that begins with `eventColumns`. JSON is parsed here and nowhere else. */
export const recorded = (row: Row, stream: StreamName): Recorded => ({
  id: row[2]!,
  type: row[4]!,
  schema: Number(row[5]),
  stream,
  revision: BigInt(row[1]!),
  position: at(BigInt(row[0]!)),
  at: row[3]!,
  data: JSON.parse(row[6]!),
  sealed: row[7] === null ? null : JSON.parse(row[7]!),
  meta: JSON.parse(row[8]!),
  entry: bytesOf(row[9]!),
})

/** In memory of its own: out of the pool for small buffers, each event that somebody keeps would keep 64 kB. */
const bytesOf = (bytea: string) => {
  const bytes = Buffer.allocUnsafeSlow((bytea.length - 2) / 2)
  bytes.write(bytea.slice(2), 'hex')
  return bytes
}

type Page = { stream: StreamName; from: Revision; limit: number }

const pageSize = 1024
const { at } = positions('pg')

const onePage = async (pool: Pool, { stream, from, limit }: Page): Promise<Recorded[]> => {
  const found = await rows(pool, {
    name: 'es.read',
    text: `select ${eventColumns} from es.events e
             where e.stream = $1 and e.revision >= $2
             order by e.revision limit $3`,
    values: [stream, from, limit],
  })
  return found.map((row) => recorded(row, stream))
}

const manyPages = async (pool: Pool, pages: readonly Page[]): Promise<Recorded[][]> => {
  const found = await rows(pool, {
    name: 'es.read_many',
    text: `select ${eventColumns}, r.i
             from unnest($1::text[], $2::bigint[], $3::integer[]) with ordinality r(name, start, size, i)
             cross join lateral (
               select * from es.events e where e.stream = r.name and e.revision >= r.start order by e.revision limit r.size
             ) e
             order by r.i, e.revision`,
    values: [
      texts(pages.map(({ stream }) => stream)),
      bigints(pages.map(({ from }) => from)),
      integers(pages.map(({ limit }) => limit)),
    ],
  })
  const answers: Recorded[][] = pages.map(() => [])
  for (const row of found) {
    const i = Number(row[10]) - 1
    answers[i]!.push(recorded(row, pages[i]!.stream))
  }
  return answers
}

const pageBackwards = async (pool: Pool, { stream, from, limit }: Page): Promise<Recorded[]> => {
  const found = await rows(pool, {
    name: 'es.read_backwards',
    text: `select ${eventColumns} from es.events e
             where e.stream = $1 and e.revision <= $2
             order by e.revision desc limit $3`,
    values: [stream, from, limit],
  })
  return found.map((row) => recorded(row, stream))
}

/** Higher than any. */
const lastRevision = 2n ** 63n - 1n
