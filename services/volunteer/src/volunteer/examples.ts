import type { Streams } from '@wushe/contracts'

export const volunteerId = 'vol_01h455vb4pex5vsknk084sn001'
const agreementId = 'agr_01h455vb4pex5vsknk084sn001'
const siteId = 'sta_01h455vb4pex5vsknk084sn002'

export const identity = { name: '示例乙', idType: 'citizen-id', idNumber: '11010519491231002X' } as const
export const facts = {
  sex: '2',
  skills: ['first-aid'],
  serviceKinds: ['elder-care'],
  occurredOn: '2022-05-01',
  agreementId,
  siteId,
} satisfies Omit<Extract<Streams['volunteer'], { type: 'VolunteerRegistered' }>['data'], 'hasIdNumber'>

export const volunteerRegistered = {
  type: 'VolunteerRegistered',
  data: { ...facts, hasIdNumber: true },
} satisfies Streams['volunteer']
export const registeredWithoutNumber = {
  type: 'VolunteerRegistered',
  data: { ...facts, hasIdNumber: false },
} satisfies Streams['volunteer']
export const realNameVerified = {
  type: 'RealNameVerified',
  data: { method: 'in-person', occurredOn: '2022-05-02', agreementId, siteId },
} satisfies Streams['volunteer']
export const volunteerWithdrawn = {
  type: 'VolunteerWithdrawn',
  data: { reason: 'moved', occurredOn: '2023-03-01', agreementId, siteId },
} satisfies Streams['volunteer']
export const volunteerErased = {
  type: 'VolunteerErased',
  data: { basis: 'request', agreementId, siteId },
} satisfies Streams['volunteer']
/** By another hand than that of the tests. */
const anotherHand = { orgId: 'org_01j00000000000000000000001', keyId: 'key_01j00000000000000000000002' }
export const erasureRequested = {
  type: 'VolunteerErasureRequested',
  data: { basis: 'request', requestedBy: anotherHand, agreementId, siteId },
} satisfies Streams['volunteer']
export const erasureRefused = {
  type: 'VolunteerErasureRefused',
  data: { agreementId, siteId },
} satisfies Streams['volunteer']
export const volunteerRestricted = {
  type: 'VolunteerRestricted',
  data: { basis: 'request', restrictedBy: anotherHand, agreementId, siteId },
} satisfies Streams['volunteer']
export const restrictionLifted = {
  type: 'VolunteerRestrictionLifted',
  data: { reason: 'resolved', agreementId, siteId },
} satisfies Streams['volunteer']
export const volunteerVoided = {
  type: 'VolunteerVoided',
  data: { reason: 'duplicate', agreementId, siteId },
} satisfies Streams['volunteer']
