import { refuse, sealedNote } from '@wushe/slice'
import { offer } from './offer.ts'

/** Nothing more is linked from it; the links it has go on. */
export const withdrawOffer = offer.command('withdrawOffer', {
  outsidePeriod: true,
  of: ({ path }) => path.offerId,
  decide: ({ body: { reason, occurredOn, note } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'withdrawn') return []
    const { agreementId, siteId, occurredOn: offeredOn } = state.facts
    if (occurredOn < offeredOn) return refuse('period-wrong', { from: offeredOn, to: occurredOn })
    return [{ type: 'OfferWithdrawn', data: { reason, occurredOn, agreementId, siteId }, sealed: sealedNote(note) }]
  },
})
