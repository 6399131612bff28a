import events from '@wushe/contracts/events.json' with { type: 'json' }
import { projection, sql, type Following, type Recorded, type Statement } from '@wushe/slice'
import { thingsOf, type Thing } from '../places.ts'

/** Keeps of every record of every service when it changed last, and how. */
export const changes = projection('changes', {
  revision: 2,
  tables: ['reporting.changes'],
  on: Object.fromEntries(
    [...new Set(events.map(({ service }) => service))].map((service) => [
      service,
      Object.fromEntries(
        events
          .filter((one) => one.service === service)
          .map((one) => [one.type, (event: Recorded<AnyEvent>) => changesOf(one, event)]),
      ),
    ]),
  ) as Following,
})

type AnyEvent = { type: string; data: Record<string, unknown> }
type Entry = { service: string; category: string; type: string; json: object }

const changesOf = ({ service, category, json }: Entry, event: Recorded<AnyEvent>): Statement[] =>
  thingsOf(`${category}-${event.streamId}`, event.data).flatMap((thing, at) => {
    // What stands within another thing may be of another agreement than that one.
    const agreementId = at === 0 ? agreementOf(category, event) : undefined
    const op =
      at > 0 ? 'upsert' : 'x-erases' in json ? 'erased' : event.type.endsWith('Voided') ? 'withdrawn' : 'upsert'
    const change = { service, thing, event, agreementId, op }
    // The first event of a thing finds nothing that it could leave.
    return agreementId === undefined || event.revision === 0 ? put(change) : leaveOthers(change)
  })

/** '' where a correction says that it is of none; undefined where the event does not say. */
const agreementOf = (category: string, { type, streamId, data: { agreementId } }: Recorded<AnyEvent>) => {
  if (category === 'agreement') return streamId
  return typeof agreementId === 'string' ? agreementId : type.endsWith('Corrected') ? '' : undefined
}

type Change = {
  service: string
  thing: Thing
  event: Recorded<AnyEvent>
  agreementId: string | undefined
  op: string
}

const leaveOthers = (change: Change) => {
  const { thing, event, agreementId } = change
  return sql`
    with left_behind as (
      update reporting.changes
      set current = false, op = 'outOfScope', version = ${event.revision + 1}, sequence = ${placeOf(event)}::bigint,
          changed_at = ${event.meta.recordedAt}::timestamptz
      where id = ${thing.id} and current and agreement_id <> ${agreementId})
    ${put(change)}`
}

/** What was withdrawn or erased stays so, whatever is noted about it later. */
const put = ({ service, thing, event, agreementId, op }: Change) => sql`
  insert into reporting.changes
    (id, agreement_id, type, tenant, source, op, version, href, sequence, first_sequence, changed_at)
  values (
    ${thing.id},
    coalesce(${agreementId ?? null}::text, (select agreement_id from reporting.changes where id = ${thing.id} and current), ''),
    ${thing.type}, ${event.meta.tenant}, ${service}, ${op}, ${event.revision + 1}, ${thing.href},
    ${placeOf(event)}::bigint, ${placeOf(event)}::bigint, ${event.meta.recordedAt}::timestamptz)
  on conflict (id, agreement_id) do update set
    op = case when changes.current and changes.op in ('withdrawn', 'erased') and excluded.op = 'upsert'
      then changes.op else excluded.op end,
    version = excluded.version, sequence = excluded.sequence, changed_at = excluded.changed_at, current = true`

/** `in:` and 16 hexadecimal digits. */
const placeOf = ({ position }: Recorded) => String(BigInt(`0x${position.slice(3)}`))
