import { projection, refuse, sql, type Moment, type Refusal } from '@wushe/slice'

/** Every service keeps a read-copy of the agreements: to attribute facts, and to know what a funder may see. */
export const agreementCopy = projection('agreement-copy', {
  tables: ['host.agreements'],
  on: {
    reporting: {
      AgreementDrafted: ({ streamId, data }) => sql`
        insert into host.agreements (agreement_id, contractor_id, party_ids, period)
        values (${streamId}, ${data.contractorId}, ${[data.contractorId, data.purchaserId, ...data.funds.map((fund) => fund.funderId)]},
                daterange(${data.from}::date, ${data.to}::date, '[]'))
        on conflict (agreement_id) do nothing`,
      AgreementActivated: ({ streamId }) =>
        sql`update host.agreements set active = true where agreement_id = ${streamId}`,
    },
  },
})

export type AgreementRow = { agreement_id: string; contractor_id: string; from: string; to: string }

export const agreementRow = (agreementId: string) => sql<AgreementRow>`
  select agreement_id, contractor_id, lower(period)::text as from, (upper(period) - 1)::text as to
  from host.agreements where agreement_id = ${agreementId} and active`

/** A day is never in the future, and a fact belongs to an agreement only by its contractor and mostly inside its period. */
export function refuseDates(
  data: Record<string, any>,
  { agreement, outsidePeriod }: { agreement: AgreementRow | undefined; outsidePeriod: true | undefined },
  { today, actor }: Moment,
): Refusal | undefined {
  const { occurredOn: date, agreementId } = data
  if (typeof date === 'string' && date > today)
    return refuse('date-in-future', { pointer: '#/occurredOn', date, today })
  if (typeof agreementId !== 'string' || actor.kind !== 'contractor') return undefined
  if (agreement?.contractor_id !== actor.orgId) return refuse('agreement-not-known', { agreementId })
  const { from, to } = agreement
  if (!outsidePeriod && typeof date === 'string' && (date < from || date > to))
    return refuse('outside-agreement', { agreementId, date, from, to })
  return undefined
}
