import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { cancelActivity } from './cancel-activity.ts'
import { correctActivity } from './correct-activity.ts'
import { evaluateActivity } from './evaluate-activity.ts'
import {
  activityCorrected,
  activityEvaluated,
  activityId,
  activityVoided,
  cancelled,
  held,
  heldByRoster,
  planned,
} from './examples.ts'
import { planActivity } from './plan-activity.ts'
import { voidActivity } from './void-activity.ts'

const path = { activityId }
const { agreementId: _a, siteId: _s, ...evaluation } = activityEvaluated.data
const { agreementId: _b, siteId: _t, ...cancellation } = cancelled.data
const evaluating = { path, body: evaluation }
const cancelling = { path, body: cancellation }
const correction = { path, body: activityCorrected.data }
const voiding = { path, body: { reason: 'duplicate' } } as const
const note = '暴雨'
const sealed = { note }

test('an activity is planned, and what is said about it lies under the key of the organisation', () => {
  given().when(planActivity, { body: planned.data }).recordsEachTime(planned)
  given()
    .when(planActivity, { body: { ...planned.data, note } })
    .recordsEachTime({ ...planned, sealed })
})

test('an activity is cancelled, also when part of it was held', () => {
  given(planned).when(cancelActivity, cancelling).records(cancelled)
  given(planned, held)
    .when(cancelActivity, { path, body: { ...cancellation, note } })
    .records({ ...cancelled, sealed })
})

test('cancelling twice changes nothing, cancelling otherwise is refused', () => {
  given(planned, cancelled).when(cancelActivity, cancelling).changesNothing()
  given(planned, cancelled)
    .when(cancelActivity, { path, body: { ...cancellation, reason: 'low-turnout' } })
    .isRefused('activity-not-open', { status: 'cancelled' })
})

test('an activity is evaluated, also after it was cancelled, and the same evaluation is recorded no second time', () => {
  given(planned, held).when(evaluateActivity, evaluating).records(activityEvaluated)
  given(planned, cancelled).when(evaluateActivity, evaluating).records(activityEvaluated)
  given(planned, activityEvaluated).when(evaluateActivity, evaluating).changesNothing()
  given(planned, activityEvaluated)
    .when(evaluateActivity, { path, body: { ...evaluation, note } })
    .recordsEachTime({ ...activityEvaluated, sealed })
})

test('a voided activity is neither evaluated nor cancelled', () => {
  const voided = [planned, activityVoided]
  given(...voided)
    .when(evaluateActivity, evaluating)
    .isRefused('activity-not-open', { status: 'voided' })
  given(...voided)
    .when(cancelActivity, cancelling)
    .isRefused('activity-not-open', { status: 'voided' })
})

test('an activity is corrected as a whole, with a reason', () =>
  given(planned).when(correctActivity, correction).records(activityCorrected))

test('a correction to what is recorded already changes nothing, unless it has something to tell', () => {
  const same = { ...planned.data, reason: 'other' as const }
  given(planned).when(correctActivity, { path, body: same }).changesNothing()
  given(planned)
    .when(correctActivity, { path, body: { ...same, note } })
    .recordsEachTime({ type: 'ActivityCorrected', data: same, sealed })
})

test('a plan is not corrected to fewer occurrences than were held', () =>
  given(planned, held, heldByRoster)
    .when(correctActivity, { path, body: { ...correction.body, plannedOccurrences: 1 } })
    .isRefused('occurrences-exceed-plan', { planned: 1 }))

test('an activity is voided once', () => {
  given(planned, held).when(voidActivity, voiding).records(activityVoided)
  given(planned)
    .when(voidActivity, { path, body: { ...voiding.body, note } })
    .records({ ...activityVoided, sealed })
  given(planned, activityVoided).when(voidActivity, voiding).isRefused('already-voided', { id: activityId })
})

test('a voided activity is not corrected', () =>
  given(planned, activityVoided).when(correctActivity, correction).isRefused('already-voided', { id: activityId }))

test('an activity that was never planned is neither corrected nor voided', () => {
  given().when(correctActivity, correction).isRefused('not-found')
  given().when(voidActivity, voiding).isRefused('not-found')
})
