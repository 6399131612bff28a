import { projection, refuse, sql, type Moment, type Refusal } from '@wushe/slice'

/** Every service keeps a read-copy of agreements and grants: to attribute facts, and to know what a funder may see. */
export const agreementCopy = projection('agreement-copy', {
  revision: 2,
  tables: ['host.agreements', 'host.agreement_grants'],
  on: {
    reporting: {
      AgreementDrafted: ({ streamId, data }) => sql`
        insert into host.agreements (agreement_id, contractor_id, purchaser_id, party_ids, period)
        values (${streamId}, ${data.contractorId}, ${data.purchaserId}, ${[data.contractorId, data.purchaserId, ...data.funds.map((fund) => fund.funderId)]},
                daterange(${data.from}::date, ${data.to}::date, '[]'))
        on conflict (agreement_id) do nothing`,
      AgreementActivated: ({ streamId }) =>
        sql`update host.agreements set active = true where agreement_id = ${streamId}`,
      AgreementGrantGiven: ({ streamId, data }) => sql`
        insert into host.agreement_grants (grant_id, agreement_id, funder_id, view, basis, period)
        values (${streamId}, ${data.agreementId}, ${data.funderOrgId}, ${data.view}, ${data.basis},
                daterange(${data.validFrom}::date, ${data.validTo}::date, '[]'))
        on conflict (grant_id) do nothing`,
      AgreementGrantEnded: ({ streamId }) =>
        sql`update host.agreement_grants set ended = true where grant_id = ${streamId}`,
    },
  },
})

/**
 * Two columns of a row of host.organisations that is called o: the agreements to which it is a party or of which a grant
 * is in force on that day, and those grants by agreement. Of several the widest counts, then the one with more days.
 */
export const agreementsOfOrganisation = (today: string) => sql`
  array(select agreement_id from host.agreements where o.org_id = any(party_ids)
        union select agreement_id from ${grantsInForce(today)} as granted) as agreement_ids,
  (select jsonb_object_agg(agreement_id, jsonb_build_object('id', grant_id, 'view', view, 'basis', basis))
   from (select distinct on (agreement_id) agreement_id, grant_id, view, basis from ${grantsInForce(today)} as granted
         order by agreement_id, array_position(array['named', 'deidentified', 'aggregate'], view), upper(period) desc, grant_id
        ) widest) as grants`

const grantsInForce = (today: string) => sql`
  (select * from host.agreement_grants where funder_id = o.org_id and not ended and period @> ${today}::date)`

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
