import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { closeGroup } from './close-group.ts'
import { correctGroup } from './correct-group.ts'
import { evaluateGroup } from './evaluate-group.ts'
import { groupClosed, groupCorrected, groupEvaluated, groupId, groupVoided, planned, withMembers } from './examples.ts'
import { planGroup } from './plan-group.ts'
import { voidGroup } from './void-group.ts'

const path = { groupId }
const { agreementId: _a, siteId: _s, ...evaluation } = groupEvaluated.data
const { agreementId: _b, siteId: _t, ...closure } = groupClosed.data
const closing = { path, body: closure }
const evaluating = { path, body: evaluation }
const correction = { path, body: groupCorrected.data }
const voiding = { path, body: { reason: 'duplicate' } } as const
const note = '场地改在二楼'
const sealed = { note }

test('a group is planned, and what is said about it lies under the key of the organisation', () => {
  given().when(planGroup, { body: planned.data }).recordsEachTime(planned)
  given()
    .when(planGroup, { body: { ...planned.data, note } })
    .recordsEachTime({ ...planned, sealed })
})

test('a group is evaluated, also after it closed, and the same evaluation is recorded no second time', () => {
  given(planned).when(evaluateGroup, evaluating).records(groupEvaluated)
  given(planned, groupClosed).when(evaluateGroup, evaluating).records(groupEvaluated)
  given(planned, groupEvaluated).when(evaluateGroup, evaluating).changesNothing()
  given(planned, groupEvaluated)
    .when(evaluateGroup, { path, body: { ...evaluation, note } })
    .recordsEachTime({ ...groupEvaluated, sealed })
})

test('a group closes; closing twice changes nothing, closing otherwise is refused', () => {
  given(planned).when(closeGroup, closing).records(groupClosed)
  given(planned)
    .when(closeGroup, { path, body: { ...closure, note } })
    .records({ ...groupClosed, sealed })
  given(planned, groupClosed).when(closeGroup, closing).changesNothing()
  given(planned, groupClosed)
    .when(closeGroup, { path, body: { ...closure, reason: 'discontinued' } })
    .isRefused('group-not-open', { status: 'closed' })
})

test('a voided group is neither evaluated nor closed', () => {
  given(planned, groupVoided).when(evaluateGroup, evaluating).isRefused('group-not-open', { status: 'voided' })
  given(planned, groupVoided).when(closeGroup, closing).isRefused('group-not-open', { status: 'voided' })
})

test('a group is corrected as a whole, with a reason, also after it closed', () => {
  given(planned).when(correctGroup, correction).records(groupCorrected)
  given(planned, groupClosed).when(correctGroup, correction).records(groupCorrected)
})

test('a correction to what is recorded already changes nothing, unless it has something to tell', () => {
  const same = { ...planned.data, reason: 'other' as const }
  given(planned).when(correctGroup, { path, body: same }).changesNothing()
  given(planned)
    .when(correctGroup, { path, body: { ...same, note } })
    .recordsEachTime({ type: 'GroupCorrected', data: same, sealed })
})

test('a group is not corrected to take fewer than it has', () =>
  given(...withMembers)
    .when(correctGroup, { path, body: { ...correction.body, capacity: 1 } })
    .isRefused('group-full', { capacity: 1 }))

test('a group is voided once', () => {
  given(...withMembers)
    .when(voidGroup, voiding)
    .records(groupVoided)
  given(planned)
    .when(voidGroup, { path, body: { ...voiding.body, note } })
    .records({ ...groupVoided, sealed })
  given(planned, groupVoided).when(voidGroup, voiding).isRefused('already-voided', { id: groupId })
})

test('a voided group is not corrected', () =>
  given(planned, groupVoided).when(correctGroup, correction).isRefused('already-voided', { id: groupId }))

test('a group that was never planned is neither corrected nor voided', () => {
  given().when(correctGroup, correction).isRefused('not-found')
  given().when(voidGroup, voiding).isRefused('not-found')
})
