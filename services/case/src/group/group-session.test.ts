import { expect, test } from '@jest/globals'
import type { Schemas } from '@wushe/contracts'
import { given } from '@wushe/testkit'
import { registered } from '../subject/examples.ts'
import { subject } from '../subject/subject.ts'
import { correctGroupSession } from './correct-group-session.ts'
import {
  first,
  firstLeft,
  groupClosed,
  groupId,
  groupSessionCorrected,
  groupSessionId,
  groupSessionVoided,
  groupVoided,
  held,
  planned,
  second,
  secondEnrolled,
  third,
  withMembers,
} from './examples.ts'
import { holdGroupSession } from './hold-group-session.ts'
import { voidGroupSession } from './void-group-session.ts'

const person = subject.evolve(subject.initial, registered)
const { sessionId: _i, present: _p, agreementId: _a, siteId: _s, ...facts } = held.data
const path = { groupId, groupSessionId }
const holding = (change: Partial<Schemas['HoldGroupSession']> = {}) => ({
  path: { groupId },
  body: { id: groupSessionId, ...facts, newMembers: [], ...change },
})
const correction = {
  path,
  body: { ...facts, attendance: groupSessionCorrected.data.attendance, reason: 'wrong-count' as const },
}
const voiding = { path, body: { reason: 'not-delivered' } } as const
const thirdEnrolled = {
  type: 'MemberEnrolled',
  data: { ...secondEnrolled.data, subjectId: third, occurredOn: facts.occurredOn },
} as const
const thirdPresent = [{ subjectId: third, mark: 'present' as const }]
const note = '第一次团体契约讨论'

test('the whole list of a session is one fact, and who was present is counted', () =>
  given(...withMembers)
    .when(holdGroupSession, holding())
    .recordsEachTime(held))

test('what was seen in the group lies under the key of the organisation', () =>
  given(...withMembers)
    .when(holdGroupSession, holding({ note }))
    .recordsEachTime({ ...held, sealed: { note } }))

test('who joins with a session is enrolled right before it', () => {
  const { capacity: _, ...plan } = planned.data
  given({ type: 'GroupPlanned', data: { ...plan, capacity: 3 } }, ...withMembers.slice(1))
    .when(holdGroupSession, holding({ newMembers: [second, third], attendance: thirdPresent }), {
      known: { 1: person },
    })
    .recordsEachTime(thirdEnrolled, { type: 'GroupSessionHeld', data: { ...held.data, attendance: thirdPresent } })
})

test('who joins with a session is somebody known, and there is room', () => {
  const joining = holding({ newMembers: [third], attendance: thirdPresent })
  given(planned, secondEnrolled)
    .when(holdGroupSession, joining, { known: { 0: subject.initial } })
    .isRefused('subject-not-known', { subjectId: third })
  given(...withMembers)
    .when(holdGroupSession, joining, { known: { 0: person } })
    .isRefused('group-full', { capacity: 2 })
  given(planned, secondEnrolled)
    .when(holdGroupSession, holding({ newMembers: [third, third], attendance: thirdPresent }), { known: { 0: person } })
    .recordsEachTime(thirdEnrolled, { type: 'GroupSessionHeld', data: { ...held.data, attendance: thirdPresent } })
})

test('a member who turns out to have been there earlier needs no room and no introduction', () => {
  const on = { occurredOn: '2025-10-06', attendance: [{ subjectId: second, mark: 'present' as const }] }
  given(...withMembers)
    .when(holdGroupSession, holding({ newMembers: [second], ...on }))
    .recordsEachTime(
      { type: 'MemberEnrolled', data: { ...secondEnrolled.data, occurredOn: on.occurredOn } },
      { type: 'GroupSessionHeld', data: { ...held.data, ...on } },
    )
})

test('nobody is marked who was no member on that day', () => {
  const refused = ['member-not-enrolled', { subjectId: first }] as const
  given(planned, secondEnrolled)
    .when(holdGroupSession, holding())
    .isRefused(...refused)
  given(...withMembers)
    .when(holdGroupSession, holding({ occurredOn: '2025-10-07' }))
    .isRefused(...refused)
  given(...withMembers, firstLeft)
    .when(holdGroupSession, holding({ occurredOn: '2025-11-02' }))
    .isRefused(...refused)
  given(...withMembers, firstLeft)
    .when(holdGroupSession, holding())
    .recordsEachTime(held)
})

test('nobody is marked twice', () =>
  given(...withMembers)
    .when(holdGroupSession, holding({ attendance: [...facts.attendance, { subjectId: second, mark: 'present' }] }))
    .isRefused('attendance-repeats', { subjectId: second }))

test('a session does not end before it begins', () =>
  given(...withMembers)
    .when(holdGroupSession, holding({ endedAt: '2025-10-10T06:00:00Z' }))
    .isRefused('period-wrong', { from: facts.startedAt, to: '2025-10-10T06:00:00Z' }))

test('a session is held once: its number is taken until it is voided', () => {
  const another = holding({ id: 'gse_01h455vb4pex5vsknk084sn002' })
  given(...withMembers, held)
    .when(holdGroupSession, another)
    .isRefused('session-number-taken', { no: 1 })
  given(...withMembers, held, groupSessionVoided)
    .when(holdGroupSession, another)
    .recordsEachTime({ type: 'GroupSessionHeld', data: { ...held.data, sessionId: another.body.id } })
})

test('a closed group takes sessions up to its closing day, and none after it', () => {
  const later = { occurredOn: '2025-12-21' }
  const refused = ['group-not-open', { status: 'closed' }] as const
  given(...withMembers, groupClosed)
    .when(holdGroupSession, holding())
    .recordsEachTime(held)
  given(...withMembers, groupClosed)
    .when(holdGroupSession, holding(later))
    .isRefused(...refused)
  given(...withMembers, held, groupClosed)
    .when(correctGroupSession, correction)
    .records(groupSessionCorrected)
  given(...withMembers, held, groupClosed)
    .when(correctGroupSession, { path, body: { ...correction.body, ...later } })
    .isRefused(...refused)
})

test('a voided group takes no session', () =>
  given(...withMembers, groupVoided)
    .when(holdGroupSession, holding())
    .isRefused('group-not-open', { status: 'voided' }))

test('a session is corrected as a whole, with a reason, and counted anew', () =>
  given(...withMembers, held)
    .when(correctGroupSession, correction)
    .records(groupSessionCorrected))

test('a correction to what is recorded already changes nothing, unless it has something to tell', () => {
  const same = { ...facts, reason: 'other' as const }
  given(...withMembers, held)
    .when(correctGroupSession, { path, body: same })
    .changesNothing()
  given(...withMembers, held)
    .when(correctGroupSession, { path, body: { ...same, note } })
    .recordsEachTime({ type: 'GroupSessionCorrected', data: { ...held.data, reason: 'other' }, sealed: { note } })
})

test('a corrected session obeys the rules of a new one', () => {
  const other = { ...held.data, sessionId: 'gse_01h455vb4pex5vsknk084sn002', no: 2 }
  const correct = (change: Partial<Schemas['CorrectGroupSession']>) =>
    given(...withMembers, held, { type: 'GroupSessionHeld', data: other }).when(correctGroupSession, {
      path,
      body: { ...correction.body, ...change },
    })
  correct({ no: 2 }).isRefused('session-number-taken', { no: 2 })
  correct({ attendance: [{ subjectId: third, mark: 'present' }] }).isRefused('member-not-enrolled', {
    subjectId: third,
  })
  correct({ attendance: [...facts.attendance, ...facts.attendance] }).isRefused('attendance-repeats', {
    subjectId: first,
  })
  correct({ endedAt: '2025-10-10T06:00:00Z' }).isRefused('period-wrong')
})

test('a session is voided once', () => {
  given(...withMembers, held)
    .when(voidGroupSession, voiding)
    .records(groupSessionVoided)
  given(...withMembers, held)
    .when(voidGroupSession, { path, body: { ...voiding.body, note } })
    .records({ ...groupSessionVoided, sealed: { note } })
  given(...withMembers, held, groupSessionVoided)
    .when(voidGroupSession, voiding)
    .isRefused('already-voided', { id: groupSessionId })
})

test('a voided session is not corrected', () =>
  given(...withMembers, held, groupSessionVoided)
    .when(correctGroupSession, correction)
    .isRefused('already-voided', { id: groupSessionId }))

test('the sessions of a voided group stay as they are', () => {
  const voided = [...withMembers, held, groupVoided]
  given(...voided)
    .when(correctGroupSession, correction)
    .isRefused('already-voided', { id: groupId })
  given(...voided)
    .when(voidGroupSession, voiding)
    .isRefused('already-voided', { id: groupId })
})

test('a session that is not there is neither corrected nor voided', () => {
  given(...withMembers)
    .when(correctGroupSession, correction)
    .isRefused('not-found')
  given(...withMembers)
    .when(voidGroupSession, voiding)
    .isRefused('not-found')
  given().when(voidGroupSession, voiding).isRefused('not-found')
})

test('as many may join with one session as the contract says', () =>
  expect(Object.keys(holdGroupSession.needs!)).toHaveLength(50))
