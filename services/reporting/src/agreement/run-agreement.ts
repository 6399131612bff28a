import { agreement, funderIdsOf, stateWrong } from './agreement.ts'

export const signAgreement = agreement.command('signAgreement', {
  of: ({ path }) => path.agreementId,
  decide: ({ body }, state) => {
    if (state.status === 'signed') return []
    if (state.status !== 'drafted') return stateWrong(state)
    return [{ type: 'AgreementSigned', data: { occurredOn: body.signedOn } }]
  },
})

/** From here on facts may be recorded under it; the event repeats what those who follow need. */
export const activateAgreement = agreement.command('activateAgreement', {
  of: ({ path }) => path.agreementId,
  decide: ({ body: { occurredOn } }, state) => {
    if (state.status === 'active') return []
    if (state.status !== 'signed') return stateWrong(state)
    const { contractorId, purchaserId, from, to, divisions, countingRules } = state.terms
    const funderIds = funderIdsOf(state.terms)
    return [
      {
        type: 'AgreementActivated',
        data: { contractorId, purchaserId, funderIds, from, to, divisions, countingRules, occurredOn },
      },
    ]
  },
})

export const completeAgreement = agreement.command('completeAgreement', {
  of: ({ path }) => path.agreementId,
  decide: ({ body: { occurredOn } }, state) => {
    if (state.status === 'ended') return []
    if (state.status !== 'active') return stateWrong(state)
    const { contractorId, purchaserId } = state.terms
    return [
      { type: 'AgreementEnded', data: { contractorId, purchaserId, funderIds: funderIdsOf(state.terms), occurredOn } },
    ]
  },
})
