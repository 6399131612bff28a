import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import {
  realNameVerified,
  registeredWithoutNumber,
  volunteerErased,
  volunteerId,
  volunteerRegistered,
  volunteerVoided,
  volunteerWithdrawn,
} from './examples.ts'
import { verifyVolunteer } from './verify-volunteer.ts'

const input = { path: { volunteerId }, body: { method: 'in-person', occurredOn: '2022-05-02' } } as const

test('a volunteer with an ID number can be verified', () =>
  given(volunteerRegistered).when(verifyVolunteer, input).records(realNameVerified))

test('a volunteer without an ID number cannot be verified', () =>
  given(registeredWithoutNumber).when(verifyVolunteer, input).isRefused('identity-needed'))

test('verifying twice changes nothing', () =>
  given(volunteerRegistered, realNameVerified).when(verifyVolunteer, input).changesNothing())

test('a volunteer who withdrew, was erased or voided cannot be verified', () => {
  given(volunteerRegistered, volunteerWithdrawn)
    .when(verifyVolunteer, input)
    .isRefused('volunteer-not-active', { status: 'withdrawn' })
  given(volunteerRegistered, volunteerErased)
    .when(verifyVolunteer, input)
    .isRefused('volunteer-not-active', { status: 'erased' })
  given(volunteerRegistered, volunteerErased, volunteerVoided)
    .when(verifyVolunteer, input)
    .isRefused('volunteer-not-active', { status: 'voided' })
})

test('a volunteer who does not exist cannot be verified', () =>
  given().when(verifyVolunteer, input).isRefused('not-found'))
