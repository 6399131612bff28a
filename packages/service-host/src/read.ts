import { recordOf, type RecordVersion } from '@wushe/feed'
import { empty, join, raw, refuse, sql, type Actor, type RecordSlice, type Statement } from '@wushe/slice'
import { hash } from 'node:crypto'
import { createPatch } from 'rfc6902'
import { newestEvent, operations, type Operation } from './contract.ts'
import { readStream } from './execute.ts'
import type { OpenService } from './open.ts'
import { provenanceOf, upTo, type Until } from './past.ts'
import { openSealed, present } from './present.ts'
import { Refused, type Language } from './problem.ts'
import type { AnyInput } from './service.ts'

/** Which rows of a record an actor may see, as a condition inside the statement. */
const visible = ({ seenBy }: RecordSlice, actor: Actor): Statement => {
  if (seenBy === 'owner-and-operator' && actor.kind === 'operator') return sql`true`
  if (actor.kind === 'funder' && seenBy === 'owner-and-funders') return sql`agreement_id = any(${actor.agreementIds})`
  return sql`tenant = ${actor.orgId}`
}

const sees = ({ seenBy }: RecordSlice, actor: Actor, { tenant, agreementId }: RecordVersion) =>
  (seenBy === 'owner-and-operator' && actor.kind === 'operator') ||
  (actor.kind === 'funder' && seenBy === 'owner-and-funders'
    ? agreementId != null && actor.agreementIds.includes(agreementId)
    : tenant === actor.orgId)

const instant = (column: string) => raw(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`)

const columns: Record<string, string> = { agreementId: 'agreement_id', siteId: 'site_id', status: 'status' }

type Pin = { position: string; asOf: string; after?: [created: string, id: string] }

/**
 * One page of a record's list. All pages of one list show the moment of the first: now, or the recorded moment that is
 * asked for.
 */
export async function readList(
  service: OpenService,
  record: RecordSlice,
  operation: Operation,
  input: AnyInput,
  actor: Actor,
  { now, asOf }: { now: string; asOf?: string | undefined },
) {
  const { limit: asked = 100, cursor, asOf: _, ...filters } = input.query
  const limit = Math.min(asked, 500)
  const scope = scopeOf(operation, actor, input.path, { ...filters, ...(asOf && { asOf }) })
  const pin: Pin = service.cursors.read<Pin>(cursor, scope) ?? {
    position: await (asOf ? settledCheckpoint(service, record.table) : service.checkpointOf(record.table)),
    asOf: asOf ?? now,
  }
  const table = raw(record.table)

  const conditions = Object.entries(filters).map(([name, value]) =>
    columns[name] ? sql`${raw(columns[name])} = ${value}` : sql`body ->> ${name} = ${String(value)}`,
  )
  // A list inside a thing shows what stands in that thing's stream.
  if (operation.ids[0]) conditions.push(sql`stream = ${`${record.category}-${input.path[operation.ids[0]]}`}`)
  const rows = await service.rows(sql<RecordVersion & { created: string }>`
    select id, version, tenant, agreement_id as "agreementId", site_id as "siteId", status, occurred_on::text as "occurredOn",
           ${instant('recorded_at')} as "recordedAt", ${instant('updated_at')} as "updatedAt", body, sealed, created
    from ${table} v
    where position <= ${pin.position} and ${
      asOf
        ? sql`updated_at <= ${asOf} and not exists (
            select 1 from ${table} n where n.id = v.id and n.version > v.version and n.updated_at <= ${asOf})`
        : sql`(until is null or until > ${pin.position})`
    }
      and ${join([visible(record, actor), ...conditions], ' and ')}
      ${pin.after ? sql`and (created, id) < (${pin.after[0]}, ${pin.after[1]})` : empty}
    order by created desc, id desc
    limit ${limit + 1}`)
  // Nothing in a thing that the caller sees is an empty list; nothing in any other is a thing that does not exist.
  if (rows.length === 0 && operation.ids[0]) await demandSeen(service, containing(service, operation), input, actor)
  const page = rows.slice(0, limit)
  const final = page.at(-1)
  return {
    data: await present(page, actor, service.vault),
    ...(rows.length > limit &&
      final && { nextCursor: service.cursors.write({ ...pin, after: [final.created, final.id] }, scope) }),
    asOf: pin.asOf,
    position: pin.position,
  }
}

/** Where a record's table stands once it contains all that is in the log now. */
async function settledCheckpoint(service: OpenService, table: string) {
  const head = await service.store.log.head()
  if (head !== 'start' && !(await service.running.get(table)!.running.waitFor(head, 5000)))
    throw new Refused(refuse('projection-lagging'))
  return service.checkpointOf(table)
}

/** One record as it stands now or stood then, folded from its stream. */
export async function readOne(
  service: OpenService,
  record: RecordSlice,
  operation: Operation,
  input: AnyInput,
  actor: Actor,
  until: Until,
) {
  const { version, events, last } = await demandSeen(service, { record, ids: operation.ids }, input, actor, until)
  const [data] = await present([version], actor, service.vault)
  const provenance =
    input.query.expand === 'provenance' &&
    Object.fromEntries(
      Object.entries(provenanceOf(record, events, version.id)).filter(([pointer]) => pointer.slice(1) in data!),
    )
  return {
    body: { data, ...(provenance && { provenance }) },
    etag: etagOf(version.version, [provenance, actor.kind === 'funder' ? data : data!['masked']]),
    updatedAt: version.updatedAt,
    position: last!,
  }
}

/**
 * The tag of a whole record is its version. Behind that of a view that shows less or more stands the hash of what may
 * change without a new version: what a funder's agreements let it see, and what was erased.
 */
const etagOf = (version: number, view: readonly unknown[]) =>
  view.some(Boolean) ? `"v${version}-${hash('sha256', JSON.stringify(view)).slice(0, 8)}"` : `"v${version}"`

/** What changed between two versions, as the caller sees them. */
export async function readDiff(
  service: OpenService,
  record: RecordSlice,
  operation: Operation,
  input: AnyInput,
  actor: Actor,
) {
  const { from, to } = input.query as { from: number; to: number }
  const seen = (version: number) => demandSeen(service, { record, ids: operation.ids }, input, actor, { version })
  const versions = [await seen(from), await seen(to)].map((one) => one.version)
  const [before, after] = await present(versions, actor, service.vault)
  const { masked: _, ...old } = before!
  const { masked: __, ...fresh } = after!
  return { data: { from, to, patch: createPatch(old, fresh) } }
}

/** Everything that happened in a stream, in words and in order. */
export async function readHistory(
  service: OpenService,
  record: RecordSlice,
  operation: Operation,
  input: AnyInput,
  actor: Actor,
  language: Language,
) {
  const { events } = await demandSeen(service, { record, ids: operation.ids }, input, actor)
  const { limit: asked = 100, cursor } = input.query
  const scope = scopeOf(operation, actor, input.path, {})
  const after = service.cursors.read<{ after: number }>(cursor, scope)?.after ?? -1
  const all = events.filter(
    ({ meta, revision }) =>
      revision > after &&
      (actor.kind !== 'funder' || !meta.agreementId || actor.agreementIds.includes(meta.agreementId)),
  )
  const shown = all.slice(0, Math.min(asked, 500))
  const sealed = await openSealed(
    shown.map(({ meta, sealed }) => ({ tenant: meta.tenant, sealed })),
    actor,
    service.vault,
  )
  return {
    data: shown.map(({ id, type, revision, data, meta }, index) => {
      const { open, masked } = sealed[index]!
      return {
        version: revision + 1,
        eventId: id,
        type,
        title: newestEvent(type)?.title[language] ?? type,
        ...(meta.occurredOn && { occurredOn: meta.occurredOn }),
        recordedAt: meta.recordedAt,
        actor: { orgId: meta.actor.orgId, keyId: meta.actor.keyId },
        data,
        ...(Object.keys(open).length && { sealed: open }),
        ...(masked.length && { masked }),
      }
    }),
    ...(shown.length < all.length && { nextCursor: service.cursors.write({ after: shown.at(-1)!.revision }, scope) }),
  }
}

/** The record that the path ids name, as it stands or stood; what the caller may not see does not exist. */
async function demandSeen(
  service: OpenService,
  { record, ids }: { record: RecordSlice; ids: string[] },
  input: AnyInput,
  actor: Actor,
  until: Until = {},
) {
  const [streamId, recordId] = [ids[0]!, ids.at(-1)!].map((name) => input.path[name] as string)
  const { events: all, last } = await readStream(service, `${record.category}-${streamId}`)
  if ((until.version ?? 0) > all.length) throw new Refused(refuse('not-found'))
  const events = upTo(until, all)
  const version = recordOf(record, events, recordId!)
  if (!version || !sees(record, actor, version)) throw new Refused(refuse('not-found'))
  return { version, events, last }
}

/** The thing in which a list stands: that of the path before it. */
function containing(service: OpenService, { template, ids }: Operation) {
  const path = template.slice(0, template.lastIndexOf('/'))
  const { record } = operations.find((one) => one.method === 'get' && one.template === path)!
  return { record: service.recordNamed(record!), ids }
}

/** A cursor belongs to one caller, one list and one filter. */
const scopeOf = ({ operationId }: Operation, { orgId }: Actor, path: object, filters: object) =>
  JSON.stringify([operationId, orgId, path, Object.entries(filters).sort()])
