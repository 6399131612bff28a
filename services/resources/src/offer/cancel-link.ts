import { refuse, sealedNote } from '@wushe/slice'
import { linkIn, offer } from './offer.ts'

/** Before anything was delivered. What should never have been recorded is voided. */
export const cancelLink = offer.command('cancelLink', {
  of: ({ path }) => path.offerId,
  decide: ({ path: { linkId }, body: { reason, occurredOn, note } }, state) => {
    const found = linkIn(state, linkId)
    if (!found) return refuse('not-found')
    const { link, about } = found
    if (link.status === 'cancelled') return []
    if (link.status !== 'proposed' && link.status !== 'agreed')
      return refuse('link-state-wrong', { status: link.status })
    return [{ type: 'LinkCancelled', data: { ...about, reason, occurredOn }, sealed: sealedNote(note) }]
  },
})
