import type { Streams } from '@wushe/contracts'

export const practitionerId = 'pra_01h455vb4pex5vsknk084sn001'
export const licenceId = 'lic_01h455vb4pex5vsknk084sn001'
const agreementId = 'agr_01h455vb4pex5vsknk084sn001'
const siteId = 'sta_01h455vb4pex5vsknk084sn002'
export const otherSiteId = 'sta_01h455vb4pex5vsknk084sn003'

/** The ID number is the standard's own example. */
export const identity = { name: '示例甲', idType: 'citizen-id', idNumber: '11010519491231002X' } as const
export const employed = { employment: 'full-time', occurredOn: '2021-07-15', agreementId, siteId } as const
export const nationalLicence = { level: 'assistant', line: 'national', issuedOn: '2023-09-20' } as const

export const practitionerRegistered = {
  type: 'PractitionerRegistered',
  data: employed,
} satisfies Streams['practitioner']
export const employmentCorrected = {
  type: 'PractitionerCorrected',
  data: { ...employed, employment: 'part-time', reason: 'typing-error' },
} satisfies Streams['practitioner']
export const assignedElsewhere = {
  type: 'AssignedToStation',
  data: { siteId: otherSiteId, occurredOn: '2022-03-01', agreementId },
} satisfies Streams['practitioner']
export const practitionerLeft = {
  type: 'PractitionerLeft',
  data: { reason: 'resigned', occurredOn: '2023-06-30', agreementId, siteId },
} satisfies Streams['practitioner']
export const practitionerVoided = {
  type: 'PractitionerVoided',
  data: { reason: 'duplicate', agreementId, siteId },
} satisfies Streams['practitioner']
/** By another hand than that of the tests. */
const anotherHand = { orgId: 'org_01j00000000000000000000001', keyId: 'key_01j00000000000000000000002' }
export const practitionerErasureRequested = {
  type: 'PractitionerErasureRequested',
  data: { basis: 'request', requestedBy: anotherHand, agreementId, siteId },
} satisfies Streams['practitioner']
export const practitionerErasureRefused = {
  type: 'PractitionerErasureRefused',
  data: { agreementId, siteId },
} satisfies Streams['practitioner']
export const practitionerErased = {
  type: 'PractitionerErased',
  data: { basis: 'request', agreementId, siteId },
} satisfies Streams['practitioner']
export const practitionerRestricted = {
  type: 'PractitionerRestricted',
  data: { basis: 'request', restrictedBy: anotherHand, agreementId, siteId },
} satisfies Streams['practitioner']
export const practitionerRestrictionLifted = {
  type: 'PractitionerRestrictionLifted',
  data: { reason: 'resolved', agreementId, siteId },
} satisfies Streams['practitioner']
export const licenceRecorded = {
  type: 'LicenceRecorded',
  data: { licenceId, level: 'assistant', line: 'national', occurredOn: '2023-09-20', agreementId, siteId },
} satisfies Streams['practitioner']
export const licenceVoided = {
  type: 'LicenceVoided',
  data: { licenceId, reason: 'wrong-person', agreementId, siteId },
} satisfies Streams['practitioner']
