import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { concern as concerns } from '../concern/concern.ts'
import { raised } from '../concern/examples.ts'
import { subjectId } from '../subject/examples.ts'
import { correctCase } from './correct-case.ts'
import { caseCorrected, caseId, caseVoided, opened, untilClosed } from './examples.ts'
import { voidCase } from './void-case.ts'

const path = { caseId }
const { subjectId: _, ...facts } = opened.data
const { subjectId: _subject, ...corrected } = caseCorrected.data
const correction = { path, body: corrected }
const voiding = { path, body: { reason: 'duplicate' } } as const
const note = '与另一份记录重复'
const sealed = { [`note.${subjectId}`]: note }

test('a case is corrected as a whole, with a reason, also after it was closed', () => {
  given(opened).when(correctCase, correction).records(caseCorrected)
  given(...untilClosed)
    .when(correctCase, correction)
    .records(caseCorrected)
})

test('a correction to what is recorded already changes nothing', () =>
  given(opened)
    .when(correctCase, { path, body: { ...facts, reason: 'other' } })
    .changesNothing())

test('a correction may leave out what should not have been said', () => {
  const { risk: _r, ...rest } = facts
  const { risk: _s, ...data } = { ...opened.data, reason: 'typing-error' } as const
  given(opened)
    .when(correctCase, { path, body: { ...rest, reason: 'typing-error' } })
    .records({ type: 'CaseCorrected', data })
})

test('a correction may name another concern, if there is one', () => {
  const concernId = 'con_01h455vb4pex5vsknk084sn002'
  const another = { path, body: { ...correction.body, concernId } }
  given(opened)
    .when(correctCase, another, { known: { concern: concerns.evolve(concerns.initial, raised) } })
    .records({ type: 'CaseCorrected', data: { ...caseCorrected.data, concernId } })
  given(opened)
    .when(correctCase, another, { known: { concern: concerns.initial } })
    .isRefused('concern-not-known', { concernId })
})

test('a case is voided once, in whatever status', () => {
  given(opened).when(voidCase, voiding).records(caseVoided)
  given(...untilClosed)
    .when(voidCase, voiding)
    .records(caseVoided)
  given(opened, caseVoided).when(voidCase, voiding).isRefused('already-voided', { id: caseId })
})

test('a voided case is not corrected', () =>
  given(opened, caseVoided).when(correctCase, correction).isRefused('already-voided', { id: caseId }))

test('a case that was never opened is neither corrected nor voided', () => {
  given().when(correctCase, correction).isRefused('not-found')
  given().when(voidCase, voiding).isRefused('not-found')
})

test('why lies under the key of the person, and is refused once that is gone', () => {
  const known = { person: { status: 'erased' } }
  const correcting = { path, body: { ...correction.body, note } }
  const taking = { path, body: { ...voiding.body, note } }
  given(opened)
    .when(correctCase, correcting)
    .recordsEachTime({ ...caseCorrected, sealed })
  given(opened)
    .when(voidCase, taking)
    .records({ ...caseVoided, sealed })
  given(opened).when(correctCase, correcting, { known }).isRefused('person-erased', { id: subjectId })
  given(opened).when(voidCase, taking, { known }).isRefused('person-erased', { id: subjectId })
})
