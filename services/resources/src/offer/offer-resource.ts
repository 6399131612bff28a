import { refuse, sealedNote, stateOf } from '@wushe/slice'
import { provider } from '../provider/provider.ts'
import { offer } from './offer.ts'

export const offerResource = offer.command('offerResource', {
  of: ({ body }, { newId }) => body.id ?? newId('off'),
  needs: { provider: stateOf(provider, ({ body }) => body.providerId) },
  decide: ({ body: { id: _id, note, ...facts } }, state, _, { provider: { status } }) => {
    const { providerId, occurredOn, validUntil } = facts
    if (status === 'none') return refuse('provider-not-known', { providerId })
    if (status !== 'active') return refuse('provider-not-active', { status })
    if (validUntil !== undefined && validUntil < occurredOn)
      return refuse('period-wrong', { from: occurredOn, to: validUntil })
    if (state.status !== 'none') return []
    return [{ type: 'ResourceOffered', data: facts, sealed: sealedNote(note) }]
  },
})
