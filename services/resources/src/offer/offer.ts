import type { Streams } from '@wushe/contracts'
import { aggregate } from '@wushe/slice'

type DataOf<Type extends Streams['offer']['type']> = Extract<Streams['offer'], { type: Type }>['data']
type Offered = Omit<DataOf<'ResourceOffered'>, 'providerId' | 'unit'>
type Valuation = Pick<DataOf<'LinkValued'>, 'amountFen' | 'method' | 'approvedBy'>

/** A part of the offer that goes to a need. */
export type Link = { agreementId?: string; siteId?: string } & (
  | { status: 'proposed'; quantity: number }
  | { status: 'agreed'; quantity: number }
  | ({ status: 'delivered'; quantity: number } & Delivered)
  | ({ status: 'valued'; quantity: number } & Delivered)
  | { status: 'cancelled' }
  | { status: 'voided' }
)
type Delivered = {
  delivered: number
  /** The day of the last delivery. */
  deliveredOn: string
  /** Of all that is delivered so far. */
  valuation?: Valuation
}

export type Offer =
  { status: 'none' } | { status: 'open' | 'withdrawn'; facts: Offered; links: { readonly [linkId: string]: Link } }

/** An offer with its links: only one stream can promise that they never take more than was offered. */
export const offer = aggregate('offer', {
  initial: { status: 'none' } as Offer,
  evolve: (state, event): Offer => {
    if (event.type === 'ResourceOffered') return { status: 'open', facts: event.data, links: {} }
    if (state.status === 'none') return state
    if (event.type === 'OfferWithdrawn') return { ...state, status: 'withdrawn' }
    const { linkId } = event.data
    return { ...state, links: { ...state.links, [linkId]: linkAfter(state.links[linkId], event) } }
  },
})

type LinkEvent = Exclude<Streams['offer'], { type: 'ResourceOffered' | 'OfferWithdrawn' }>

const linkAfter = (link: Link | undefined, { type, data }: LinkEvent): Link => {
  const { agreementId, siteId } = data
  const where = { agreementId, siteId }
  switch (type) {
    case 'LinkProposed':
      return { ...where, status: 'proposed', quantity: data.quantity }
    case 'LinkAgreed':
      return { ...where, status: 'agreed', quantity: data.quantity }
    case 'ResourceDelivered': {
      const { delivered, deliveredOn } = deliveredOf(link)
      return {
        ...where,
        status: 'delivered',
        quantity: quantityOf(link),
        delivered: delivered + data.quantity,
        deliveredOn: data.occurredOn > deliveredOn ? data.occurredOn : deliveredOn,
      }
    }
    case 'LinkValued': {
      const { amountFen, method, approvedBy, deliveredOn } = data
      const { delivered } = deliveredOf(link)
      const valuation = { amountFen, method, approvedBy }
      return { ...where, status: 'valued', quantity: quantityOf(link), delivered, deliveredOn, valuation }
    }
    case 'LinkCancelled':
      return { ...where, status: 'cancelled' }
    case 'LinkVoided':
      return { ...where, status: 'voided' }
  }
}

/** What the link takes of the offer; a cancelled or voided one gives it back. */
const quantityOf = (link: Link | undefined) => (link && 'quantity' in link ? link.quantity : 0)

export const deliveredOf = (link: Link | undefined): Delivered =>
  link && 'delivered' in link ? link : { delivered: 0, deliveredOn: '' }

/** What no link takes; nothing of an offer that was withdrawn. */
export const availableOf = (state: Offer) =>
  state.status === 'open'
    ? state.facts.quantity - Object.values(state.links).reduce((sum, link) => sum + quantityOf(link), 0)
    : 0

/** The link as it stands, and what every event about it says. */
export const linkIn = (state: Offer, linkId: string) => {
  const link = state.status === 'none' ? undefined : state.links[linkId]
  if (state.status === 'none' || !link) return undefined
  const { agreementId, siteId } = link
  return { link, about: { linkId, kind: state.facts.kind, agreementId, siteId } }
}
