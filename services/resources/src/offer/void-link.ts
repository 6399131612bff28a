import { refuse, sealedNote } from '@wushe/slice'
import { linkIn, offer } from './offer.ts'

/** Whatever became of the link before; what it took of the offer is free again. */
export const voidLink = offer.command('voidLink', {
  of: ({ path }) => path.offerId,
  decide: ({ path: { linkId }, body: { reason, note } }, state) => {
    const found = linkIn(state, linkId)
    if (!found) return refuse('not-found')
    if (found.link.status === 'voided') return refuse('already-voided', { id: linkId })
    return [{ type: 'LinkVoided', data: { ...found.about, reason }, sealed: sealedNote(note) }]
  },
})
