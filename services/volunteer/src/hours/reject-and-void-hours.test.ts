import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { volunteerErased, volunteerRegistered } from '../volunteer/examples.ts'
import { volunteer } from '../volunteer/volunteer.ts'
import { hoursConfirmed, hoursEntryId, hoursRecorded, hoursRejected, hoursVoided, volunteerId } from './examples.ts'
import { rejectHours } from './reject-hours.ts'
import { voidHours } from './void-hours.ts'

const registered = volunteer.evolve(volunteer.initial, volunteerRegistered)
const known = { volunteer: registered }
const erased = { volunteer: volunteer.evolve(registered, volunteerErased) }
const path = { volunteerId, hoursEntryId }
const rejecting = { path, body: { reason: 'not-present', occurredOn: '2022-06-06' } } as const
const voiding = { path, body: { reason: 'recorded-in-error' } } as const
const sealed = { [`note.${volunteerId}`]: '说明' }

test('pending hours can be rejected', () =>
  given(hoursRecorded).when(rejectHours, rejecting, { known }).records(hoursRejected))

test('rejecting twice changes nothing', () =>
  given(hoursRecorded, hoursRejected).when(rejectHours, rejecting, { known }).changesNothing())

test('confirmed or voided hours cannot be rejected', () => {
  given(hoursRecorded, hoursConfirmed)
    .when(rejectHours, rejecting, { known })
    .isRefused('hours-not-pending', { status: 'confirmed' })
  given(hoursRecorded, hoursVoided)
    .when(rejectHours, rejecting, { known })
    .isRefused('hours-not-pending', { status: 'voided' })
})

test('hours can be voided, pending, confirmed or rejected', () => {
  given(hoursRecorded).when(voidHours, voiding, { known }).records(hoursVoided)
  given(hoursRecorded, hoursConfirmed).when(voidHours, voiding, { known }).records(hoursVoided)
  given(hoursRecorded, hoursRejected).when(voidHours, voiding, { known }).records(hoursVoided)
})

test('a second voiding is refused', () =>
  given(hoursRecorded, hoursVoided)
    .when(voidHours, voiding, { known })
    .isRefused('already-voided', { id: hoursEntryId }))

test('an entry that does not exist can be neither rejected nor voided', () => {
  given().when(rejectHours, rejecting, { known }).isRefused('not-found')
  given().when(voidHours, voiding, { known }).isRefused('not-found')
})

test('why hours were rejected or voided is sealed under the volunteer’s key', () => {
  given(hoursRecorded)
    .when(rejectHours, { path, body: { ...rejecting.body, note: '说明' } }, { known })
    .records({ ...hoursRejected, sealed })
  given(hoursRecorded)
    .when(voidHours, { path, body: { ...voiding.body, note: '说明' } }, { known })
    .records({ ...hoursVoided, sealed })
})

test('the hours of an erased volunteer can be rejected or voided, but nothing is written about the person', () => {
  given(hoursRecorded).when(rejectHours, rejecting, { known: erased }).records(hoursRejected)
  given(hoursRecorded)
    .when(rejectHours, { path, body: { ...rejecting.body, note: '说明' } }, { known: erased })
    .isRefused('person-erased', { id: volunteerId })
  given(hoursRecorded).when(voidHours, voiding, { known: erased }).records(hoursVoided)
  given(hoursRecorded)
    .when(voidHours, { path, body: { ...voiding.body, note: '说明' } }, { known: erased })
    .isRefused('person-erased', { id: volunteerId })
})
