import { refuse, refuseSealing, sealedIdentity, sealedNote, together } from '@wushe/slice'
import { factsOf, provider, refuseNaming } from './provider.ts'

export const correctProvider = provider.command('correctProvider', {
  of: ({ path }) => path.providerId,
  decide: ({ path: { providerId }, body }, state, { today }) => {
    const { identity, note, reason } = body
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'voided') return refuse('provider-not-active', { status: state.status })
    const refusal =
      refuseSealing(state, providerId, identity, note) ?? refuseNaming(body, today, state.facts.kind === 'individual')
    if (refusal) return refusal
    const facts = factsOf(body)
    // What is sealed cannot be compared: an identity or a note that comes along is always recorded.
    if (!identity && !note && JSON.stringify(facts) === JSON.stringify(state.facts)) return []
    return [
      {
        type: 'ProviderCorrected',
        data: { ...facts, reason },
        sealed: together(identity && sealedIdentity(providerId, identity), sealedNote(note, providerId)),
      },
    ]
  },
})
