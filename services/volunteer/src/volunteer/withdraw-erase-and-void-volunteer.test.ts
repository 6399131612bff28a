import { test } from '@jest/globals'
import { aMoment, given } from '@wushe/testkit'
import {
  approveVolunteerErasure,
  eraseVolunteer,
  liftVolunteerRestriction,
  refuseVolunteerErasure,
  restrictVolunteer,
} from './erase-and-restrict-volunteer.ts'
import {
  erasureRefused,
  erasureRequested,
  realNameVerified,
  restrictionLifted,
  volunteerErased,
  volunteerId,
  volunteerRegistered,
  volunteerRestricted,
  volunteerVoided,
  volunteerWithdrawn,
} from './examples.ts'
import { voidVolunteer } from './void-volunteer.ts'
import { withdrawVolunteer } from './withdraw-volunteer.ts'

const path = { volunteerId }
const withdrawing = { path, body: { reason: 'moved', occurredOn: '2023-03-01' } } as const
const erasing = { path, body: { basis: 'request' } } as const
const approving = { path, body: {} }
const refusing = { path, body: { note: '说明' } }
const restricting = { path, body: { basis: 'request' } } as const
const lifting = { path, body: { reason: 'resolved' } } as const
const ownHand = { orgId: aMoment.actor.orgId, keyId: aMoment.actor.keyId }
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

test('a volunteer can be erased in every state, by two hands', () => {
  const asked = { ...erasureRequested, data: { ...erasureRequested.data, requestedBy: ownHand } }
  const states = [[], [realNameVerified], [volunteerWithdrawn], [volunteerVoided]]
  for (const state of states) {
    given(volunteerRegistered, ...state)
      .when(eraseVolunteer, erasing)
      .records(asked)
    given(volunteerRegistered, ...state, erasureRequested)
      .when(approveVolunteerErasure, approving)
      .records(volunteerErased)
  }
  given(volunteerRegistered, asked).when(approveVolunteerErasure, approving).isRefused('another-hand-needed')
})

test('asking or approving twice changes nothing', () => {
  given(volunteerRegistered, erasureRequested).when(eraseVolunteer, erasing).changesNothing()
  given(volunteerRegistered, volunteerErased).when(eraseVolunteer, erasing).changesNothing()
  given(volunteerRegistered, volunteerErased).when(approveVolunteerErasure, approving).changesNothing()
})

test('an erasure is refused with reasons in writing, and then not approved any more', () => {
  given(volunteerRegistered, erasureRequested)
    .when(refuseVolunteerErasure, refusing)
    .records({ ...erasureRefused, sealed })
  given(volunteerRegistered, erasureRequested, erasureRefused)
    .when(approveVolunteerErasure, approving)
    .isRefused('erasure-not-requested', { id: volunteerId })
  given(volunteerRegistered)
    .when(refuseVolunteerErasure, refusing)
    .isRefused('erasure-not-requested', { id: volunteerId })
  given(volunteerRegistered, volunteerErased)
    .when(refuseVolunteerErasure, refusing)
    .isRefused('person-erased', { id: volunteerId })
  given(volunteerRegistered, erasureRequested, volunteerRestricted)
    .when(refuseVolunteerErasure, refusing)
    .isRefused('person-restricted', { id: volunteerId })
})

test('one hand restricts, another one lifts, and nothing is written down meanwhile', () => {
  const own = { ...volunteerRestricted, data: { ...volunteerRestricted.data, restrictedBy: ownHand } }
  given(volunteerRegistered).when(restrictVolunteer, restricting).records(own)
  given(volunteerRegistered, own).when(restrictVolunteer, restricting).changesNothing()
  given(volunteerRegistered, own).when(liftVolunteerRestriction, lifting).isRefused('another-hand-needed')
  given(volunteerRegistered, volunteerRestricted).when(liftVolunteerRestriction, lifting).records(restrictionLifted)
  given(volunteerRegistered).when(liftVolunteerRestriction, lifting).changesNothing()
  given(volunteerRegistered, volunteerErased)
    .when(restrictVolunteer, restricting)
    .isRefused('person-erased', { id: volunteerId })
  given(volunteerRegistered, volunteerRestricted)
    .when(withdrawVolunteer, { path, body: { ...withdrawing.body, note: '说明' } })
    .isRefused('person-restricted', { id: volunteerId })
  given(volunteerRegistered, volunteerRestricted)
    .when(voidVolunteer, { path, body: { ...voiding.body, note: '说明' } })
    .isRefused('person-restricted', { id: volunteerId })
})

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

test('a volunteer who does not exist neither withdraws, nor is erased, restricted or voided', () => {
  given().when(withdrawVolunteer, withdrawing).isRefused('not-found')
  given().when(eraseVolunteer, erasing).isRefused('not-found')
  given().when(approveVolunteerErasure, approving).isRefused('not-found')
  given().when(refuseVolunteerErasure, refusing).isRefused('not-found')
  given().when(restrictVolunteer, restricting).isRefused('not-found')
  given().when(liftVolunteerRestriction, lifting).isRefused('not-found')
  given().when(voidVolunteer, voiding).isRefused('not-found')
})
