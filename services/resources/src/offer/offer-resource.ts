import { refuse, sealedNote, stateOf } from '@wushe/slice'
import { provider } from '../provider/provider.ts'
import { offer } from './offer.ts'

export const offerResource = offer.command('offerResource', {
  of: ({ body }, { newId }) => body.id ?? newId('off'),
  needs: { provider: stateOf(provider, ({ body }) => body.providerId) },
  decide: ({ body: { id: _id, note, ...facts } }, state, _, { provider }) => {
    const { providerId, occurredOn, validUntil } = facts
    if (provider.status === 'none') return refuse('provider-not-known', { providerId })
    if (provider.status !== 'active' || provider.erased)
      return refuse('provider-not-active', { status: provider.status === 'active' ? 'erased' : provider.status })
    if (validUntil !== undefined && validUntil < occurredOn)
      return refuse('period-wrong', { from: occurredOn, to: validUntil })
    if (state.status !== 'none') return []
    return [{ type: 'ResourceOffered', data: facts, sealed: sealedNote(note) }]
  },
})
