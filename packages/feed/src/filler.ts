import type { ServiceName } from '@wushe/contracts'
import type { LogFilter, Recorded } from '@wushe/event-store'
import type pg from 'pg'
import { asItWas } from './as-it-was.ts'
import type { Follower } from './follower.ts'
import { fillerName, type Inbox } from './inbox.ts'
import { inboxName } from './inbox-wake.ts'
import { learntAt, microsOf, timeOf, type Micros } from './learning.ts'
import { prepared, sendAll, type Query } from './transaction.ts'

/**
 * Copies another service's events into the inbox, each once. Where no types are left out, it stops at a gap in a
 * stream. When the filter changes it goes through the log again, and adds at the end what it had left out before.
 */
export const fillerOf = (inbox: Inbox, source: ServiceName, follow: Following = 'everything'): Follower => {
  const filter = filterOf(follow)
  const copy = copier(inbox, source, filter)
  return {
    name: fillerName(source),
    revision: 1,
    filter,
    tables: [],
    onPoison: 'stop',
    onlyHere: true,
    startsOver: (client) => keepFilter(client, source, filter),
    apply: (events, client) => copy.apply(events, client),
    committed: copy.committed,
  }
}

/** What of a service is followed. */
export type Following = LogFilter | 'everything'

export const filterOf = (follow: Following): LogFilter => (follow === 'everything' ? {} : follow)

/**
 * `apply` answers the queries that add to the inbox, in the caller's transaction, what it does not have yet; `committed`
 * is to be called after.
 * Throws StreamGap where no types are left out, or with `overGaps` leaves out what comes after a gap.
 */
export const copier = (inbox: Inbox, source: ServiceName, filter: LogFilter) => {
  let written = 0n
  return {
    apply: async (
      events: readonly Recorded[],
      client: pg.PoolClient,
      { overGaps = false } = {},
    ): Promise<readonly Query[]> => {
      const { head, last } = await hold(client, source, events, inbox.ahead())
      const unknown = await missing(client, source, events, last)
      const fresh = eachOnce(filter.types ? unknown : withoutGaps(unknown, last, overGaps))
      if (fresh.length === 0) return []
      const learnt = learntAt(fresh.map(recordedAt), head)
      written = head.position + BigInt(fresh.length)
      return [insert(source, fresh, head.position, learnt), moveHead(written, learnt.at(-1)!), tellOthers]
    },
    committed: () => inbox.added(written),
  }
}

export type Copier = ReturnType<typeof copier>

/** True when the filter is another one than before. */
export const keepFilter = async (client: pg.PoolClient, source: ServiceName, { categories, types }: LogFilter) => {
  const text = JSON.stringify({ categories: categories?.toSorted(), types: types?.toSorted() })
  const { rows } = await client.query<{ filter: string }>('select filter from inbox.sources where source = $1', [
    source,
  ])
  if (rows[0]?.filter === text) return false
  await client.query(
    'insert into inbox.sources values ($1, $2) on conflict (source) do update set filter = excluded.filter',
    [source, text],
  )
  return rows.length > 0
}

type Head = { position: bigint; learnt: Micros; settled: Micros; now: Micros }

/** Nobody else writes to the inbox until the end of the transaction. Answers also each stream's last revision in it. */
const hold = async (client: pg.PoolClient, source: ServiceName, events: readonly Recorded[], aheadMs: number) => {
  const streams = [...new Set(events.map(({ stream }) => stream))]
  const [held, known] = await sendAll(client, [prepared(holdHead, []), prepared(lastRevisions, [source, streams])])
  const { position, learnt, settled, now } = held!.rows[0] as Record<keyof Head, string>
  return {
    head: {
      position: BigInt(position),
      ...{ learnt: Number(learnt), settled: Number(settled), now: Number(now) + aheadMs * 1000 },
    } satisfies Head,
    last: new Map(
      (known!.rows as { stream: string; revision: string }[]).map((row) => [row.stream, BigInt(row.revision)]),
    ),
  }
}

const micros = (time: string) => `(extract(epoch from ${time}) * 1000000)::bigint`

const holdHead = `
  select position, ${micros('learnt_at')} as learnt, ${micros('settled')} as settled,
    ${micros('clock_timestamp()')} as now
  from inbox.head for update`

const lastRevisions = `
  select s.stream, coalesce((select max(e.revision) from inbox.events e where e.source = $1 and e.stream = s.stream), -1)
    as revision
  from unnest($2::text[]) s (stream)`

/** Those that the inbox does not have. Earlier ones than it has may be missing after the filter has changed. */
const missing = async (
  client: pg.PoolClient,
  source: ServiceName,
  events: readonly Recorded[],
  last: Map<string, bigint>,
) => {
  const doubtful = events.filter(({ stream, revision }) => revision <= last.get(stream)!)
  if (doubtful.length === 0) return events
  const { rows } = await client.query<{ stream: string; revision: string }>(
    `select e.stream, e.revision from unnest($2::text[], $3::bigint[]) d (stream, revision)
     join inbox.events e on e.source = $1 and e.stream = d.stream and e.revision = d.revision`,
    [source, doubtful.map(({ stream }) => stream), doubtful.map(({ revision }) => revision)],
  )
  const known = new Set(rows.map(({ stream, revision }) => `${revision} ${stream}`))
  return events.filter(({ stream, revision }) => !known.has(`${revision} ${stream}`))
}

/** Kafka may bring an event twice in one batch. */
const eachOnce = (events: readonly Recorded[]) => {
  const seen = new Set<string>()
  return events.filter(({ stream, revision }) => {
    const key = `${revision} ${stream}`
    return !seen.has(key) && seen.add(key)
  })
}

const withoutGaps = (events: readonly Recorded[], last: Map<string, bigint>, overGaps: boolean) =>
  events.filter(({ stream, revision }) => {
    const expected = last.get(stream)! + 1n
    if (revision === expected) last.set(stream, revision)
    if (revision > expected && !overGaps)
      throw new StreamGap(`${stream} has a gap: revision ${expected} is missing before revision ${revision}.`)
    return revision <= expected
  })

const recordedAt = ({ meta, at }: Recorded): Micros => {
  const { recordedAt } = (meta ?? {}) as { recordedAt?: string }
  const recorded = microsOf(recordedAt ?? at)
  return Number.isNaN(recorded) ? microsOf(at) : recorded
}

const insert = (source: ServiceName, events: readonly Recorded[], after: bigint, learnt: readonly Micros[]) =>
  prepared(insertText, [
    source,
    events.map((_, at) => after + BigInt(at) + 1n),
    ...columns.map((column) => events.map(column)),
    learnt.map(timeOf),
  ])

const insertText = `
  insert into inbox.events (source, position, stream, revision, id, type, schema, at, data, sealed, meta, entry,
    source_position, learnt_at)
  select $1, * from unnest($2::bigint[], $3::text[], $4::bigint[], $5::uuid[], $6::text[], $7::smallint[],
    $8::timestamptz[], $9::json[], $10::json[], $11::json[], $12::bytea[], $13::text[], $14::timestamptz[])`

const columns: ((event: Recorded) => unknown)[] = [
  ({ stream }) => stream,
  ({ revision }) => revision,
  ({ id }) => id,
  ({ type }) => type,
  ({ schema }) => schema,
  ({ at }) => at,
  ({ data }) => asItWas(data),
  ({ sealed }) => sealed && asItWas(sealed),
  ({ meta }) => asItWas(meta),
  ({ entry }) => entry,
  ({ position }) => position,
]

const tellOthers = prepared(`select pg_notify('feed', 'added ${inboxName}')`, [])

const moveHead = (position: bigint, learnt: Micros) =>
  prepared('update inbox.head set position = $1, learnt_at = $2', [position, timeOf(learnt)])

/** An event of the stream is missing in what was read, though no type is left out. */
export class StreamGap extends Error {
  override name = 'StreamGap'
}
