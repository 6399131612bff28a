import type { Schemas, Streams } from '@wushe/contracts'

export const subjectId = 'sub_01h455vb4pex5vsknk084sn001'
export const agreementId = 'agr_01h455vb4pex5vsknk084sn001'
export const siteId = 'sta_01h455vb4pex5vsknk084sn001'

export const identity = {
  name: '小昕',
  idType: 'citizen-id',
  idNumber: '11010519491231002X',
  guardian: { name: '王某', relation: '母亲', phone: '13800000000' },
} satisfies Schemas['Identity']

export const registered = {
  type: 'SubjectRegistered',
  data: {
    kind: 'person',
    birthYearMonth: '2009-04',
    sex: '2',
    divisionCode: '659002003',
    categories: ['left-behind-child'],
    occurredOn: '2025-09-01',
    agreementId,
    siteId,
  },
} satisfies Streams['subject']

export const corrected = {
  type: 'SubjectCorrected',
  data: { ...registered.data, birthYearMonth: '2008-04', reason: 'typing-error' },
} satisfies Streams['subject']

export const erased = {
  type: 'SubjectErased',
  data: { basis: 'request', agreementId, siteId },
} satisfies Streams['subject']

/** By another hand than that of the tests. */
const anotherHand = { orgId: 'org_01j00000000000000000000001', keyId: 'key_01j00000000000000000000002' }

export const erasureRequested = {
  type: 'SubjectErasureRequested',
  data: { basis: 'request', requestedBy: anotherHand, agreementId, siteId },
} satisfies Streams['subject']

export const erasureRefused = {
  type: 'SubjectErasureRefused',
  data: { agreementId, siteId },
} satisfies Streams['subject']

export const restricted = {
  type: 'SubjectRestricted',
  data: { basis: 'retention-not-over', restrictedBy: anotherHand, agreementId, siteId },
} satisfies Streams['subject']

export const lifted = {
  type: 'SubjectRestrictionLifted',
  data: { reason: 'resolved', agreementId, siteId },
} satisfies Streams['subject']

export const voided = {
  type: 'SubjectVoided',
  data: { reason: 'duplicate', agreementId, siteId },
} satisfies Streams['subject']

export const subjectEvents = [
  ...[registered, corrected, erasureRequested, erasureRefused, erased, restricted, lifted, voided],
]
