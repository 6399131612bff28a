import { record, type RecordBody } from '@wushe/slice'

type OfferBody = RecordBody<'Offer'>

export const offerRecord = record('Offer', {
  from: 'offer',
  table: 'resources.offer',
  revision: 2,
  on: {
    ResourceOffered: (_, { data }) => ({ ...data, status: 'open', available: data.quantity, links: [] }),
    OfferWithdrawn: (body, { data }) => ({
      ...body,
      status: 'withdrawn',
      withdrawnOn: data.occurredOn,
      withdrawalReason: data.reason,
    }),
    LinkProposed: (body, { data }) => taking(body, data),
    LinkAgreed: (body, { data }) => taking(body, data),
    LinkCancelled: (body, { data: { linkId } }) => taking(body, { linkId, quantity: 0 }),
    LinkVoided: (body, { data: { linkId } }) => taking(body, { linkId, quantity: 0 }),
  },
})

export const linkRecord = record('ResourceLink', {
  from: 'offer',
  table: 'resources.link',
  of: ({ data }) => ('linkId' in data ? data.linkId : undefined),
  on: {
    LinkProposed: (_, { streamId, data: { linkId: _id, ...data } }) => ({
      ...data,
      status: 'proposed',
      offerId: streamId,
      deliveredQuantity: 0,
    }),
    LinkAgreed: (body, { data }) => ({ ...body, status: 'agreed', quantity: data.quantity }),
    ResourceDelivered: (body, { data: { quantity, evidence, occurredOn } }) => ({
      ...body,
      status: 'delivered',
      deliveredQuantity: (body.deliveredQuantity ?? 0) + quantity,
      deliveredOn: occurredOn > (body.deliveredOn ?? '') ? occurredOn : body.deliveredOn,
      evidence: [...(body.evidence ?? []), ...evidence],
    }),
    LinkValued: (body, { data: { amountFen, method, approvedBy, occurredOn } }) => ({
      ...body,
      status: 'valued',
      amountFen,
      method,
      approvedBy,
      valuedOn: occurredOn,
    }),
    LinkCancelled: (body, { data }) => ({ ...body, status: 'cancelled', cancellationReason: data.reason }),
    LinkVoided: (body) => ({ ...body, status: 'voided' }),
  },
})

/** The offer when the link takes so much of it; none of it with 0. */
const taking = (body: OfferBody, { linkId, quantity, agreementId = null }: Taken): OfferBody => {
  const others = (body.links ?? []).filter((link) => link.linkId !== linkId)
  const links = quantity > 0 ? [...others, { linkId, quantity, agreementId }] : others
  return { ...body, links, available: body.quantity - links.reduce((sum, link) => sum + link.quantity, 0) }
}

type Taken = { linkId: string; quantity: number; agreementId?: string | null | undefined }
