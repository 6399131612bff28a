import { refuse, refuseSealing, sealedNote } from '@wushe/slice'
import { provider } from './provider.ts'

/** What was offered before stays; nothing more is offered. */
export const voidProvider = provider.command('voidProvider', {
  of: ({ path }) => path.providerId,
  decide: ({ path: { providerId }, body: { reason, note } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'voided') return refuse('already-voided', { id: providerId })
    const refusal = refuseSealing(state, providerId, note)
    if (refusal) return refusal
    return [{ type: 'ProviderVoided', data: { reason }, sealed: sealedNote(note, providerId) }]
  },
})
