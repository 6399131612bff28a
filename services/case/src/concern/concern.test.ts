import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { erased, registered, subjectId } from '../subject/examples.ts'
import { subject } from '../subject/subject.ts'
import { correctConcern } from './correct-concern.ts'
import { dismissConcern } from './dismiss-concern.ts'
import {
  concernCorrected,
  concernId,
  concernVoided,
  dismissed,
  identified,
  raised,
  raisedOfNobody,
} from './examples.ts'
import { identifyConcern } from './identify-concern.ts'
import { raiseConcern } from './raise-concern.ts'
import { voidConcern } from './void-concern.ts'

const path = { concernId }
const known = { person: subject.evolve(subject.initial, registered) }
const gone = { person: [registered, erased].reduce(subject.evolve, subject.initial) }
const stranger = { person: subject.initial }

const { agreementId: _a, siteId: _s, ...identification } = identified.data
const { agreementId: _b, siteId: _t, ...dismissal } = dismissed.data
const raising = { body: { ...raised.data } }
const identifying = { path, body: identification }
const dismissing = { path, body: dismissal }
const correcting = { path, body: { ...concernCorrected.data } }
const voiding = { path, body: { reason: 'duplicate' } } as const
const note = '上课睡觉,作业不交'

test("a concern about somebody known is raised, and what was seen lies under that person's key", () =>
  given()
    .when(raiseConcern, { body: { ...raised.data, note } }, { known })
    .recordsEachTime({ ...raised, sealed: { [`note.${subjectId}`]: note } }))

test('a concern about nobody yet known lies under the key of the organisation', () =>
  given()
    .when(raiseConcern, { body: { ...raisedOfNobody.data, note } })
    .recordsEachTime({ ...raisedOfNobody, sealed: { note } }))

test('a concern speaks of nobody who is not registered, or is erased', () => {
  given().when(raiseConcern, raising, { known: stranger }).isRefused('subject-not-known', { subjectId })
  given().when(raiseConcern, raising, { known: gone }).isRefused('subject-not-known', { subjectId })
})

test('a raised concern is identified', () => given(raised).when(identifyConcern, identifying).records(identified))

test('the same identification again changes nothing', () =>
  given(raised, identified).when(identifyConcern, identifying).changesNothing())

test('a concern is identified anew when more is known', () =>
  given(raised, identified)
    .when(identifyConcern, { path, body: { ...identification, riskLevel: 'crisis' } })
    .records({ type: 'ConcernIdentified', data: { ...identified.data, riskLevel: 'crisis' } }))

test("what is said with the identification lies under the person's key", () =>
  given(raised)
    .when(identifyConcern, { path, body: { ...identification, note } }, { known })
    .recordsEachTime({ ...identified, sealed: { [`note.${subjectId}`]: note } }))

test('a dismissed or voided concern is not identified', () => {
  given(raised, dismissed).when(identifyConcern, identifying).isRefused('concern-not-open', { status: 'dismissed' })
  given(raised, concernVoided).when(identifyConcern, identifying).isRefused('concern-not-open', { status: 'voided' })
})

test('a raised or identified concern is dismissed', () => {
  given(raised).when(dismissConcern, dismissing).records(dismissed)
  given(raised, identified).when(dismissConcern, dismissing).records(dismissed)
})

test('dismissing twice changes nothing, dismissing for another reason is refused', () => {
  given(raised, dismissed).when(dismissConcern, dismissing).changesNothing()
  given(raised, dismissed)
    .when(dismissConcern, { path, body: { ...dismissal, reason: 'duplicate' } })
    .isRefused('concern-not-open', { status: 'dismissed' })
})

test('a voided concern is not dismissed', () =>
  given(raised, concernVoided).when(dismissConcern, dismissing).isRefused('concern-not-open', { status: 'voided' }))

test('a concern is corrected as a whole, with a reason', () =>
  given(raised).when(correctConcern, correcting, { known }).records(concernCorrected))

test('a correction to what is recorded already changes nothing', () =>
  given(raised)
    .when(correctConcern, { path, body: { ...raised.data, reason: 'other' } }, { known })
    .changesNothing())

test('a correction may name whom the concern is about, if that person is known', () => {
  given(raisedOfNobody).when(correctConcern, correcting, { known }).records(concernCorrected)
  given(raisedOfNobody)
    .when(correctConcern, correcting, { known: stranger })
    .isRefused('subject-not-known', { subjectId })
  given(raisedOfNobody).when(correctConcern, correcting, { known: gone }).isRefused('subject-not-known', { subjectId })
})

test('a concern about a person erased since can be corrected', () =>
  given(raised).when(correctConcern, correcting, { known: gone }).records(concernCorrected))

test('a concern is voided once, whatever became of it', () => {
  given(raised).when(voidConcern, voiding).records(concernVoided)
  given(raised, dismissed).when(voidConcern, voiding).records(concernVoided)
  given(raised, concernVoided).when(voidConcern, voiding).isRefused('already-voided', { id: concernId })
})

test('a voided concern is not corrected', () =>
  given(raised, concernVoided)
    .when(correctConcern, correcting, { known })
    .isRefused('already-voided', { id: concernId }))

test('nothing is written about a person who is erased', () => {
  const refused = ['person-erased', { id: subjectId }] as const
  const known = { person: { status: 'erased' } }
  given(raised)
    .when(identifyConcern, { path, body: { ...identification, note } }, { known })
    .isRefused(...refused)
  given(raised)
    .when(dismissConcern, { path, body: { ...dismissal, note } }, { known })
    .isRefused(...refused)
  given(raised)
    .when(voidConcern, { path, body: { ...voiding.body, note } }, { known })
    .isRefused(...refused)
  given(raised)
    .when(correctConcern, { path, body: { ...correcting.body, note } }, { known: gone })
    .isRefused(...refused)
})

test('nothing happens to a concern that was never raised', () => {
  given().when(correctConcern, correcting, { known }).isRefused('not-found')
  given().when(voidConcern, voiding).isRefused('not-found')
})
