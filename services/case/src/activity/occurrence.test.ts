import { test } from '@jest/globals'
import type { Schemas } from '@wushe/contracts'
import { given } from '@wushe/testkit'
import { correctOccurrence } from './correct-occurrence.ts'
import {
  activityCorrected,
  activityId,
  activityVoided,
  cancelled,
  held,
  heldByRoster,
  occurrenceCorrected,
  occurrenceId,
  occurrenceVoided,
  planned,
  secondOccurrenceId,
} from './examples.ts'
import { holdActivity } from './hold-activity.ts'
import { voidOccurrence } from './void-occurrence.ts'

const { occurrenceId: _i, agreementId: _a, siteId: _s, ...facts } = held.data
const { occurrenceId: _j, agreementId: _b, siteId: _t, evidence: _e, ...rosterFacts } = heldByRoster.data
const path = { activityId, occurrenceId }
const holding = (change: Partial<Schemas['HoldActivity']> = {}) => ({
  path: { activityId },
  body: { id: occurrenceId, ...facts, ...change },
})
const byRoster = { path: { activityId }, body: { id: secondOccurrenceId, ...rosterFacts } }
const correction = {
  path,
  body: { ...facts, headcount: occurrenceCorrected.data.headcount, reason: 'wrong-count' as const },
}
const voiding = { path, body: { reason: 'not-delivered' } } as const
const note = '下雨,提前结束'

test('an occurrence is held with a head-count and something to show for it', () =>
  given(planned).when(holdActivity, holding()).recordsEachTime(held))

test('what is said about it lies under the key of the organisation', () =>
  given(planned)
    .when(holdActivity, holding({ note }))
    .recordsEachTime({ ...held, sealed: { note } }))

test('a roster counts itself and needs nothing else', () =>
  given(planned, held).when(holdActivity, byRoster).recordsEachTime(heldByRoster))

test.each(['count', 'estimate'] as const)('a head-count by %s needs evidence', (method) =>
  given(planned)
    .when(holdActivity, holding({ headcount: { value: 94, method }, evidence: [] }))
    .isRefused('headcount-needs-evidence', { method }),
)

test('a roster has as many as the head-count says', () => {
  const counted = (body: Partial<Schemas['HoldActivity']>) =>
    given(planned).when(holdActivity, { ...byRoster, body: { ...byRoster.body, ...body } })
  counted({ headcount: { value: 3, method: 'roster' } }).isRefused('roster-count-wrong', { value: 3, roster: 2 })
  const { roster: _, ...without } = byRoster.body
  given(planned)
    .when(holdActivity, { ...byRoster, body: without })
    .isRefused('roster-count-wrong', { value: 2, roster: 0 })
})

test('an occurrence does not end before it begins', () =>
  given(planned)
    .when(holdActivity, holding({ endedAt: '2025-10-29T00:59:00Z' }))
    .isRefused('period-wrong', { from: facts.startedAt, to: '2025-10-29T00:59:00Z' }))

test('no more are held than are planned', () => {
  const third = holding({ id: 'occ_01h455vb4pex5vsknk084sn003' })
  const recorded = { type: 'ActivityHeld', data: { ...held.data, occurrenceId: third.body.id } } as const
  given(planned, held, heldByRoster).when(holdActivity, third).isRefused('occurrences-exceed-plan', { planned: 2 })
  given(planned, held, heldByRoster, occurrenceVoided).when(holdActivity, third).recordsEachTime(recorded)
  given(planned, held, heldByRoster, activityCorrected).when(holdActivity, third).recordsEachTime(recorded)
})

test('a cancelled activity takes what was held up to that day, and nothing after it', () => {
  const later = { occurredOn: '2025-10-31' }
  const refused = ['activity-not-open', { status: 'cancelled' }] as const
  given(planned, cancelled).when(holdActivity, holding()).recordsEachTime(held)
  given(planned, cancelled)
    .when(holdActivity, holding(later))
    .isRefused(...refused)
  given(planned, held, cancelled).when(correctOccurrence, correction).records(occurrenceCorrected)
  given(planned, held, cancelled)
    .when(correctOccurrence, { path, body: { ...correction.body, ...later } })
    .isRefused(...refused)
})

test('a voided activity, or one that was never planned, is not held', () => {
  given(planned, activityVoided).when(holdActivity, holding()).isRefused('activity-not-open', { status: 'voided' })
  given().when(holdActivity, holding()).isRefused('activity-not-open', { status: 'none' })
})

test('an occurrence is corrected as a whole, with a reason', () =>
  given(planned, held).when(correctOccurrence, correction).records(occurrenceCorrected))

test('a correction to what is recorded already changes nothing, unless it has something to tell', () => {
  const same = { ...facts, reason: 'other' as const }
  given(planned, held).when(correctOccurrence, { path, body: same }).changesNothing()
  given(planned, held)
    .when(correctOccurrence, { path, body: { ...same, note } })
    .recordsEachTime({ type: 'OccurrenceCorrected', data: { ...held.data, reason: 'other' }, sealed: { note } })
})

test('a corrected occurrence obeys the rules of a new one', () => {
  given(planned, held)
    .when(correctOccurrence, { path, body: { ...correction.body, evidence: [] } })
    .isRefused('headcount-needs-evidence', { method: 'count' })
  given(planned, held)
    .when(correctOccurrence, { path, body: { ...correction.body, headcount: { value: 3, method: 'roster' } } })
    .isRefused('roster-count-wrong', { value: 3, roster: 0 })
})

test('an occurrence is voided once', () => {
  given(planned, held).when(voidOccurrence, voiding).records(occurrenceVoided)
  given(planned, held)
    .when(voidOccurrence, { path, body: { ...voiding.body, note } })
    .records({ ...occurrenceVoided, sealed: { note } })
  given(planned, held, occurrenceVoided).when(voidOccurrence, voiding).isRefused('already-voided', { id: occurrenceId })
})

test('a voided occurrence is not corrected', () =>
  given(planned, held, occurrenceVoided)
    .when(correctOccurrence, correction)
    .isRefused('already-voided', { id: occurrenceId }))

test('the occurrences of a voided activity stay as they are', () => {
  given(planned, held, activityVoided)
    .when(correctOccurrence, correction)
    .isRefused('already-voided', { id: activityId })
  given(planned, held, activityVoided).when(voidOccurrence, voiding).isRefused('already-voided', { id: activityId })
})

test('an occurrence that is not there is neither corrected nor voided', () => {
  given(planned).when(correctOccurrence, correction).isRefused('not-found')
  given(planned).when(voidOccurrence, voiding).isRefused('not-found')
  given().when(voidOccurrence, voiding).isRefused('not-found')
})
