import { query, refuse, sql } from '@wushe/slice'
import { ended, eventIdOf, jobOf, jobsOf } from './job.ts'

type After = { at: string; id: string }

export const listJobs = query('listJobs', async ({ query: asked }, { actor, cursors, now }, rows) => {
  const scope = JSON.stringify(['listJobs', actor.orgId])
  const after = cursors.read<After>(asked.cursor, scope)
  const limit = Math.min(asked.limit ?? 100, 500)
  const which = after
    ? sql`(date_trunc('milliseconds', coalesce(p.requested_at, r.started_at)), p.replay_id)
        < (${after.at}::timestamptz, ${eventIdOf(after.id)})`
    : sql`true`
  const found = await rows(jobsOf(actor.orgId, now, { which, limit: limit + 1 }))
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  return {
    data: shown.map((row) => jobOf(row, now)),
    ...(found.length > limit && last && { nextCursor: cursors.write({ at: last.requested_at, id: last.id }, scope) }),
  }
})

export const getJob = query('getJob', async ({ path }, { actor, now }, rows) => {
  const [row] = await rows(jobsOf(actor.orgId, now, one(path.jobId)))
  if (!row) return refuse('not-found')
  const data = jobOf(row, now)
  return { data, ...(!ended(data.status) && { retryAfter: 2 }) }
})

/** What is on its way still arrives; nothing after it is sent. */
export const cancelJob = query('cancelJob', async ({ path }, { actor, now }, rows) => {
  const [row] = await rows(jobsOf(actor.orgId, now, one(path.jobId)))
  if (!row) return refuse('not-found')
  const { status } = jobOf(row, now)
  if (status === 'cancelled') return { data: jobOf(row, now) }
  if (ended(status)) return refuse('job-ended', { status })
  const [endpoint, run] = [row.endpoint_id, eventIdOf(path.jobId)]
  await rows(sql`
    insert into reporting.webhook_runs as r (endpoint_id, run, cursor, until, started_at, cancelled_at)
    values (${endpoint}, ${run}, 0, 0, ${now}::timestamptz, ${now}::timestamptz)
    on conflict (endpoint_id, run) do update set until = r.cursor, cancelled_at = excluded.cancelled_at`)
  await rows(sql`
    delete from reporting.webhook_deliveries
    where (endpoint_id, run) = (${endpoint}, ${run}) and status = 'pending'`)
  const [cancelled] = await rows(jobsOf(actor.orgId, now, one(path.jobId)))
  return { data: jobOf(cancelled!, now) }
})

const one = (jobId: string) => ({ which: sql`p.replay_id = ${eventIdOf(jobId)}`, limit: 1 })
