import type { Streams } from '@wushe/contracts'
import { providerId } from '../provider/examples.ts'

export const offerId = 'off_01h455vb4pex5vsknk084sn001'
export const linkId = 'lnk_01h455vb4pex5vsknk084sn001'
export const otherLinkId = 'lnk_01h455vb4pex5vsknk084sn002'
const where = { agreementId: 'agr_01h455vb4pex5vsknk084sn001', siteId: 'sta_01h455vb4pex5vsknk084sn002' }
const about = { linkId, kind: 'goods', ...where } as const

/** A hundred bags of rice. */
export const rice = {
  providerId,
  kind: 'goods',
  quantity: 100,
  unit: '袋',
  validUntil: '2022-12-31',
  occurredOn: '2022-01-12',
  ...where,
} as const
export const receipt = {
  sha256: 'fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9',
  mediaType: 'application/pdf',
  label: '签收单',
}

export const riceOffered = { type: 'ResourceOffered', data: rice } satisfies Streams['offer']
export const offerWithdrawn = {
  type: 'OfferWithdrawn',
  data: { reason: 'provider-request', occurredOn: '2022-06-30', ...where },
} satisfies Streams['offer']
export const linkProposed = {
  type: 'LinkProposed',
  data: { ...about, quantity: 40, occurredOn: '2022-01-15' },
} satisfies Streams['offer']
export const linkAgreed = {
  type: 'LinkAgreed',
  data: { ...about, quantity: 40, occurredOn: '2022-01-16' },
} satisfies Streams['offer']
export const riceDelivered = {
  type: 'ResourceDelivered',
  data: { ...about, quantity: 40, evidence: [receipt], occurredOn: '2022-01-20' },
} satisfies Streams['offer']
export const linkValued = {
  type: 'LinkValued',
  data: { ...about, amountFen: 286_589, method: 'invoice', deliveredOn: '2022-01-20', occurredOn: '2022-01-25' },
} satisfies Streams['offer']
export const linkCancelled = {
  type: 'LinkCancelled',
  data: { ...about, reason: 'need-ended', occurredOn: '2022-01-18' },
} satisfies Streams['offer']
export const linkVoided = {
  type: 'LinkVoided',
  data: { ...about, reason: 'duplicate' },
} satisfies Streams['offer']
