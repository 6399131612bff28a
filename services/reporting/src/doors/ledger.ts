import events from '@wushe/contracts/events.json' with { type: 'json' }
import { attributesOf, refuse, sql, type Refusal, type Rows, type Statement } from '@wushe/slice'
import { seenBy, type Asking } from './seen-by.ts'

/** An event of the ledger, without what is sealed. */
export type LedgerRow = {
  position: string
  source: string
  stream: string
  revision: string
  id: string
  type: string
  schema: number
  at: string
  data: Record<string, unknown>
  meta: {
    tenant: string
    agreementId?: string
    occurredOn?: string
    correlationId: string
    causationId?: string
    traceparent?: string
    livemode?: false
    actor: { keyId: string }
  }
}

/** Which events are asked for; `types` are names with commas between them. */
export type Wanted = { types?: string | undefined; agreementId?: string | undefined }

export type Part = { events: LedgerRow[]; reached: string; more: boolean }

/**
 * The events after a place that the actor may see, in the order of the ledger. The ledger's places have no gaps and are
 * given out one transaction after the other, so nothing ever appears behind what was read. So many places are looked
 * through at once: a part may be empty and there may be more.
 */
export const readLedger = async (
  { after, limit, ...wanted }: Wanted & { after: string; limit: number },
  asking: Asking,
  rows: Rows,
): Promise<Part | Refusal> => {
  const from = BigInt(after) < beyond ? BigInt(after) : beyond
  const unknown = unknownType(wanted.types)
  if (unknown) return unknown
  const found = await rows(sql<LedgerRow & { head: string; position: string | null }>`
    select h.position::text as head, e.position::text, ${columns}
    from inbox.head h left join lateral (
      select * from inbox.events e
      where e.position > ${String(from)}::bigint and e.position <= ${String(from + window)}::bigint
        and ${seen(asking)} and ${matches(wanted)}
      order by e.position limit ${limit}
    ) e on true
    order by e.position`)
  const head = BigInt(found[0]!.head)
  if (from > head) return refuse('position-not-reached', { after: String(from), position: String(head) })
  const events = found.filter(({ position }) => position !== null)
  const reached =
    events.length === limit ? BigInt(events.at(-1)!.position) : head < from + window ? head : from + window
  return { events, reached: String(reached), more: reached < head }
}

const window = 50_000n
/** More than PostgreSQL can count to is as far away as this. */
const beyond = 2n ** 62n

/** Of the alias `e`. */
export const columns = sql`
  e.source, e.stream, e.revision::text, e.id, e.type, e.schema,
  to_char(e.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, e.data, e.meta`

/** As a condition on the alias `e` of inbox.events. An agreement's own events are of that agreement. */
export const seen = (asking: Asking): Statement =>
  seenBy(asking, { tenant: sql`e.meta ->> 'tenant'`, agreement, source: sql`e.source` })

const agreement = sql`
  case when e.stream like 'agreement-%' then substr(e.stream, 11) else e.meta ->> 'agreementId' end`

const matches = ({ types, agreementId }: Wanted): Statement => {
  const ofType = types === undefined ? unlessAsked : sql`e.type = any(${types.split(',')})`
  return agreementId === undefined ? ofType : sql`${ofType} and ${agreement} = ${agreementId}`
}

/**
 * Disclosures come to whoever names their type. They tell of reading, and whoever reads a record on every event would
 * never come to an end.
 */
export const unlessAsked = sql`e.type <> 'PersonalDataDisclosed'`

export const unknownType = (types: string | readonly string[] | undefined): Refusal | undefined => {
  const type = (typeof types === 'string' ? types.split(',') : types)?.find((one) => !eventTypes.has(one))
  return type === undefined ? undefined : refuse('event-type-not-known', { type })
}

const eventTypes = new Set(events.map(({ type }) => type))

/** `00000000000001048213`: ordered as text and as a number. */
export const sequenceOf = (position: string | bigint) => String(position).padStart(20, '0')

/** The attributes of a CloudEvent, for HTTP and webhooks. */
export const attributesIn = (row: LedgerRow) => ({
  ...attributesOf(row.source, row),
  specversion: '1.0' as const,
  tenant: row.meta.tenant,
  livemode: row.meta.livemode ?? true,
  sequence: sequenceOf(row.position),
  streamversion: Number(row.revision) + 1,
  ...(row.meta.agreementId && { agreementid: row.meta.agreementId }),
  ...(row.meta.occurredOn && { occurredon: row.meta.occurredOn }),
  datacontenttype: 'application/json',
})

/** In structured JSON, with its facts. */
export const cloudEvent = (row: LedgerRow) => ({ ...attributesIn(row), authid: row.meta.actor.keyId, data: row.data })
