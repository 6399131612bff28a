import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import {
  assignedElsewhere,
  otherSiteId,
  practitionerId,
  practitionerLeft,
  practitionerRegistered,
  practitionerVoided,
} from './examples.ts'
import { recordDeparture } from './record-departure.ts'
import { voidPractitioner } from './void-practitioner.ts'

const path = { practitionerId }
const leaving = { path, body: { reason: 'resigned', occurredOn: '2023-06-30' } } as const
const voiding = { path, body: { reason: 'duplicate' } } as const

test('an active social worker can leave', () =>
  given(practitionerRegistered).when(recordDeparture, leaving).records(practitionerLeft))

test('a departure carries the station that was left', () =>
  given(practitionerRegistered, assignedElsewhere)
    .when(recordDeparture, leaving)
    .records({ ...practitionerLeft, data: { ...practitionerLeft.data, siteId: otherSiteId } }))

test('leaving twice changes nothing', () =>
  given(practitionerRegistered, practitionerLeft).when(recordDeparture, leaving).changesNothing())

test('nobody leaves before beginning', () =>
  given(practitionerRegistered)
    .when(recordDeparture, { path, body: { ...leaving.body, occurredOn: '2021-07-14' } })
    .isRefused('period-wrong', { from: '2021-07-15', to: '2021-07-14' }))

test('a voided or unknown social worker does not leave', () => {
  given(practitionerRegistered, practitionerVoided)
    .when(recordDeparture, leaving)
    .isRefused('practitioner-not-active', { status: 'voided' })
  given().when(recordDeparture, leaving).isRefused('not-found')
})

test('a social worker can be voided, active or gone', () => {
  given(practitionerRegistered).when(voidPractitioner, voiding).records(practitionerVoided)
  given(practitionerRegistered, practitionerLeft).when(voidPractitioner, voiding).records(practitionerVoided)
})

test('a second voiding is refused', () =>
  given(practitionerRegistered, practitionerVoided)
    .when(voidPractitioner, voiding)
    .isRefused('already-voided', { id: practitionerId }))

test('a social worker who does not exist cannot be voided', () =>
  given().when(voidPractitioner, voiding).isRefused('not-found'))

test('why somebody left or was voided is sealed under the person’s key', () => {
  const sealed = { [`note.${practitionerId}`]: '说明' }
  given(practitionerRegistered)
    .when(recordDeparture, { path, body: { ...leaving.body, note: '说明' } })
    .records({ ...practitionerLeft, sealed })
  given(practitionerRegistered)
    .when(voidPractitioner, { path, body: { ...voiding.body, note: '说明' } })
    .records({ ...practitionerVoided, sealed })
})
