import events from '@wushe/contracts/events.json' with { type: 'json' }
import { gathering, sql, type Following, type Recorded, type Statement } from '@wushe/slice'
import { thingsOf, type Thing } from '../places.ts'

/** Keeps of every record of every service when it changed last, and how. */
export const changes = gathering('changes', {
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
  ) as Following<Change>,
  write: (all: readonly Change[]) => rounds(all).map(put),
})

type AnyEvent = { type: string; data: Record<string, unknown> }
type Entry = { service: string; category: string; type: string; json: object }

/** What changed of a thing, from the first event that said it of this agreement to the last. */
type Change = Thing & {
  source: string
  tenant: string
  /** '' where a correction says that it is of none; undefined where the event does not say. */
  agreementId: string | undefined
  op: string
  first: Moment
  last: Moment
}
type Moment = { version: number; sequence: string; at: string }

const changesOf = ({ service, category, json }: Entry, event: Recorded<AnyEvent>): Change[] =>
  thingsOf(`${category}-${event.streamId}`, event.data).map((thing, at) => {
    const moment = { version: event.revision + 1, sequence: placeOf(event), at: event.meta.recordedAt }
    return {
      ...thing,
      ...{ source: service, tenant: event.meta.tenant, first: moment, last: moment },
      // What stands within another thing may be of another agreement than that one.
      agreementId: at === 0 ? agreementOf(category, event) : undefined,
      op: at > 0 ? 'upsert' : 'x-erases' in json ? 'erased' : event.type.endsWith('Voided') ? 'withdrawn' : 'upsert',
    }
  })

const agreementOf = (category: string, { type, streamId, data: { agreementId } }: Recorded<AnyEvent>) => {
  if (category === 'agreement') return streamId
  return typeof agreementId === 'string' ? agreementId : type.endsWith('Corrected') ? '' : undefined
}

/** In each round each thing once. What was said of it again is taken together, unless it went to another agreement. */
const rounds = (all: readonly Change[]): Change[][] => {
  const found: Map<string, Change>[] = []
  const lastRound = new Map<string, number>()
  for (const change of all) {
    const round = lastRound.get(change.id) ?? 0
    const before = found[round]?.get(change.id)
    const same = !before || before.agreementId === change.agreementId
    const where = same ? round : round + 1
    found[where] ??= new Map()
    found[where].set(change.id, before && same ? after(before, change) : change)
    lastRound.set(change.id, where)
  }
  return found.map((round) => [...round.values()])
}

/** What was withdrawn or erased stays so, whatever is noted about it later; the statement says the same. */
const after = (before: Change, change: Change): Change => ({
  ...change,
  first: before.first,
  op: ['withdrawn', 'erased'].includes(before.op) && change.op === 'upsert' ? before.op : change.op,
})

/** Who saw a thing under the agreement that it left is told that it is gone. */
const put = (round: readonly Change[]): Statement => {
  const each = <Value>(of: (change: Change) => Value) => round.map(of)
  return sql`
    with incoming as (
      select * from unnest(
        ${each(({ id }) => id)}::text[], ${each(({ agreementId }) => agreementId ?? null)}::text[],
        ${each(({ type }) => type)}::text[], ${each(({ tenant }) => tenant)}::text[],
        ${each(({ source }) => source)}::text[], ${each(({ op }) => op)}::text[], ${each(({ href }) => href)}::text[],
        ${each(({ first }) => first.version)}::integer[], ${each(({ first }) => first.sequence)}::bigint[],
        ${each(({ first }) => first.at)}::timestamptz[], ${each(({ last }) => last.version)}::integer[],
        ${each(({ last }) => last.sequence)}::bigint[], ${each(({ last }) => last.at)}::timestamptz[])
      as i (id, agreement_id, type, tenant, source, op, href, first_version, first_sequence, first_at, version, sequence, at)
    ), left_behind as (
      update reporting.changes c
      set current = false, op = 'outOfScope', version = i.first_version, sequence = i.first_sequence,
          changed_at = i.first_at
      from incoming i where c.id = i.id and c.current and c.agreement_id <> i.agreement_id)
    insert into reporting.changes
      (id, agreement_id, type, tenant, source, op, version, href, sequence, first_sequence, changed_at)
    select id, coalesce(agreement_id, (select c.agreement_id from reporting.changes c where c.id = i.id and c.current), ''),
      type, tenant, source, op, version, href, sequence, first_sequence, at
    from incoming i
    on conflict (id, agreement_id) do update set
      op = case when changes.current and changes.op in ('withdrawn', 'erased') and excluded.op = 'upsert'
        then changes.op else excluded.op end,
      version = excluded.version, sequence = excluded.sequence, changed_at = excluded.changed_at, current = true`
}

/** `in:` and 16 hexadecimal digits. */
const placeOf = ({ position }: Recorded) => String(BigInt(`0x${position.slice(3)}`))
