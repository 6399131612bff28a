import { refuse, sealedNote } from '@wushe/slice'
import { linkIn, offer } from './offer.ts'

/** What is promised is worth nothing yet. A later valuation takes the place of an earlier one. */
export const valueLink = offer.command('valueLink', {
  of: ({ path }) => path.offerId,
  decide: ({ path: { linkId }, body: { amountFen, method, approvedBy, occurredOn, note } }, state) => {
    const found = linkIn(state, linkId)
    if (!found) return refuse('not-found')
    const { link, about } = found
    if (link.status === 'cancelled' || link.status === 'voided')
      return refuse('link-state-wrong', { status: link.status })
    if (link.status === 'proposed' || link.status === 'agreed') return refuse('valuation-before-delivery')
    const { deliveredOn, valuation } = link
    if (occurredOn < deliveredOn) return refuse('valuation-before-delivery')
    const same =
      valuation?.amountFen === amountFen && valuation.method === method && valuation.approvedBy === approvedBy
    if (same) return []
    return [
      {
        type: 'LinkValued',
        data: { ...about, amountFen, method, approvedBy, deliveredOn, occurredOn },
        sealed: sealedNote(note),
      },
    ]
  },
})
