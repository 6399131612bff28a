import { expect, test } from '@jest/globals'
import type { Actor } from '@wushe/slice'
import { aMoment, given } from '@wushe/testkit'
import { endAccessOverride, reviewAccessOverride, startAccessOverride } from './access-override.ts'
import { admin, askedBy, ended, overrideId, reason, request, reviewed, started } from './examples.ts'
import { workingDaysAfter } from './working-days.ts'

const by = (actor: Partial<Actor>) => ({ moment: { ...aMoment, actor: { ...aMoment.actor, ...actor } } })
const path = { overrideId }
const justified = { finding: 'justified' } as const

test('in an emergency a person is opened for some minutes, and it is due for review in five working days', () =>
  given()
    .when(startAccessOverride, { body: { ...request, reason } }, by(askedBy))
    .recordsEachTime({ ...started, sealed: { reason } }))

test('whose earlier emergency is overdue for review starts no other', () =>
  given()
    .when(
      startAccessOverride,
      { body: { ...request, reason } },
      { ...by(askedBy), known: { overdue: { overrideId, reviewDueOn: '2026-02-27' } } },
    )
    .isRefused('review-overdue', { overrideId, reviewDueOn: '2026-02-27' }))

test('it can be ended before its time, once', () => {
  given(started).when(endAccessOverride, { path, body: {} }, by(askedBy)).records(ended)
  given(started, ended).when(endAccessOverride, { path, body: {} }, by(askedBy)).changesNothing()
  given().when(endAccessOverride, { path, body: {} }).isRefused('not-found')
})

test('another hand reviews it, running or ended, once', () => {
  given(started).when(reviewAccessOverride, { path, body: justified }, by(admin)).recordsEachTime(reviewed)
  given(started, ended)
    .when(reviewAccessOverride, { path, body: { ...justified, note: '情况属实' } }, by(admin))
    .recordsEachTime({ ...reviewed, sealed: { note: '情况属实' } })
  given(started).when(reviewAccessOverride, { path, body: justified }, by(askedBy)).isRefused('another-hand-needed')
  given(started, reviewed)
    .when(reviewAccessOverride, { path, body: justified }, by(admin))
    .isRefused('override-already-reviewed')
  given().when(reviewAccessOverride, { path, body: justified }, by(admin)).isRefused('not-found')
})

test('a review ends what still runs', () =>
  given(started, reviewed).when(endAccessOverride, { path, body: {} }, by(askedBy)).changesNothing())

test('Saturdays and Sundays are no working days', () => {
  // 2026-03-02 is a Monday.
  expect(['2026-03-02', '2026-03-06', '2026-03-07', '2026-03-08'].map((day) => workingDaysAfter(day, 5))).toEqual([
    ...['2026-03-09', '2026-03-13', '2026-03-13', '2026-03-13'],
  ])
  expect(workingDaysAfter('2026-12-31', 1)).toBe('2027-01-01')
})
