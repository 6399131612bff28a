import { refuse, sealedNote, type Moment } from '@wushe/slice'
import { availableOf, offer } from './offer.ts'

/** A proposal sets its quantity aside, so that two needs are never promised the same thing. */
export const proposeLink = offer.command('proposeLink', {
  of: ({ path }) => path.offerId,
  record: linkIdOf,
  decide: (input, state, moment) => {
    const { quantity, occurredOn, note } = input.body
    const linkId = linkIdOf(input, moment)
    if (state.status === 'none') return refuse('not-found')
    if (state.links[linkId]) return []
    if (state.status !== 'open') return refuse('offer-not-open', { status: state.status })
    const { kind, validUntil } = state.facts
    if (validUntil !== undefined && validUntil < occurredOn) return refuse('offer-not-open', { status: 'expired' })
    const available = availableOf(state)
    if (quantity > available) return refuse('over-offered', { available })
    const { agreementId = state.facts.agreementId, siteId = state.facts.siteId } = input.body
    return [
      {
        type: 'LinkProposed',
        data: { linkId, kind, quantity, occurredOn, agreementId, siteId },
        sealed: sealedNote(note),
      },
    ]
  },
})

function linkIdOf({ body }: { body: { id?: string } }, { newId }: Moment) {
  return body.id ?? newId('lnk')
}
