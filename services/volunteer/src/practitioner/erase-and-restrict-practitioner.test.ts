import { test } from '@jest/globals'
import { aMoment, given } from '@wushe/testkit'
import { correctPractitioner } from './correct-practitioner.ts'
import {
  approvePractitionerErasure,
  erasePractitioner,
  liftPractitionerRestriction,
  refusePractitionerErasure,
  restrictPractitioner,
} from './erase-and-restrict-practitioner.ts'
import {
  assignedElsewhere,
  employed,
  employmentCorrected,
  identity,
  licenceId,
  licenceRecorded,
  nationalLicence,
  otherSiteId,
  practitionerErased,
  practitionerErasureRefused,
  practitionerErasureRequested,
  practitionerId,
  practitionerLeft,
  practitionerRegistered,
  practitionerRestricted,
  practitionerRestrictionLifted,
  practitionerVoided,
} from './examples.ts'
import { recordLicence, voidLicence } from './licences.ts'
import { recordDeparture } from './record-departure.ts'
import { voidPractitioner } from './void-practitioner.ts'

const id = practitionerId
const path = { practitionerId }
const ownHand = { orgId: aMoment.actor.orgId, keyId: aMoment.actor.keyId }
const erasing = { path, body: { basis: 'request' } } as const
const approving = { path, body: {} }
const refusing = { path, body: { note: '说明' } }
const restricting = { path, body: { basis: 'request' } } as const
const lifting = { path, body: { reason: 'resolved' } } as const
const leaving = { path, body: { reason: 'resigned', occurredOn: '2023-06-30' } } as const

test('a social worker is erased by two hands, whether at work, gone or voided', () => {
  const asked = { ...practitionerErasureRequested }
  const own = { ...asked, data: { ...asked.data, requestedBy: ownHand } }
  for (const state of [[], [practitionerLeft], [practitionerVoided]]) {
    given(practitionerRegistered, ...state)
      .when(erasePractitioner, erasing)
      .records(own)
    given(practitionerRegistered, ...state, asked)
      .when(approvePractitionerErasure, approving)
      .records(practitionerErased)
  }
  given(practitionerRegistered, own).when(approvePractitionerErasure, approving).isRefused('another-hand-needed')
})

test('what is recorded says the present station', () =>
  given(practitionerRegistered, assignedElsewhere, practitionerErasureRequested)
    .when(approvePractitionerErasure, approving)
    .records({ ...practitionerErased, data: { ...practitionerErased.data, siteId: otherSiteId } }))

test('asking or approving twice changes nothing, also when the record was voided in between', () => {
  given(practitionerRegistered, practitionerErasureRequested).when(erasePractitioner, erasing).changesNothing()
  given(practitionerRegistered, practitionerErased).when(erasePractitioner, erasing).changesNothing()
  given(practitionerRegistered, practitionerErased, practitionerVoided)
    .when(approvePractitionerErasure, approving)
    .changesNothing()
})

test('an erasure is refused with reasons in writing, and then not approved any more', () => {
  given(practitionerRegistered, practitionerErasureRequested)
    .when(refusePractitionerErasure, refusing)
    .records({ ...practitionerErasureRefused, sealed: { [`note.${id}`]: '说明' } })
  given(practitionerRegistered, practitionerErasureRequested, practitionerErasureRefused)
    .when(approvePractitionerErasure, approving)
    .isRefused('erasure-not-requested', { id })
  given(practitionerRegistered, practitionerErased)
    .when(refusePractitionerErasure, refusing)
    .isRefused('person-erased', { id })
})

test('one hand restricts, another one lifts', () => {
  const own = { ...practitionerRestricted, data: { ...practitionerRestricted.data, restrictedBy: ownHand } }
  given(practitionerRegistered).when(restrictPractitioner, restricting).records(own)
  given(practitionerRegistered, own).when(restrictPractitioner, restricting).changesNothing()
  given(practitionerRegistered, own).when(liftPractitionerRestriction, lifting).isRefused('another-hand-needed')
  given(practitionerRegistered, practitionerRestricted)
    .when(liftPractitionerRestriction, lifting)
    .records(practitionerRestrictionLifted)
  given(practitionerRegistered, practitionerErased)
    .when(restrictPractitioner, restricting)
    .isRefused('person-erased', { id })
})

test.each([
  ['erased', practitionerErased, 'person-erased'],
  ['restricted', practitionerRestricted, 'person-restricted'],
] as const)('of a social worker who is %s nothing more is sealed, and the facts go on', (_, event, code) => {
  const history = [practitionerRegistered, licenceRecorded, event]
  const { reason } = employmentCorrected.data
  const corrected = { path, body: { ...employed, employment: 'part-time', reason } } as const
  const voiding = { path: { ...path, licenceId }, body: { reason: 'duplicate' } } as const
  const recording = { path, body: { ...nationalLicence, certificateNo: '示例2023001' } }
  const withNote = <Input extends { body: object }>(input: Input) => ({
    ...input,
    body: { ...input.body, note: '说明' },
  })

  given(...history)
    .when(correctPractitioner, { ...corrected, body: { ...corrected.body, identity } })
    .isRefused(code, { id })
  given(...history)
    .when(correctPractitioner, withNote(corrected))
    .isRefused(code, { id })
  given(...history)
    .when(recordLicence, recording)
    .isRefused(code, { id })
  given(...history)
    .when(voidLicence, withNote(voiding))
    .isRefused(code, { id })
  given(...history)
    .when(recordDeparture, withNote(leaving))
    .isRefused(code, { id })
  given(...history)
    .when(voidPractitioner, withNote({ path, body: { reason: 'duplicate' } } as const))
    .isRefused(code, { id })

  given(...history)
    .when(correctPractitioner, corrected)
    .records(employmentCorrected)
  given(...history)
    .when(recordDeparture, leaving)
    .records(practitionerLeft)
})

test('a social worker who does not exist is neither erased nor restricted', () => {
  given().when(erasePractitioner, erasing).isRefused('not-found')
  given().when(approvePractitionerErasure, approving).isRefused('not-found')
  given().when(refusePractitionerErasure, refusing).isRefused('not-found')
  given().when(restrictPractitioner, restricting).isRefused('not-found')
  given().when(liftPractitionerRestriction, lifting).isRefused('not-found')
})
