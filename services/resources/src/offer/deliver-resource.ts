import { refuse, sealedNote } from '@wushe/slice'
import { deliveredOf, linkIn, offer } from './offer.ts'

/** At once or in parts; what comes after a valuation asks for a new one. */
export const deliverResource = offer.command('deliverResource', {
  of: ({ path }) => path.offerId,
  decide: ({ path: { linkId }, body: { quantity, evidence = [], occurredOn, note } }, state) => {
    const found = linkIn(state, linkId)
    if (!found) return refuse('not-found')
    const { link, about } = found
    if (link.status === 'proposed' || link.status === 'cancelled' || link.status === 'voided')
      return refuse('link-state-wrong', { status: link.status })
    if (deliveredOf(link).delivered + quantity > link.quantity)
      return refuse('over-delivered', { agreed: link.quantity })
    return [{ type: 'ResourceDelivered', data: { ...about, quantity, evidence, occurredOn }, sealed: sealedNote(note) }]
  },
})
