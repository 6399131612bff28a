import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { correctPractitioner } from './correct-practitioner.ts'
import {
  assignedElsewhere,
  employed,
  employmentCorrected,
  identity,
  otherSiteId,
  practitionerId,
  practitionerLeft,
  practitionerRegistered,
  practitionerVoided,
} from './examples.ts'
import { registerPractitioner } from './register-practitioner.ts'

const registering = { id: practitionerId, ...employed, identity }
const sealed = { [`pii.${practitionerId}`]: identity }
const deployed = { ...employed, employment: 'deployed', programme: 'west-plan' } as const

test('a social worker is registered, the identity sealed under a key of the person’s own', () =>
  given()
    .when(registerPractitioner, { body: registering })
    .records({ ...practitionerRegistered, sealed }))

test('without an id of the client’s the person gets a new one', () =>
  given()
    .when(registerPractitioner, { body: { ...employed, identity } })
    .records({ ...practitionerRegistered, sealed: { 'pii.pra_01jnew00000000000000000000': identity } }))

test('registering again changes nothing', () =>
  given(practitionerRegistered).when(registerPractitioner, { body: registering }).changesNothing())

test('whoever is deployed names the programme', () => {
  given()
    .when(registerPractitioner, { body: { ...registering, employment: 'deployed' } })
    .isRefused('programme-needed')
  given()
    .when(registerPractitioner, { body: { ...registering, ...deployed } })
    .records({ type: 'PractitionerRegistered', data: deployed, sealed })
})

test('a mistyped citizen’s ID number is refused with the place of the mistake', () =>
  given()
    .when(registerPractitioner, { body: { ...registering, identity: { ...identity, idNumber: '110105194912310021' } } })
    .isRefused('id-number-invalid', { pointer: '#/identity/idNumber', position: 18, reason: 'check-character' }))

test('nobody registers who is not born yet', () =>
  given()
    .when(registerPractitioner, { body: { ...registering, identity: { ...identity, idNumber: '110105209912310029' } } })
    .isRefused('id-number-invalid', { position: 7, reason: 'birth-date' }))

test('a small x in an ID number is the large X', () =>
  given()
    .when(registerPractitioner, { body: { ...registering, identity: { ...identity, idNumber: '11010519491231002x' } } })
    .records({ ...practitionerRegistered, sealed }))

const path = { practitionerId }
const correction = { ...employed, employment: 'part-time', reason: 'typing-error' } as const

test('a correction records the whole fact and why', () =>
  given(practitionerRegistered).when(correctPractitioner, { path, body: correction }).records(employmentCorrected))

test('correcting what is so already changes nothing', () =>
  given(practitionerRegistered, employmentCorrected)
    .when(correctPractitioner, { path, body: correction })
    .changesNothing())

test('a corrected identity is recorded every time, because what is sealed cannot be compared', () => {
  const body = { ...correction, identity, note: '姓名有误' }
  const corrected = { ...employmentCorrected, sealed: { ...sealed, [`note.${practitionerId}`]: '姓名有误' } }
  given(practitionerRegistered).when(correctPractitioner, { path, body }).recordsEachTime(corrected)
  given(practitionerRegistered, corrected).when(correctPractitioner, { path, body }).recordsEachTime(corrected)
})

test('a correction is held to the same rules', () => {
  given(practitionerRegistered)
    .when(correctPractitioner, { path, body: { ...correction, employment: 'deployed' } })
    .isRefused('programme-needed')
  given(practitionerRegistered)
    .when(correctPractitioner, { path, body: { ...correction, identity: { ...identity, idNumber: '1' } } })
    .isRefused('id-number-invalid', { position: 2, reason: 'length' })
})

test('the station of a correction is the present one', () => {
  const body = { ...correction, employment: 'full-time', siteId: otherSiteId } as const
  given(practitionerRegistered, assignedElsewhere).when(correctPractitioner, { path, body }).changesNothing()
})

test('somebody who left can still be corrected, but did not begin after leaving', () => {
  given(practitionerRegistered, practitionerLeft)
    .when(correctPractitioner, { path, body: correction })
    .records(employmentCorrected)
  given(practitionerRegistered, practitionerLeft)
    .when(correctPractitioner, { path, body: { ...correction, occurredOn: '2023-07-01' } })
    .isRefused('period-wrong', { from: '2023-07-01', to: '2023-06-30' })
})

test('a voided record takes no correction', () =>
  given(practitionerRegistered, practitionerVoided)
    .when(correctPractitioner, { path, body: correction })
    .isRefused('practitioner-not-active', { status: 'voided' }))

test('a social worker who does not exist cannot be corrected', () =>
  given().when(correctPractitioner, { path, body: correction }).isRefused('not-found'))
