import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { erased, registered } from '../subject/examples.ts'
import { subject } from '../subject/subject.ts'
import { enrolMember } from './enrol-member.ts'
import { enterGroupStage } from './enter-group-stage.ts'
import {
  first,
  firstEnrolled,
  firstLeft,
  forming,
  groupClosed,
  groupId,
  groupVoided,
  planned,
  second,
  secondEnrolled,
  third,
  withMembers,
} from './examples.ts'
import { recordMemberDeparture } from './record-member-departure.ts'

const path = { groupId }
const person = subject.evolve(subject.initial, registered)
const known = { person }
const gone = { person: subject.evolve(person, erased) }
const enrolment = (subjectId: string, occurredOn = '2025-10-08') => ({ path, body: { subjectId, occurredOn } })
const departure = { path, body: { subjectId: first, reason: 'moved', occurredOn: '2025-11-01' } } as const
const stage = { path, body: { stage: 'forming', occurredOn: '2025-10-10' } } as const
const note = '随父母回老家'

test('somebody known is enrolled', () =>
  given(planned).when(enrolMember, enrolment(first), { known }).records(firstEnrolled))

test('nobody is enrolled who is not registered, or is erased', () => {
  for (const person of [subject.initial, gone.person])
    given(planned)
      .when(enrolMember, enrolment(first), { known: { person } })
      .isRefused('subject-not-known', { subjectId: first })
})

test('enrolling a member again changes nothing, even in a full group', () =>
  given(...withMembers)
    .when(enrolMember, enrolment(first, '2025-10-20'), { known })
    .changesNothing())

test('a member who was there earlier than known is enrolled from that day on', () => {
  const earlier = { type: 'MemberEnrolled', data: { ...firstEnrolled.data, occurredOn: '2025-10-02' } } as const
  given(...withMembers)
    .when(enrolMember, enrolment(first, '2025-10-02'), { known })
    .records(earlier)
})

test('a full group takes nobody until somebody leaves', () => {
  given(...withMembers)
    .when(enrolMember, enrolment(third), { known })
    .isRefused('group-full', { capacity: 2 })
  given(...withMembers, firstLeft)
    .when(enrolMember, enrolment(third, '2025-11-02'), { known })
    .records({ type: 'MemberEnrolled', data: { ...firstEnrolled.data, subjectId: third, occurredOn: '2025-11-02' } })
})

test('who left may join again', () =>
  given(...withMembers, firstLeft)
    .when(enrolMember, enrolment(first, '2025-11-20'), { known })
    .records({ type: 'MemberEnrolled', data: { ...firstEnrolled.data, occurredOn: '2025-11-20' } }))

test('a member leaves, and leaving on that day again changes nothing', () => {
  given(...withMembers)
    .when(recordMemberDeparture, departure)
    .records(firstLeft)
  given(...withMembers, firstLeft)
    .when(recordMemberDeparture, departure)
    .changesNothing()
})

test('nobody leaves who is no member any longer, or never was', () => {
  given(...withMembers, firstLeft)
    .when(recordMemberDeparture, { path, body: { ...departure.body, occurredOn: '2025-11-08' } })
    .isRefused('member-not-enrolled', { subjectId: first })
  given(planned, secondEnrolled)
    .when(recordMemberDeparture, departure)
    .isRefused('member-not-enrolled', { subjectId: first })
})

test('nobody leaves before joining', () =>
  given(...withMembers)
    .when(recordMemberDeparture, { path, body: { ...departure.body, occurredOn: '2025-10-01' } })
    .isRefused('period-wrong', { from: '2025-10-08', to: '2025-10-01' }))

test("why somebody left lies under that person's key, and is refused once that is gone", () => {
  const told = { path, body: { ...departure.body, note } }
  given(...withMembers)
    .when(recordMemberDeparture, told, { known })
    .records({ ...firstLeft, sealed: { [`note.${first}`]: note } })
  given(...withMembers)
    .when(recordMemberDeparture, departure, { known: gone })
    .records(firstLeft)
  given(...withMembers)
    .when(recordMemberDeparture, told, { known: gone })
    .isRefused('person-erased', { id: first })
})

test('a group enters a stage, and the same one no second time', () => {
  given(planned).when(enterGroupStage, stage).records(forming)
  given(planned, forming).when(enterGroupStage, stage).changesNothing()
})

test('a closed group takes what happened up to its closing day, and nothing after it', () => {
  const over = [planned, firstEnrolled, groupClosed]
  const late = { occurredOn: '2025-12-21' }
  given(...over)
    .when(enrolMember, enrolment(second), { known })
    .records(secondEnrolled)
  given(...over)
    .when(recordMemberDeparture, departure)
    .records(firstLeft)
  given(...over)
    .when(enterGroupStage, stage)
    .records(forming)
  const refused = ['group-not-open', { status: 'closed' }] as const
  given(...over)
    .when(enrolMember, enrolment(second, late.occurredOn), { known })
    .isRefused(...refused)
  given(...over)
    .when(recordMemberDeparture, { path, body: { ...departure.body, ...late } })
    .isRefused(...refused)
  given(...over)
    .when(enterGroupStage, { path, body: { ...stage.body, ...late } })
    .isRefused(...refused)
})

test('a voided group, or one that was never planned, takes nothing', () => {
  for (const [status, history] of [
    ['voided', [...withMembers, groupVoided]],
    ['none', []],
  ] as const) {
    given(...history)
      .when(enrolMember, enrolment(third), { known })
      .isRefused('group-not-open', { status })
    given(...history)
      .when(recordMemberDeparture, departure)
      .isRefused('group-not-open', { status })
    given(...history)
      .when(enterGroupStage, stage)
      .isRefused('group-not-open', { status })
  }
})
