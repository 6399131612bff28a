import { expect, test } from '@jest/globals'
import { aMoment, given } from '@wushe/testkit'
import {
  facts,
  identity,
  realNameVerified,
  registeredWithoutNumber,
  volunteerErased,
  volunteerId,
  volunteerRegistered,
  volunteerVoided,
  volunteerWithdrawn,
} from './examples.ts'
import { registerVolunteer } from './register-volunteer.ts'
import { volunteer } from './volunteer.ts'

const body = { id: volunteerId, ...facts, identity }
const sealed = { [`pii.${volunteerId}`]: identity }
const nameOnly = { name: '示例丙', idType: 'citizen-id' } as const

test('a volunteer is registered, the identity sealed under a key of the person’s own', () =>
  given()
    .when(registerVolunteer, { body })
    .records({ ...volunteerRegistered, sealed }))

test('without an ID number a volunteer is registered all the same', () =>
  given()
    .when(registerVolunteer, { body: { ...body, identity: nameOnly } })
    .records({ ...registeredWithoutNumber, sealed: { [`pii.${volunteerId}`]: nameOnly } }))

test('a number that belongs to no document is none', () => {
  const identity = { name: '示例丙', idType: 'none', idNumber: '7' } as const
  given()
    .when(registerVolunteer, { body: { ...body, identity } })
    .records({ ...registeredWithoutNumber, sealed: { [`pii.${volunteerId}`]: identity } })
})

test('registering again changes nothing', () =>
  given(volunteerRegistered).when(registerVolunteer, { body }).changesNothing())

test('a mistyped citizen’s ID number is refused with the place of the mistake', () =>
  given()
    .when(registerVolunteer, { body: { ...body, identity: { ...identity, idNumber: '11010519491331002X' } } })
    .isRefused('id-number-invalid', { pointer: '#/identity/idNumber', position: 11, reason: 'birth-date' }))

test('the number of another document is taken as it is', () => {
  const passport = { name: '示例丙', idType: 'passport', idNumber: 'E00000000' } as const
  given()
    .when(registerVolunteer, { body: { ...body, identity: { ...passport, idNumber: ' e00000000 ' } } })
    .records({ ...volunteerRegistered, sealed: { [`pii.${volunteerId}`]: passport } })
})

const claimsOf = (identity: (typeof body)['identity'] | object) =>
  registerVolunteer.claims!(
    { path: {}, query: {} as never, body: { ...body, identity: identity as never } },
    aMoment,
    volunteer.initial,
  )

test('an ID number belongs to one volunteer of an organisation, in whatever way it is written', () => {
  const claim = {
    set: 'volunteer-id-number',
    value: 'citizen-id/11010519491231002X',
    personal: true,
    taken: 'id-number-taken',
  }
  expect(claimsOf(identity)).toEqual([claim])
  expect(claimsOf({ name: '示例乙', idNumber: '11010519491231002x' })).toEqual([claim])
})

test('the same characters of another document are another number', () =>
  expect(claimsOf({ ...identity, idType: 'passport' })).toMatchObject([{ value: 'passport/11010519491231002X' }]))

test('whoever gives no number claims none', () => expect(claimsOf(nameOnly)).toEqual([]))

test('a volunteer holds the number until withdrawn, erased or voided', () => {
  const holdsAfter = (...events: Parameters<typeof volunteer.evolve>[1][]) =>
    volunteer.holds!(events.reduce(volunteer.evolve, volunteer.initial), 'volunteer-id-number')
  expect(holdsAfter(volunteerRegistered)).toBe(true)
  expect(holdsAfter(volunteerRegistered, realNameVerified)).toBe(true)
  expect(holdsAfter(volunteerRegistered, realNameVerified, volunteerWithdrawn)).toBe(false)
  expect(holdsAfter(volunteerRegistered, volunteerErased)).toBe(false)
  expect(holdsAfter(volunteerRegistered, volunteerVoided)).toBe(false)
  expect(holdsAfter()).toBe(false)
})
