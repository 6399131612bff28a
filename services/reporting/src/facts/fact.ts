import { join, raw, sql, type Recorded, type Statement } from '@wushe/slice'

/** One countable fact as an event tells it. */
export type Fact = {
  /** What the fact is about, by id; the same in every version of it. */
  fact: string
  kind:
    | 'case'
    | 'consultation'
    | 'case-session'
    | 'group-session'
    | 'activity'
    | 'person'
    | 'volunteer'
    | 'hours'
    | 'link'
    | 'link-value'
    | 'practitioner'
    | 'licence'
    | 'station'
    | 'agreement'
    | 'division'
  /** Id of the record that shows it. */
  record: string
  /** The person, group, link or division that is counted once. */
  subject?: string
  occurredOn: string
  /** First and last day on which it holds, where it is a state. */
  valid?: { from: string; to?: string | undefined }
  /** Persons, minutes, fen; 1 where there is nothing to add up. */
  quantity: number
  dims?: object
  agreementId?: string | undefined
  stationId?: string | undefined
}

type Event = Recorded<{ type: string; data: { agreementId?: string; siteId?: string } }>

/**
 * What events do to the facts, as statements. Each is safe to repeat: a row is written once per event, and only what was
 * known before an event is closed by it.
 */
export const factsFrom = (service: string, category: string) => {
  const streamOf = (event: Event) => `${category}-${event.streamId}`

  /** Closes the rows in question, as known from this event on. */
  const closing = (event: Event, which: Statement) => sql`
    update reporting.facts set until_at = ${learntAt(event)}::timestamptz
    where stream = ${streamOf(event)} and until_at is null and from_at < ${learntAt(event)}::timestamptz and (${which})`

  const rows = (event: Event, facts: readonly Fact[]) =>
    JSON.stringify(facts.map((fact) => ({ ...columnsOf(fact, event), service, stream: streamOf(event) })))

  const add = (event: Event, facts: readonly Fact[]) => sql`
    insert into reporting.facts
    select * from jsonb_populate_recordset(null::reporting.facts, ${rows(event, facts)}::jsonb)
    on conflict do nothing`

  return {
    add,
    /** Closes some rows of the stream. */
    end: closing,
    /** Closes some rows of the stream and writes others in their place. */
    replace: (event: Event, which: Statement, facts: readonly Fact[]) => sql`
      with closed as (${closing(event, which)}) ${add(event, facts)}`,
    /**
     * Writes some rows of the stream anew with some columns changed, each given as an expression over `closed`. `from`
     * makes several of one. A state that holds on no day is left out.
     */
    change: (event: Event, which: Statement, to: { [column in Column]?: Statement }, from: Statement = sql`closed`) => {
      const told = { ...cameFrom(event), ...to }
      return sql`
        with closed as (${closing(event, which)} returning *)
        insert into reporting.facts
        select * from (
          select ${join(columns.map((column) => sql`${told[column] ?? raw(`closed.${column}`)} as ${raw(column)}`))}
          from ${from}
        ) changed
        where valid is null or not isempty(valid)
        on conflict do nothing`
    },
  }
}

/** Is the row about this record? */
export const about = (record: string) => sql`record = ${record}`
export const everything = sql`true`

/** `valid` with another last day: the one before this one. */
export const endingBefore = (day: string) => sql`closed.valid * daterange(null, ${day}::date)`

/** When the ledger learnt of it; of an event that did not come through the ledger, when it was stored. */
const learntAt = (event: { at: string }) => (event as { learntAt?: string }).learntAt ?? event.at

// In the order of the table.
const columns = [
  'fact',
  'kind',
  'record',
  'stream',
  'agreement_id',
  'tenant',
  'station_id',
  'occurred_on',
  'valid',
  'subject',
  'quantity',
  'dims',
  'service',
  'event_id',
  'event_type',
  'version',
  'recorded_at',
  'from_at',
  'until_at',
] as const
type Column = (typeof columns)[number]

const columnsOf = (fact: Fact, event: Event) => ({
  fact: fact.fact,
  kind: fact.kind,
  record: fact.record,
  agreement_id: fact.agreementId ?? event.data.agreementId ?? null,
  tenant: event.meta.tenant,
  station_id: fact.stationId ?? event.data.siteId ?? null,
  occurred_on: fact.occurredOn,
  valid: fact.valid ? rangeOf(fact.valid) : null,
  subject: fact.subject ?? null,
  quantity: fact.quantity,
  dims: fact.dims ?? {},
  event_id: event.id,
  event_type: event.type,
  version: event.revision + 1,
  recorded_at: event.meta.recordedAt,
  from_at: learntAt(event),
  until_at: null,
})

const cameFrom = (event: Event): { [column in Column]?: Statement } => ({
  event_id: sql`${event.id}::uuid`,
  event_type: sql`${event.type}`,
  version: sql`${event.revision + 1}::integer`,
  recorded_at: sql`${event.meta.recordedAt}::timestamptz`,
  from_at: sql`${learntAt(event)}::timestamptz`,
  until_at: sql`null::timestamptz`,
})

const rangeOf = ({ from, to }: { from: string; to?: string | undefined }) =>
  to === undefined ? `[${from},)` : to < from ? 'empty' : `[${from},${to}]`
