import { refuse, sealedNote } from '@wushe/slice'
import { availableOf, linkIn, offer } from './offer.ts'

export const agreeLink = offer.command('agreeLink', {
  of: ({ path }) => path.offerId,
  decide: ({ path: { linkId }, body }, state) => {
    const found = linkIn(state, linkId)
    if (!found) return refuse('not-found')
    const { link, about } = found
    if (link.status !== 'proposed' && link.status !== 'agreed')
      return refuse('link-state-wrong', { status: link.status })
    const { quantity = link.quantity, occurredOn, note } = body
    if (link.status === 'agreed')
      return quantity === link.quantity ? [] : refuse('link-state-wrong', { status: link.status })
    const available = link.quantity + availableOf(state)
    if (quantity > available) return refuse('over-offered', { available })
    return [{ type: 'LinkAgreed', data: { ...about, quantity, occurredOn }, sealed: sealedNote(note) }]
  },
})
