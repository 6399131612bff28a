import type { Streams } from '@wushe/contracts'
import { aggregate, record, refuse, rowOf, sql } from '@wushe/slice'

type Given = Extract<Streams['grant'], { type: 'AgreementGrantGiven' }>['data']
export type AgreementGrant = { status: 'none' } | { status: 'given' | 'ended'; terms: Given }

/** How much of an agreement a funder sees. It belongs to the contractor, whose records it opens or closes. */
export const grant = aggregate('grant', {
  initial: { status: 'none' } as AgreementGrant,
  owner: (first) => ('contractorId' in first.data ? first.data.contractorId : ''),
  evolve: (state, event): AgreementGrant => {
    if (event.type === 'AgreementGrantGiven') return { status: 'given', terms: event.data }
    return state.status === 'none' ? state : { ...state, status: 'ended' }
  },
})

type Agreement = { contractor_id: string; purchaser_id: string; party_ids: string[]; is_funder: boolean }

/**
 * What widens a funder's view is the contractor's to give, who answers for the persons; what narrows a party to figures
 * is the purchaser's, so that no contractor hides its facts from who pays for them.
 */
export const giveAgreementGrant = grant.command('giveAgreementGrant', {
  of: ({ body }, { newId }) => body.id ?? newId('gra'),
  needs: {
    agreement: rowOf(
      ({ body: { agreementId, funderOrgId } }) => sql<Agreement>`
        select contractor_id, purchaser_id, party_ids, exists (
          select from host.organisations where org_id = ${funderOrgId} and kind = 'funder'
        ) as is_funder
        from host.agreements where agreement_id = ${agreementId}`,
    ),
  },
  decide: ({ body: { id: _, ...terms } }, state, { actor }, { agreement }) => {
    const { agreementId, funderOrgId, view, validFrom, validTo } = terms
    const giver = actor.orgId
    if (!agreement || ![agreement.contractor_id, agreement.purchaser_id].includes(giver))
      return refuse('agreement-not-known', { agreementId })
    if (!agreement.is_funder) return refuse('party-not-known', { organisationId: funderOrgId, kind: 'funder' })
    if (validTo < validFrom) return refuse('period-wrong', { from: validFrom, to: validTo })
    const narrows = view === 'aggregate' && agreement.party_ids.includes(funderOrgId)
    if (giver !== (narrows ? agreement.purchaser_id : agreement.contractor_id)) return refuse('grant-not-yours')
    if (state.status !== 'none') return []
    const { contractor_id: contractorId, purchaser_id: purchaserId } = agreement
    return [{ type: 'AgreementGrantGiven', data: { ...terms, contractorId, purchaserId, givenBy: giver } }]
  },
})

export const endAgreementGrant = grant.command('endAgreementGrant', {
  of: ({ path }) => path.grantId,
  outsidePeriod: true,
  decide: ({ body: { reason } }, state, { actor }) => {
    if (state.status === 'none') return refuse('not-found')
    const { agreementId, funderOrgId, givenBy } = state.terms
    if (givenBy !== actor.orgId) return refuse('grant-not-yours')
    return state.status === 'ended' ? [] : [{ type: 'AgreementGrantEnded', data: { agreementId, funderOrgId, reason } }]
  },
})

export const grantRecord = record('AgreementGrant', {
  from: 'grant',
  table: 'reporting.agreement_grant',
  on: {
    AgreementGrantGiven: (_, { data: { funderOrgId, givenBy, view, basis, validFrom, validTo } }) => ({
      ...{ funderOrgId, givenBy, view, basis, validFrom, validTo },
      status: 'given',
    }),
    AgreementGrantEnded: (body, { data }) => ({ ...body, status: 'ended', endingReason: data.reason }),
  },
})
