import { projection, sql, type Following, type Recorded } from '@wushe/slice'
import type { Streams } from '@wushe/contracts'

type Disclosed = Recorded<Streams['disclosure']>

/** Keeps of every service who was shown whose sealed data. */
export const accessLog = projection('access-log', {
  tables: ['reporting.access_log'],
  on: Object.fromEntries(
    (['access', 'case', 'reporting', 'resources', 'volunteer'] as const).map((service) => [
      service,
      { PersonalDataDisclosed: (event: Disclosed) => lineOf(service, event) },
    ]),
  ) satisfies Following,
})

/** In the ledger's order; `in:` and 16 hexadecimal digits. */
const lineOf = (
  service: string,
  { id, position, data, meta: { tenant, recordedAt, correlationId, actor } }: Disclosed,
) => {
  const { operationId, persons, ...rest } = data
  return sql`
    insert into reporting.access_log
      (position, event_id, tenant, service, at, operation_id, request_id, org_id, key_id, person, persons, data)
    values (${String(BigInt(`0x${position.slice(3)}`))}::bigint, ${id}, ${tenant}, ${service}, ${recordedAt}::timestamptz,
      ${operationId}, ${correlationId}, ${actor.orgId}, ${actor.keyId}, ${actor.person ?? null}, ${persons},
      ${JSON.stringify(rest)})`
}
