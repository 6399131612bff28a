import type { Streams } from '@wushe/contracts'
import { empty, query, sql, type Rows, type Statement } from '@wushe/slice'

type Row = {
  position: string
  event_id: string
  service: string
  at: string
  operation_id: string
  request_id: string
  org_id: string
  key_id: string
  person: string | null
  persons: string[]
  data: Omit<Streams['disclosure']['data'], 'operationId' | 'persons'>
}

/** Only the organisation whose data it was reads it. */
export const listAccessLog = query('listAccessLog', async ({ query: asked }, { actor, cursors }, rows) => {
  const { limit: wanted = 100, cursor, ...filters } = asked
  const { person, from, to, operation, byOrgId } = filters
  const scope = JSON.stringify(['listAccessLog', actor.orgId, Object.entries(filters).sort()])
  const after = cursors.read<{ position: string }>(cursor, scope)
  const limit = Math.min(wanted, 500)
  const found = await rows(sql<Row>`
    select ${columns} from reporting.access_log a
    where tenant = ${actor.orgId}
      ${person === undefined ? empty : sql`and persons @> array[${person}]`}
      ${from === undefined ? empty : sql`and a.at >= ${from}::date::timestamp at time zone 'Asia/Shanghai'`}
      ${to === undefined ? empty : sql`and a.at < (${to}::date + 1)::timestamp at time zone 'Asia/Shanghai'`}
      ${operation === undefined ? empty : sql`and operation_id = ${operation}`}
      ${byOrgId === undefined ? empty : sql`and org_id = ${byOrgId}`}
      ${after ? sql`and a.position < ${after.position}::bigint` : empty}
    order by a.position desc limit ${limit + 1}`)
  const shown = found.slice(0, limit)
  return {
    data: shown.map((row) => present(row, actor.orgId)),
    ...(found.length > limit && { nextCursor: cursors.write({ position: shown.at(-1)!.position }, scope) }),
  }
})

const columns: Statement = sql`
  position::text, event_id, service, operation_id, request_id, org_id, key_id, person, persons, data,
  to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`

/** All disclosures of a person's data, in their order; of other persons on the same page nothing is said. */
export const linesAbout = async (tenant: string, person: string, rows: Rows) => {
  const found = await rows(sql<Row>`
    select ${columns} from reporting.access_log a
    where tenant = ${tenant} and persons @> array[${person}] order by a.position`)
  return found.map((row) => ({ ...present(row, tenant), persons: [person] }))
}

/** Who the person behind another organisation's client was is for that organisation. */
const present = (row: Row, asking: string) => ({
  eventId: row.event_id,
  service: row.service,
  operationId: row.operation_id,
  at: row.at,
  requestId: row.request_id,
  by: { orgId: row.org_id, keyId: row.key_id, ...(row.person && row.org_id === asking && { person: row.person }) },
  persons: row.persons,
  ...row.data,
})
