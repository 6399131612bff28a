import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import {
  assignedElsewhere,
  licenceId,
  licenceRecorded,
  licenceVoided,
  nationalLicence,
  otherSiteId,
  practitionerId,
  practitionerLeft,
  practitionerRegistered,
  practitionerVoided,
} from './examples.ts'
import { recordLicence, voidLicence } from './licences.ts'

const path = { practitionerId }
const body = { id: licenceId, ...nationalLicence }
const voiding = { path: { practitionerId, licenceId }, body: { reason: 'wrong-person' } } as const

test('a social worker takes a licence, its day being that of issue', () =>
  given(practitionerRegistered).when(recordLicence, { path, body }).records(licenceRecorded))

test('the certificate’s number is sealed under the person’s key', () =>
  given(practitionerRegistered)
    .when(recordLicence, { path, body: { ...body, certificateNo: '示例2023001' } })
    .records({ ...licenceRecorded, sealed: { [`certificateNo.${practitionerId}`]: '示例2023001' } }))

test('the same licence recorded again changes nothing', () =>
  given(practitionerRegistered, licenceRecorded).when(recordLicence, { path, body }).changesNothing())

test('a licence carries the station at that time', () =>
  given(practitionerRegistered, assignedElsewhere)
    .when(recordLicence, { path, body })
    .records({ ...licenceRecorded, data: { ...licenceRecorded.data, siteId: otherSiteId } }))

test('a local licence names the region where it is valid', () => {
  const local = { ...body, line: 'local' } as const
  given(practitionerRegistered).when(recordLicence, { path, body: local }).isRefused('licence-region-needed')
  given(practitionerRegistered)
    .when(recordLicence, { path, body: { ...local, validIn: ['6590'] } })
    .records({ ...licenceRecorded, data: { ...licenceRecorded.data, line: 'local', validIn: ['6590'] } })
})

test('a licence does not expire before it is issued', () =>
  given(practitionerRegistered)
    .when(recordLicence, { path, body: { ...body, expiresOn: '2023-09-19' } })
    .isRefused('period-wrong', { from: '2023-09-20', to: '2023-09-19' }))

test('the licence of somebody who left can still be recorded', () =>
  given(practitionerRegistered, practitionerLeft).when(recordLicence, { path, body }).records(licenceRecorded))

test('a voided or unknown social worker takes no licence', () => {
  given(practitionerRegistered, practitionerVoided)
    .when(recordLicence, { path, body })
    .isRefused('practitioner-not-active', { status: 'voided' })
  given().when(recordLicence, { path, body }).isRefused('not-found')
})

test('a licence can be voided, and why is sealed', () => {
  given(practitionerRegistered, licenceRecorded).when(voidLicence, voiding).records(licenceVoided)
  given(practitionerRegistered, licenceRecorded)
    .when(voidLicence, { ...voiding, body: { ...voiding.body, note: '同名' } })
    .records({ ...licenceVoided, sealed: { [`note.${practitionerId}`]: '同名' } })
})

test('a second voiding of a licence is refused', () =>
  given(practitionerRegistered, licenceRecorded, licenceVoided)
    .when(voidLicence, voiding)
    .isRefused('already-voided', { id: licenceId }))

test('a licence that does not exist cannot be voided', () => {
  given(practitionerRegistered).when(voidLicence, voiding).isRefused('not-found')
  given().when(voidLicence, voiding).isRefused('not-found')
})
