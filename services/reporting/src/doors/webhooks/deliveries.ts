import { sql, type Actor, type Rows, type Statement } from '@wushe/slice'
import { columns, seen, unlessAsked, type LedgerRow } from '../ledger.ts'
import type { Outcome } from './outcome.ts'

export type Endpoint = {
  endpoint_id: string
  tenant: string
  kind: Actor['kind']
  url: string
  event_types: string[] | null
  secret: unknown
  old_secret: unknown
  rotated_at: string | null
}
export type Due = LedgerRow & { run: string; number: string | null; attempts: number }

/** Endpoints for which there may be something to do now, and that no other process is at work on. */
export const endpointsWithWork = (owner: string, now: string) => sql<{ endpoint_id: string }>`
  select w.endpoint_id
  from reporting.webhook_endpoints w
  join host.organisations o on o.org_id = w.tenant and o.active
  left join reporting.webhook_lanes l using (endpoint_id)
  where w.active and (${isFree(owner)}) and (l.paused_until is null or l.paused_until <= ${now}::timestamptz)
    and (not exists (select from reporting.webhook_runs r where (r.endpoint_id, r.run) = (w.endpoint_id, ''))
      or exists (select from reporting.webhook_runs r, inbox.head h
                 where r.endpoint_id = w.endpoint_id and r.cursor < least(r.until, h.position))
      or exists (select from reporting.webhook_deliveries d
                 where d.endpoint_id = w.endpoint_id and d.status = 'pending' and d.next_at <= ${now}::timestamptz)
      or exists (select from reporting.webhook_replays p where p.endpoint_id = w.endpoint_id and not exists (
                   select from reporting.webhook_runs r where (r.endpoint_id, r.run) = (p.endpoint_id, p.replay_id))))`

/** An endpoint is one process's for so long; who dies holds up its endpoints no longer. */
const lease = sql`clock_timestamp() + interval '20 s'`
const isFree = (owner: string) =>
  sql`l.leased_until is null or l.leased_until < clock_timestamp() or l.owner = ${owner}`

/** Nothing when another process has it, or when it is not to be sent anything now. */
export const take = (endpointId: string, owner: string, now: string) => sql<Endpoint>`
  with lane as (
    insert into reporting.webhook_lanes as l (endpoint_id, owner, leased_until) values (${endpointId}, ${owner}, ${lease})
    on conflict (endpoint_id) do update set owner = excluded.owner, leased_until = excluded.leased_until
    where (${isFree(owner)}) and (l.paused_until is null or l.paused_until <= ${now}::timestamptz)
    returning endpoint_id
  )
  select w.endpoint_id, w.tenant, o.kind, w.url, w.event_types, w.secret, w.old_secret, w.rotated_at::text
  from lane join reporting.webhook_endpoints w using (endpoint_id)
  join host.organisations o on o.org_id = w.tenant and o.active
  where w.active`

export const letGo = (endpointId: string, owner: string) => sql`
  update reporting.webhook_lanes set leased_until = null where endpoint_id = ${endpointId} and owner = ${owner}`

/**
 * The endpoint's own run begins a second before its registration: the ledger may learn of that after what another service
 * recorded later. A replay begins where its period does; single events may lie anywhere.
 */
export const beginRuns = async ({ endpoint_id: id }: Endpoint, now: string, rows: Rows) => {
  await rows(sql`
    insert into reporting.webhook_runs (endpoint_id, run, cursor)
    select ${id}, '', ${placeBefore(sql`${whenAsked} - interval '1 second'`)} from inbox.events registered
    where source = 'reporting' and stream = ${`webhook-${id}`} and revision = 0
    on conflict do nothing`)
  await rows(sql`
    insert into reporting.webhook_runs (endpoint_id, run, cursor, until, started_at)
    select p.endpoint_id, p.replay_id,
           case when p.event_ids is null then ${placeBefore(sql`p.from_at`)} else 0 end,
           case when p.event_ids is null then ${placeBefore(sql`p.to_at`)} else h.position end, ${now}::timestamptz
    from reporting.webhook_replays p, inbox.head h
    where p.endpoint_id = ${id}
      and not exists (select from reporting.webhook_runs r where (r.endpoint_id, r.run) = (p.endpoint_id, p.replay_id))
    on conflict do nothing`)
  // Whoever cancelled it did this, too, unless they were killed.
  await rows(sql`
    delete from reporting.webhook_deliveries d using reporting.webhook_runs r
    where r.endpoint_id = ${id} and r.cancelled_at is not null
      and (d.endpoint_id, d.run) = (r.endpoint_id, r.run) and d.status = 'pending'`)
}

/** By the clock of who recorded it, or by the ledger's, if that one ran ahead. */
const whenAsked = sql`least((registered.meta ->> 'recordedAt')::timestamptz, registered.learnt_at)`

const placeBefore = (time: Statement) => sql`
  coalesce((select position from inbox.events where learnt_at < ${time} order by learnt_at desc limit 1), 0)`

/**
 * Puts what comes next in the ledger into every run that has not much before it; the run moves on in the same statement.
 * True while there is more.
 */
export const fill = async (endpoint: Endpoint, now: string, rows: Rows): Promise<boolean> => {
  const { endpoint_id: id, event_types: types, tenant: orgId, kind } = endpoint
  const ofType =
    types === null ? sql`and ${unlessAsked}` : sql`and (e.type = any(${types}) or e.type = 'WebhookTestRequested')`
  const open = await rows(sql<{ run: string }>`
    select run from reporting.webhook_runs r, inbox.head h
    where r.endpoint_id = ${id} and r.cursor < least(r.until, h.position)
      and (select count(*) from (
             select from reporting.webhook_deliveries d
             where (d.endpoint_id, d.run) = (r.endpoint_id, r.run) and d.status = 'pending' limit ${most}
           ) waiting) < ${most}`)
  const left = await Promise.all(
    open.map(async ({ run }) => {
      const [moved] = await rows(sql<{ more: boolean }>`
        with run as (
          select r.cursor, r.numbered, h.position as head, least(r.until, h.position, r.cursor + 10000) as reach,
                 p.event_ids
          from inbox.head h, reporting.webhook_runs r left join reporting.webhook_replays p on p.replay_id = r.run
          where r.endpoint_id = ${id} and r.run = ${run}
        ), found as (
          select e.*, row_number() over (order by e.position) as n
          from run cross join lateral (
            select * from inbox.events e
            where e.position > run.cursor and e.position <= run.reach and ${seen({ actor: { orgId, kind }, now })} ${ofType}
              and (e.type <> 'WebhookTestRequested' or e.stream = ${`webhook-${id}`})
              and (run.event_ids is null or e.id = any(run.event_ids))
            order by e.position limit ${batch}
          ) e
        ), counted as (
          select count(*) as n, case when count(*) = ${batch} then max(position) end as last from found
        ), moved as (
          update reporting.webhook_runs r set cursor = coalesce(c.last, run.reach), numbered = r.numbered + c.n
          from run, counted c
          where r.endpoint_id = ${id} and r.run = ${run} and r.cursor = run.cursor and r.cancelled_at is null
          returning r.cursor < least(r.until, run.head) as more
        ), added as (
          insert into reporting.webhook_deliveries (endpoint_id, run, position, number, event_id, stream, type, next_at)
          select ${id}, ${run}, f.position, case when ${run} = '' then run.numbered + f.n end, f.id, f.stream,
                 'org.wushe.' || f.source || '.' || f.type || '.v' || f.schema, ${now}::timestamptz
          from found f, run, moved
          on conflict do nothing
        )
        select more from moved`)
      return moved?.more ?? false
    }),
  )
  return left.some(Boolean)
}

const batch = 200
const most = 500

/** The oldest ones of the records for which nothing earlier is waiting. */
export const dueNow = (endpointId: string, now: string) => sql<Due>`
  select d.run, d.number::text, d.attempts, d.position::text, ${columns}
  from reporting.webhook_deliveries d join inbox.events e using (position)
  where d.endpoint_id = ${endpointId} and d.status = 'pending' and d.next_at <= ${now}::timestamptz
    and not exists (
      select from reporting.webhook_deliveries before
      where (before.endpoint_id, before.run, before.stream) = (d.endpoint_id, d.run, d.stream)
        and before.status = 'pending' and before.position < d.position)
  order by d.position limit 8`

export const settled = (
  endpointId: string,
  { run, position }: Due,
  { status, attempts, nextAt, pausedUntil, lastStatus, lastError }: Outcome,
  now: string,
): Statement => sql`
  with pause as (
    update reporting.webhook_lanes set paused_until = greatest(paused_until, ${pausedUntil ?? null}::timestamptz)
    where endpoint_id = ${endpointId} and ${pausedUntil ?? null}::timestamptz is not null
  )
  update reporting.webhook_deliveries
  set status = ${status}, attempts = ${attempts}, next_at = ${nextAt}::timestamptz, attempted_at = ${now}::timestamptz,
      last_status = ${lastStatus ?? null}, last_error = ${lastError ?? null}
  where endpoint_id = ${endpointId} and run = ${run} and position = ${position}::bigint and status = 'pending'`

/** The log of deliveries is no archive; the ledger is. */
export const forget = (endpointId: string, now: string) => sql`
  delete from reporting.webhook_deliveries
  where endpoint_id = ${endpointId} and status <> 'pending' and attempted_at < ${now}::timestamptz - interval '90 days'`
