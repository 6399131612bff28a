import { setTimeout as pause } from 'node:timers/promises'
import { horizonLag } from '@wushe/event-store'
import { recordOf, type RecordVersion } from '@wushe/feed'
import { empty, join, raw, refuse, sql, type Actor, type Meta, type RecordSlice } from '@wushe/slice'
import { hash } from 'node:crypto'
import { createPatch } from 'rfc6902'
import { newestEvent, operations, type Access, type Operation } from './contract.ts'
import type { Disclosure } from './disclosure.ts'
import { belonging, readStream } from './execute.ts'
import type { OpenService } from './open.ts'
import { askedFields, isAsked } from './fields.ts'
import { provenanceOf, upTo, type Until } from './past.ts'
import { visible, sees, seesPart } from './policy.ts'
import { bodyShown, openSealed, present } from './present.ts'
import { Refused, type Language } from './problem.ts'
import { momentAt } from './request.ts'
import type { AnyInput, ListSlice } from './service.ts'
import type { Request } from './stamp.ts'

const instant = (column: string) => raw(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`)

/** A row of a record's table as a version of the record. */
export const versionColumns = sql`
  id, version, tenant, agreement_id as "agreementId", site_id as "siteId", status, occurred_on::text as "occurredOn",
  ${instant('recorded_at')} as "recordedAt", ${instant('updated_at')} as "updatedAt", stream, body, sealed, created`

const columns: Record<string, string> = { agreementId: 'agreement_id', siteId: 'site_id', status: 'status' }

type Pin = { position: string; asOf: string; after?: [created: string, id: string] }

/**
 * One page of a record's list. All pages of one list show the moment of the first: now, or the recorded moment that is
 * asked for.
 */
export async function readList(
  service: OpenService,
  { record, where }: ListSlice,
  operation: Operation,
  input: AnyInput,
  request: Request,
  asOf: string | undefined,
) {
  const { actor, now } = request.moment
  const { limit: asked = 100, cursor, asOf: _, fields, ...filters } = input.query
  const limit = Math.min(asked, 500)
  const scope = scopeOf(operation, actor, input.path, { ...filters, ...(asOf && { asOf }) })
  const pin: Pin = service.cursors.read<Pin>(cursor, scope) ?? {
    position: await (asOf ? settledCheckpoint(service, record.table, asOf) : service.checkpointOf(record.table)),
    asOf: asOf ?? now,
  }
  const table = raw(record.table)

  const conditions = Object.entries(filters).map(([name, value]) =>
    where[name]
      ? where[name](value, momentAt(new Date(pin.asOf)).today)
      : columns[name]
        ? sql`${raw(columns[name])} = ${value}`
        : sql`body ->> ${name} = ${String(value)}`,
  )
  // A list inside a thing shows what stands in that thing's stream.
  if (operation.ids[0]) conditions.push(sql`stream = ${`${record.category}-${input.path[operation.ids[0]]}`}`)
  const rows = await service.rows(sql<RecordVersion & { created: string }>`
    select ${versionColumns}
    from ${table} v
    where position <= ${pin.position} and ${
      asOf
        ? sql`updated_at <= ${asOf} and not exists (
            select 1 from ${table} n where n.id = v.id and n.version > v.version and n.updated_at <= ${asOf})`
        : sql`(until is null or until > ${pin.position})`
    }
      and ${join([visible(operation.access, actor, stationOf(record)), ...conditions], ' and ')}
      ${pin.after ? sql`and (created, id) < (${pin.after[0]}, ${pin.after[1]})` : empty}
    order by created desc, id desc
    limit ${limit + 1}`)
  // Nothing in a thing that the caller sees is an empty list; nothing in any other is a thing that does not exist.
  if (rows.length === 0 && operation.ids[0])
    await demandSeen(service, containing(service, operation), input, actor, operation.access)
  const page = rows.slice(0, limit)
  const final = page.at(-1)
  return {
    data: await present(page, { record: record.name, operation, request, service, fields: askedFields(fields) }),
    ...(rows.length > limit &&
      final && { nextCursor: service.cursors.write({ ...pin, after: [final.created, final.id] }, scope) }),
    asOf: pin.asOf,
    position: pin.position,
  }
}

/** Where a record's table stands once it contains all that was recorded by then. */
async function settledCheckpoint(service: OpenService, table: string, asOf: string) {
  // What is committed is hidden from readers while a transaction is open that began before it.
  for (let tries = 0; ; tries++) {
    const { seconds } = await horizonLag(service.pool)
    if (Date.now() + (service.sandbox?.ahead() ?? 0) - seconds * 1000 > Date.parse(asOf)) break
    if (tries === 100) throw new Refused(refuse('projection-lagging'))
    await pause(20)
  }
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
  request: Request,
  until: Until,
) {
  const { actor } = request.moment
  const { version, events, last } = await demandSeen(
    service,
    { record, ids: operation.ids },
    input,
    actor,
    operation.access,
    until,
  )
  const fields = askedFields(input.query.fields)
  const opened: Disclosure[] = []
  const disclose = async (one: Disclosure) => void opened.push(one)
  const [shown] = await present([version], {
    ...{ record: record.name, operation, request, fields },
    service: { ...service, disclose },
  })
  const lastUsedAt = record.credential && isAsked(fields, '/lastUsedAt') && (await service.uses.last(version.id))
  const data: Record<string, unknown> = { ...shown, ...(lastUsedAt && { lastUsedAt }) }
  const provenance =
    input.query.expand === 'provenance' &&
    Object.fromEntries(
      Object.entries(provenanceOf(record, events, version.id)).filter(([pointer]) => pointer.slice(1) in data),
    )
  return {
    body: { data, ...(provenance && { provenance }) },
    etag: etagOf(version.version, [provenance, actor.kind === 'funder' || fields ? data : data['masked']]),
    updatedAt: version.updatedAt,
    position: last!,
    /** Who has it already (304) is shown nothing. */
    disclose: async () => {
      for (const one of opened) await service.disclose(one, request)
    },
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
  request: Request,
) {
  const { actor } = request.moment
  const { from, to } = input.query as { from: number; to: number }
  const seen = (version: number) =>
    demandSeen(service, { record, ids: operation.ids }, input, actor, operation.access, { version })
  const versions = [await seen(from), await seen(to)].map((one) => one.version)
  const [before, after] = await present(versions, { record: record.name, operation, request, service })
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
  request: Request,
  language: Language,
) {
  const { actor } = request.moment
  const { version, events } = await demandSeen(service, { record, ids: operation.ids }, input, actor, operation.access)
  const { limit: asked = 100, cursor } = input.query
  const scope = scopeOf(operation, actor, input.path, {})
  const after = service.cursors.read<{ after: number }>(cursor, scope)?.after ?? -1
  const all = events.filter(
    ({ meta, revision }) => revision > after && seesPart(operation.access, actor, meta.agreementId),
  )
  const shown = all.slice(0, Math.min(asked, 500))
  const showing = { record: record.name, operation, request, service }
  const items = shown.map(({ meta, sealed }) => ({
    id: version.id,
    siteId: version.siteId,
    stream: version.stream,
    tenant: meta.tenant,
    agreementId: meta.agreementId ?? version.agreementId,
    sealed,
  }))
  const sealed = await openSealed(items, showing)
  return {
    data: shown.map(({ id, type, revision, data, meta }, index) => {
      const { open } = sealed[index]!
      const { value, left } = bodyShown(data as object, items[index]!, showing)
      const masked = [...sealed[index]!.masked, ...left]
      return {
        version: revision + 1,
        eventId: id,
        type,
        title: newestEvent(type)?.title[language] ?? type,
        ...(meta.occurredOn && { occurredOn: meta.occurredOn }),
        recordedAt: meta.recordedAt,
        actor: actorShown(meta, actor),
        data: value,
        ...(Object.keys(open).length && { sealed: open }),
        ...(masked.length && { masked }),
      }
    }),
    ...(shown.length < all.length && { nextCursor: service.cursors.write({ after: shown.at(-1)!.revision }, scope) }),
  }
}

/** Who the person behind a client was is for their own organisation. */
const actorShown = ({ actor: { orgId, keyId, person }, tenant }: Meta, { orgId: asking }: Actor) => ({
  ...{ orgId, keyId },
  ...(person && orgId === asking && tenant === asking && { person }),
})

/** The record that the path ids name, as it stands or stood; what the caller may not see does not exist. */
async function demandSeen(
  service: OpenService,
  { record, ids }: { record: RecordSlice; ids: string[] },
  input: AnyInput,
  actor: Actor,
  access: Access,
  until: Until = {},
) {
  const [streamId, recordId] = [ids[0]!, ids.at(-1)!].map((name) => input.path[name] as string)
  const { events: all, last } = await readStream(service, `${record.category}-${streamId}`)
  if ((until.version ?? 0) > all.length) throw new Refused(refuse('not-found'))
  const events = upTo(until, all)
  const version = recordOf(record, events, recordId!)
  if (!version || !sees(access, actor, belonging(record, version, all))) throw new Refused(refuse('not-found'))
  return { version, events, last }
}

/** The station to which a row `v` of this record's table belongs. */
const stationOf = ({ movesWith }: RecordSlice) =>
  movesWith &&
  sql`(select other.site_id from ${raw(movesWith.table)} other where other.stream = v.stream and other.until is null)`

/** The thing in which a list stands: that of the path before it. */
function containing(service: OpenService, { template, ids }: Operation) {
  const path = template.slice(0, template.lastIndexOf('/'))
  const { record } = operations.find((one) => one.method === 'get' && one.template === path)!
  return { record: service.recordNamed(record!), ids }
}

/** A cursor belongs to one caller, one list and one filter. */
const scopeOf = ({ operationId }: Operation, { orgId }: Actor, path: object, filters: object) =>
  JSON.stringify([operationId, orgId, path, Object.entries(filters).sort()])
