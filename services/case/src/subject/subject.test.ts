import { expect, test } from '@jest/globals'
import type { Streams } from '@wushe/contracts'
import { aMoment, given } from '@wushe/testkit'
import { correctSubject } from './correct-subject.ts'
import {
  approveSubjectErasure,
  eraseSubject,
  liftSubjectRestriction,
  refuseSubjectErasure,
  restrictSubject,
} from './erase-and-restrict-subject.ts'
import {
  corrected,
  erased,
  erasureRefused,
  erasureRequested,
  identity,
  lifted,
  registered,
  restricted,
  subjectId,
  voided,
} from './examples.ts'
import { idNumberClaims } from './identity.ts'
import { registerSubject } from './register-subject.ts'
import { subject } from './subject.ts'
import { voidSubject } from './void-subject.ts'

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

const ownHand = { orgId: aMoment.actor.orgId, keyId: aMoment.actor.keyId }
const erasing = { path, body: { basis: 'request' } } as const
const approving = { path, body: {} }
const refusing = { path, body: { note: '协议约定的保存期未满' } }

test('whoever asks for an erasure destroys nothing yet', () =>
  given(registered)
    .when(eraseSubject, erasing)
    .records({ ...erasureRequested, data: { ...erasureRequested.data, requestedBy: ownHand } }))

test('asking twice, or for who is erased, changes nothing; after a refusal it may be asked again', () => {
  given(registered, erasureRequested).when(eraseSubject, erasing).changesNothing()
  given(registered, erased)
    .when(eraseSubject, { path, body: { basis: 'other' } })
    .changesNothing()
  given(registered, erasureRequested, erasureRefused)
    .when(eraseSubject, erasing)
    .records({ ...erasureRequested, data: { ...erasureRequested.data, requestedBy: ownHand } })
})

test('another hand approves, on the basis that was given; facts and agreement stay', () => {
  given(registered, erasureRequested).when(approveSubjectErasure, approving).records(erased)
  given(registered, voided, erasureRequested).when(approveSubjectErasure, approving).records(erased)
  given(registered, erased).when(approveSubjectErasure, approving).changesNothing()
})

test('nobody approves what they asked for: the same person, or the same credential of nobody in particular', () => {
  const asked = (requestedBy: object) =>
    ({ ...erasureRequested, data: { ...erasureRequested.data, requestedBy } }) as typeof erasureRequested
  const by = (actor: object) => ({ moment: { ...aMoment, actor: { ...aMoment.actor, ...actor } } })
  given(registered, asked(ownHand)).when(approveSubjectErasure, approving).isRefused('another-hand-needed')
  const first = { ...ownHand, keyId: 'cli_01j00000000000000000000001', person: 'u-1' }
  given(registered, asked(first))
    .when(approveSubjectErasure, approving, by({ person: 'u-1' }))
    .isRefused('another-hand-needed')
  given(registered, asked(first))
    .when(approveSubjectErasure, approving, by({ keyId: first.keyId, person: 'u-2' }))
    .records(erased)
})

test('an erasure is refused with reasons in writing, under the key of the person', () => {
  given(registered, erasureRequested)
    .when(refuseSubjectErasure, refusing)
    .records({ ...erasureRefused, sealed: { [`note.${subjectId}`]: refusing.body.note } })
  given(registered, erased).when(refuseSubjectErasure, refusing).isRefused('person-erased', { id: subjectId })
  given(registered, erasureRequested, restricted)
    .when(refuseSubjectErasure, refusing)
    .isRefused('person-restricted', { id: subjectId })
})

test('what nobody asked for is neither approved nor refused', () => {
  const refused = ['erasure-not-requested', { id: subjectId }] as const
  given(registered)
    .when(approveSubjectErasure, approving)
    .isRefused(...refused)
  given(registered)
    .when(refuseSubjectErasure, refusing)
    .isRefused(...refused)
  given(registered, erasureRequested, erasureRefused)
    .when(approveSubjectErasure, approving)
    .isRefused(...refused)
})

const restricting = { path, body: { basis: 'retention-not-over' } } as const
const lifting = { path, body: { reason: 'resolved' } } as const

test('one hand restricts, another one lifts', () => {
  const own = { ...restricted, data: { ...restricted.data, restrictedBy: ownHand } }
  given(registered).when(restrictSubject, restricting).records(own)
  given(registered, own).when(restrictSubject, restricting).changesNothing()
  given(registered, own).when(liftSubjectRestriction, lifting).isRefused('another-hand-needed')
  given(registered, restricted).when(liftSubjectRestriction, lifting).records(lifted)
  given(registered).when(liftSubjectRestriction, lifting).changesNothing()
})

test('a restricted person takes no identity and no note, while the facts go on', () => {
  const refused = { id: subjectId }
  given(registered, restricted)
    .when(correctSubject, { path, body: { ...correction.body, identity } })
    .isRefused('person-restricted', refused)
  given(registered, restricted)
    .when(voidSubject, { path, body: { reason: 'duplicate', note: '…' } })
    .isRefused('person-restricted', refused)
  given(registered, restricted).when(correctSubject, correction).records(corrected)
})

test('a restricted person can be erased, and an erased one not be restricted', () => {
  given(registered, restricted, erasureRequested).when(approveSubjectErasure, approving).records(erased)
  given(registered, erased).when(restrictSubject, restricting).isRefused('person-erased', { id: subjectId })
})

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

test('nobody corrects, erases or restricts who was never registered', () => {
  given().when(correctSubject, correction).isRefused('not-found')
  given().when(eraseSubject, erasing).isRefused('not-found')
  given().when(approveSubjectErasure, approving).isRefused('not-found')
  given().when(refuseSubjectErasure, refusing).isRefused('not-found')
  given().when(restrictSubject, restricting).isRefused('not-found')
  given().when(liftSubjectRestriction, lifting).isRefused('not-found')
})
