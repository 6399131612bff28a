import { refuse, rowOf, sql } from '@wushe/slice'
import { agreement } from './agreement.ts'

export const draftAgreement = agreement.command('draftAgreement', {
  of: ({ body }, { newId }) => body.id ?? newId('agr'),
  needs: {
    // A party that is not registered here, or as something else.
    stranger: rowOf(
      ({ body: { contractorId, funds } }) => sql<{ org_id: string; kind: string }>`
        select org_id, kind from unnest(
          ${[contractorId, ...funds.map((fund) => fund.funderId)]}::text[],
          ${['contractor', ...funds.map(() => 'funder')]}::text[]
        ) party (org_id, kind)
        where not exists (select from host.organisations known where (known.org_id, known.kind) = (party.org_id, party.kind))
        limit 1`,
    ),
  },
  decide: ({ body: { id: _, ...terms } }, state, { actor }, { stranger }) => {
    const { from, to, funds } = terms
    if (stranger) return refuse('party-not-known', { organisationId: stranger.org_id, kind: stranger.kind })
    if (to < from) return refuse('period-wrong', { from, to })
    const sum = funds.reduce((total, fund) => total + fund.share, 0)
    if (sum !== 10_000) return refuse('shares-wrong', { sum })
    if (state.status !== 'none') return []
    const { phoneMinMinutes = 0, collateralsCount = false } = terms.countingRules ?? {}
    return [
      {
        type: 'AgreementDrafted',
        data: { ...terms, purchaserId: actor.orgId, countingRules: { phoneMinMinutes, collateralsCount } },
      },
    ]
  },
})
