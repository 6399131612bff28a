import type { Schemas } from '@wushe/contracts'
import { raw, sql, type Statement } from '@wushe/slice'

/** What is known of a replay of webhooks: the only kind of job that there is yet. */
export type JobRow = {
  id: string
  endpoint_id: string
  /** The endpoint can be sent to. */
  active: boolean
  requested_at: string
  started_at: string | null
  cancelled_at: string | null
  /** Everything that is to be sent has been found. */
  found: boolean
  delivered: number
  failed: number
  pending: number
  last_at: string | null
}

export const jobIdOf = (eventId: string) => `job_${eventId.replaceAll('-', '')}`
export const eventIdOf = (jobId: string) => jobId.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

/** The job as its owner sees it. */
export const jobOf = (row: JobRow, now: string): Schemas['Job'] => {
  const done = row.delivered + row.failed
  const status = statusOf(row)
  const endedAt = ended(status) ? (row.cancelled_at ?? row.last_at ?? row.started_at) : null
  const seconds = row.started_at === null ? 0 : (Date.parse(endedAt ?? now) - Date.parse(row.started_at)) / 1000
  return {
    id: row.id,
    kind: 'webhook-replay',
    status,
    requestedAt: row.requested_at,
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(endedAt !== null && { endedAt }),
    progress: {
      done,
      ...(row.found && { total: done + row.pending }),
      ratePerSecond: Math.round((done / Math.max(seconds, 1)) * 10) / 10,
    },
    ...(ended(status) && { result: { delivered: row.delivered, failed: row.failed } }),
    links: {
      about: `/v1/webhook-endpoints/${row.endpoint_id}`,
      details: `/v1/webhook-endpoints/${row.endpoint_id}/deliveries`,
    },
  }
}

const statusOf = ({ active, started_at, cancelled_at, found, failed, pending }: JobRow): Schemas['Job']['status'] => {
  if (cancelled_at !== null) return 'cancelled'
  if (found && pending === 0) return failed > 0 ? 'failed' : 'done'
  return started_at !== null && active ? 'running' : 'waiting'
}

export const ended = (status: Schemas['Job']['status']) => !['waiting', 'running'].includes(status)

const instant = (column: string) => raw(`to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`)

/** As long as their deliveries are kept. Of one organisation, the newest first. */
export const jobsOf = (
  orgId: string,
  now: string,
  { which, limit }: { which: Statement; limit: number },
) => sql<JobRow>`
  select 'job_' || replace(p.replay_id, '-', '') as id, p.endpoint_id, w.active,
    ${instant('coalesce(p.requested_at, r.started_at)')} as requested_at, ${instant('r.started_at')} as started_at,
    ${instant('r.cancelled_at')} as cancelled_at, coalesce(r.cursor >= r.until, false) as found,
    d.delivered, d.failed, d.pending, ${instant('d.last_at')} as last_at
  from reporting.webhook_replays p join reporting.webhook_endpoints w using (endpoint_id)
  left join reporting.webhook_runs r on (r.endpoint_id, r.run) = (p.endpoint_id, p.replay_id)
  left join lateral (
    select count(*) filter (where status = 'delivered')::int as delivered,
      count(*) filter (where status = 'failed')::int as failed,
      count(*) filter (where status = 'pending')::int as pending, max(attempted_at) as last_at
    from reporting.webhook_deliveries where (endpoint_id, run) = (p.endpoint_id, p.replay_id)
  ) d on true
  where w.tenant = ${orgId} and coalesce(p.requested_at, r.started_at) > ${now}::timestamptz - interval '90 days'
    and ${which}
  order by coalesce(p.requested_at, r.started_at) desc, p.replay_id desc limit ${limit}`
