import type { Pool } from 'pg'
import type { NewEvent } from '@wushe/event-store'

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
