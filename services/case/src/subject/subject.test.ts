import { expect, test } from '@jest/globals'
import type { Streams } from '@wushe/contracts'
import { given } from '@wushe/testkit'
import { correctSubject } from './correct-subject.ts'
import { eraseSubject } from './erase-subject.ts'
import { corrected, erased, identity, registered, subjectId } from './examples.ts'
import { idNumberClaims } from './identity.ts'
import { registerSubject } from './register-subject.ts'
import { subject } from './subject.ts'

const path = { subjectId }
const { reason } = corrected.data
const registration = { body: { id: subjectId, ...registered.data, identity } }
const correction = { path, body: { ...corrected.data } }
const withIdNumber = (idNumber: string) => ({ body: { ...registration.body, identity: { ...identity, idNumber } } })
const sealed = { [`pii.${subjectId}`]: identity }

test('a person is registered with facts in the open and identity under a key of their own', () =>
  given()
    .when(registerSubject, registration)
    .recordsEachTime({ ...registered, sealed }))

test('a person without an ID number can be registered', () =>
  given()
    .when(registerSubject, { body: { ...registration.body, identity: { name: '小昕', idType: 'none' } } })
    .recordsEachTime({ ...registered, sealed: { [`pii.${subjectId}`]: { name: '小昕', idType: 'none' } } }))

test('a division that nobody knows is recorded as sent and flagged', () =>
  given()
    .when(registerSubject, { body: { ...registration.body, divisionCode: '999999001' } })
    .recordsEachTime({
      type: 'SubjectRegistered',
      data: { ...registered.data, divisionCode: '999999001', flags: ['division-unknown'] },
      sealed,
    }))

test.each([
  ['1101051949123100', 17, 'length'],
  ['1101051949123l002X', 14, 'character'],
  ['11010519491331002X', 11, 'birth-date'],
  ['110105194912310021', 18, 'check-character'],
  ['110105209912310029', 7, 'birth-date'],
])('the ID number %s is wrong at character %i: %s', (idNumber, position, reason) =>
  given()
    .when(registerSubject, withIdNumber(idNumber))
    .isRefused('id-number-invalid', { pointer: '#/identity/idNumber', position, reason }),
)

test('the number of another document is taken as it is', () => {
  const passport = { name: 'Ana', idType: 'passport', idNumber: 'E12345678' } as const
  given()
    .when(registerSubject, { body: { ...registration.body, identity: passport } })
    .recordsEachTime({ ...registered, sealed: { [`pii.${subjectId}`]: passport } })
})

test('an ID number belongs to one living person of an organisation, however its X is written', () => {
  expect(idNumberClaims({ body: { identity } })).toEqual([
    { set: 'subject-id-number', value: '11010519491231002X', personal: true, taken: 'id-number-taken' },
  ])
  const written = { ...identity, idNumber: '11010519491231002x' }
  expect(idNumberClaims({ body: { identity: written } })).toEqual(idNumberClaims({ body: { identity } }))
  expect([registerSubject.claims, correctSubject.claims]).toEqual([idNumberClaims, idNumberClaims])

  const holds = (...events: Streams['subject'][]) =>
    subject.holds!(events.reduce(subject.evolve, subject.initial), 'subject-id-number')
  expect([holds(), holds(registered), holds(registered, erased)]).toEqual([false, true, false])
})

test('who gives no ID number claims none', () => {
  expect(idNumberClaims({ body: { identity: { name: '小昕', idType: 'none' } } })).toEqual([])
  expect(idNumberClaims({ body: {} })).toEqual([])
})

test('facts are corrected as a whole, with a reason', () =>
  given(registered).when(correctSubject, correction).records(corrected))

test('a correction to what is recorded already changes nothing', () =>
  given(registered)
    .when(correctSubject, { path, body: { ...registered.data, reason } })
    .changesNothing())

test('a corrected identity is recorded each time, because nobody can compare what is sealed', () =>
  given(registered, corrected)
    .when(correctSubject, { path, body: { ...correction.body, identity } })
    .recordsEachTime({ ...corrected, sealed }))

test('a corrected ID number is checked like the first', () =>
  given(registered)
    .when(correctSubject, {
      path,
      body: { ...correction.body, identity: { ...identity, idNumber: '110105194912310021' } },
    })
    .isRefused('id-number-invalid', { pointer: '#/identity/idNumber', position: 18, reason: 'check-character' }))

test('a correction may say why, under the key of the person', () =>
  given(registered)
    .when(correctSubject, { path, body: { ...correction.body, note: '户口本上是 2008 年' } })
    .recordsEachTime({ ...corrected, sealed: { [`note.${subjectId}`]: '户口本上是 2008 年' } }))

test('erasure keeps the facts and their agreement', () =>
  given(registered)
    .when(eraseSubject, { path, body: { basis: 'request' } })
    .records(erased))

test('erasing twice changes nothing', () =>
  given(registered, erased)
    .when(eraseSubject, { path, body: { basis: 'other' } })
    .changesNothing())

test('an erased person takes no identity and no note', () => {
  const refused = { id: subjectId }
  given(registered, erased)
    .when(correctSubject, { path, body: { ...correction.body, identity } })
    .isRefused('person-erased', refused)
  given(registered, erased)
    .when(correctSubject, { path, body: { ...correction.body, note: '…' } })
    .isRefused('person-erased', refused)
})

test('the facts about an erased person can still be corrected', () =>
  given(registered, erased).when(correctSubject, correction).records(corrected))

test('nobody corrects or erases who was never registered', () => {
  given().when(correctSubject, correction).isRefused('not-found')
  given()
    .when(eraseSubject, { path, body: { basis: 'request' } })
    .isRefused('not-found')
})
