import events from '@wushe/contracts/events.json' with { type: 'json' }
import { projection, sql, type Following, type Recorded } from '@wushe/slice'

/** Keeps which events mention a person, so that a copy and a certificate need not look through the whole ledger. */
export const personEvents = projection('person-events', {
  tables: ['reporting.person_events'],
  on: Object.fromEntries(
    [...new Set(events.map(({ service }) => service))].map((service) => [
      service,
      Object.fromEntries(
        events
          // Disclosures are in the access log.
          .filter((one) => one.service === service && one.category !== 'disclosure')
          .map(({ type }) => [type, mentions]),
      ),
    ]),
  ) as Following,
})

function mentions({ streamId, data, sealed = {}, position, meta }: Recorded) {
  const persons = new Set(`${streamId} ${JSON.stringify(data)} ${Object.keys(sealed).join(' ')}`.match(aPerson))
  if (persons.size === 0) return []
  return sql`
    insert into reporting.person_events (tenant, person, position)
    select ${meta.tenant}, person, ${String(BigInt(`0x${position.slice(3)}`))}::bigint from unnest(${[...persons]}::text[]) person
    on conflict do nothing`
}

const aPerson = /\b(?:sub|vol|pra|prv)_[0-7][0-9a-hjkmnp-tv-z]{25}\b/g
