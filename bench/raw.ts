import type { Pool } from 'pg'
import type { NewEvent } from '@wushe/event-store'
import type { Field } from '../packages/event-store/src/postgres/copy-rows.ts'

/** Of what is written here; beyond what any transaction of ours reaches. */
let position = 2n ** 50n

/** What nobody can be faster than who writes one event at a time through `pg`: one prepared INSERT. */
export const rawInsert = (pool: Pool, stream: string, revision: number, event: NewEvent) =>
  pool.query({
    name: 'raw.insert',
    text: `insert into raw.events (position, stream, revision, id, at, type, schema, data, sealed, meta, entry)
             values ($1, $2, $3, $4, clock_timestamp(), $5, $6, $7, $8, $9, $10)`,
    values: [
      String(++position),
      stream,
      revision,
      event.id,
      event.type,
      event.schema,
      event.data,
      event.sealed,
      event.meta,
      event.entry,
    ],
  })

/** One prepared SELECT of a stream. JSON is parsed, as whoever decides needs it; the other columns stay text. */
export const rawSelect = (pool: Pool, stream: string) =>
  pool.query({
    name: 'raw.select',
    text: `select position, stream, revision, id, at, type, schema, data, sealed, meta, entry
             from raw.events where stream = $1 order by revision`,
    values: [stream],
    rowMode: 'array',
    types: { getTypeParser: (type: number) => (type === json ? JSON.parse : asText) } as never,
  })

const json = 114
const asText = (text: string) => text

/** One prepared SELECT of a stream, its columns made into what a reader of ours is given. */
export const rawRead = async (pool: Pool, stream: string) => {
  const { rows } = await pool.query<(string | null)[], unknown[]>({
    name: 'raw.read',
    text: `select position, stream, revision, id, at, type, schema, data, sealed, meta, entry
             from raw.events where stream = $1 order by revision`,
    values: [stream],
    rowMode: 'array',
    types: { getTypeParser: () => asText } as never,
  })
  return rows.map((row) => ({
    position: BigInt(row[0]!),
    stream: row[1]!,
    revision: BigInt(row[2]!),
    id: row[3]!,
    at: row[4]!,
    type: row[5]!,
    schema: Number(row[6]),
    data: JSON.parse(row[7]!) as unknown,
    sealed: row[8] === null ? null : (JSON.parse(row[8]!) as unknown),
    meta: JSON.parse(row[9]!) as unknown,
    entry: Buffer.from(row[10]!.slice(2), 'hex'),
  }))
}

/** Rows for COPY: the same events, with the positions of nobody. */
export function* rawRows(streams: readonly { stream: string; events: readonly NewEvent[] }[]): Generator<Field[]> {
  for (const { stream, events } of streams)
    for (const [at, { id, type, schema, data, sealed, meta, entry }] of events.entries()) {
      const place: Field[] = [{ int8: ++position }, stream, { int8: BigInt(at) }, { uuid: id }, { int8: someTime }]
      yield [...place, type, { int2: schema }, data, sealed, meta, entry]
    }
}

const someTime = 845_000_000_000_000n

/** On a stream's last version or not at all, and the event with it, in one statement and one round trip. */
export const rawAppend = async (pool: Pool, stream: string, version: bigint, event: NewEvent) => {
  const { rowCount } = await pool.query({
    name: 'raw.append',
    text: `with moved as (
             update raw.streams set version = version + 1 where name = $2 and version = $3 returning version
           )
           insert into raw.events (position, stream, revision, id, at, type, schema, data, sealed, meta, entry)
             select $1, $2, version, $4, clock_timestamp(), $5, $6, $7, $8, $9, $10 from moved`,
    values: [
      String(++position),
      stream,
      version,
      event.id,
      event.type,
      event.schema,
      event.data,
      event.sealed,
      event.meta,
      event.entry,
    ],
  })
  return rowCount === 1
}

export const rawVersion = async (pool: Pool, stream: string) => {
  const { rows } = await pool.query<{ version: string }>({
    name: 'raw.version',
    text: 'select version from raw.streams where name = $1',
    values: [stream],
  })
  return BigInt(rows[0]!.version)
}
