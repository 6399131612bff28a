import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { eraseVolunteer } from './erase-volunteer.ts'
import {
  realNameVerified,
  volunteerErased,
  volunteerId,
  volunteerRegistered,
  volunteerVoided,
  volunteerWithdrawn,
} from './examples.ts'
import { voidVolunteer } from './void-volunteer.ts'
import { withdrawVolunteer } from './withdraw-volunteer.ts'

const path = { volunteerId }
const withdrawing = { path, body: { reason: 'moved', occurredOn: '2023-03-01' } } as const
const erasing = { path, body: { basis: 'request' } } as const
const voiding = { path, body: { reason: 'duplicate' } } as const
const sealed = { [`note.${volunteerId}`]: '说明' }

test('a volunteer can withdraw, verified or not', () => {
  given(volunteerRegistered).when(withdrawVolunteer, withdrawing).records(volunteerWithdrawn)
  given(volunteerRegistered, realNameVerified).when(withdrawVolunteer, withdrawing).records(volunteerWithdrawn)
})

test('withdrawing twice changes nothing', () =>
  given(volunteerRegistered, volunteerWithdrawn).when(withdrawVolunteer, withdrawing).changesNothing())

test('nobody withdraws before registering', () =>
  given(volunteerRegistered)
    .when(withdrawVolunteer, { path, body: { ...withdrawing.body, occurredOn: '2022-04-30' } })
    .isRefused('period-wrong', { from: '2022-05-01', to: '2022-04-30' }))

test('a volunteer who was erased or voided does not withdraw', () => {
  given(volunteerRegistered, volunteerErased)
    .when(withdrawVolunteer, withdrawing)
    .isRefused('volunteer-not-active', { status: 'erased' })
  given(volunteerRegistered, volunteerVoided)
    .when(withdrawVolunteer, withdrawing)
    .isRefused('volunteer-not-active', { status: 'voided' })
})

test('a volunteer can be erased in every state', () => {
  given(volunteerRegistered).when(eraseVolunteer, erasing).records(volunteerErased)
  given(volunteerRegistered, realNameVerified).when(eraseVolunteer, erasing).records(volunteerErased)
  given(volunteerRegistered, volunteerWithdrawn).when(eraseVolunteer, erasing).records(volunteerErased)
  given(volunteerRegistered, volunteerVoided).when(eraseVolunteer, erasing).records(volunteerErased)
})

test('erasing twice changes nothing', () =>
  given(volunteerRegistered, volunteerErased).when(eraseVolunteer, erasing).changesNothing())

test('a volunteer can be voided in every state but once', () => {
  given(volunteerRegistered).when(voidVolunteer, voiding).records(volunteerVoided)
  given(volunteerRegistered, volunteerWithdrawn).when(voidVolunteer, voiding).records(volunteerVoided)
  given(volunteerRegistered, volunteerErased).when(voidVolunteer, voiding).records(volunteerVoided)
  given(volunteerRegistered, volunteerVoided)
    .when(voidVolunteer, voiding)
    .isRefused('already-voided', { id: volunteerId })
})

test('why somebody withdrew or was voided is sealed under the person’s key', () => {
  given(volunteerRegistered)
    .when(withdrawVolunteer, { path, body: { ...withdrawing.body, note: '说明' } })
    .records({ ...volunteerWithdrawn, sealed })
  given(volunteerRegistered)
    .when(voidVolunteer, { path, body: { ...voiding.body, note: '说明' } })
    .records({ ...volunteerVoided, sealed })
})

test('nothing about an erased person is written down any more', () =>
  given(volunteerRegistered, volunteerErased)
    .when(voidVolunteer, { path, body: { ...voiding.body, note: '说明' } })
    .isRefused('person-erased', { id: volunteerId }))

test('a volunteer who does not exist neither withdraws, nor is erased or voided', () => {
  given().when(withdrawVolunteer, withdrawing).isRefused('not-found')
  given().when(eraseVolunteer, erasing).isRefused('not-found')
  given().when(voidVolunteer, voiding).isRefused('not-found')
})
