import { empty, query, raw, refuse, sql } from '@wushe/slice'
import { sequenceOf } from '../ledger.ts'

type Row = {
  run: string
  position: string
  number: string | null
  event_id: string
  type: string
  status: string
  attempts: number
  next_at: string
  attempted_at: string | null
  last_status: number | null
  last_error: string | null
}
type After = { position: string; run: string }

export const listWebhookDeliveries = query('listWebhookDeliveries', async ({ path, query: asked }, reading, rows) => {
  const { actor, cursors } = reading
  const { status, limit: wanted = 100, cursor } = asked
  const [known] = await rows(sql<{ tenant: string }>`
    select tenant from reporting.webhook_endpoints where endpoint_id = ${path.webhookId}`)
  if (known?.tenant !== actor.orgId) return refuse('not-found')
  const scope = JSON.stringify(['listWebhookDeliveries', actor.orgId, path, status])
  const after = cursors.read<After>(cursor, scope)
  const limit = Math.min(wanted, 500)
  const found = await rows(sql<Row>`
    select run, position::text, number::text, event_id, type, status, attempts, ${instant('next_at')},
           ${instant('attempted_at')}, last_status, last_error
    from reporting.webhook_deliveries d
    where endpoint_id = ${path.webhookId} ${status === undefined ? empty : sql`and status = ${status}`}
      ${after ? sql`and (d.position, d.run) < (${after.position}::bigint, ${after.run})` : empty}
    order by d.position desc, d.run desc limit ${limit + 1}`)
  const shown = found.slice(0, limit)
  const { position, run } = shown.at(-1) ?? {}
  return {
    data: shown.map(present),
    ...(found.length > limit && { nextCursor: cursors.write({ position, run }, scope) }),
  }
})

const present = (row: Row) => ({
  eventId: row.event_id,
  type: row.type,
  sequence: sequenceOf(row.position),
  ...(row.number !== null && { endpointSequence: Number(row.number) }),
  ...(row.run !== '' && { replayId: row.run }),
  status: row.status,
  attempts: row.attempts,
  ...(row.status === 'pending' && { nextAttemptAt: row.next_at }),
  ...(row.attempted_at !== null && { lastAttemptAt: row.attempted_at }),
  ...(row.last_status !== null && { lastStatus: row.last_status }),
  ...(row.last_error !== null && { lastError: row.last_error }),
})

const instant = (column: 'next_at' | 'attempted_at') =>
  raw(`to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${column}`)
