import { refuse } from '@wushe/slice'
import { agreement } from './agreement.ts'

export const draftAgreement = agreement.command('draftAgreement', {
  of: ({ body }, { newId }) => body.id ?? newId('agr'),
  decide: ({ body: { id: _, ...terms } }, state, { actor }) => {
    const { from, to, funds } = terms
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
