import { expect, test } from '@jest/globals'
import type { Events } from '@wushe/contracts'
import openapi from '@wushe/contracts/openapi.json' with { type: 'json' }
import type { RecordSlice } from '@wushe/slice'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { activityRecord, occurrenceRecord } from './activity/activity-record.ts'
import * as activities from './activity/examples.ts'
import { caseRecord, caseSessionRecord } from './case-file/case-record.ts'
import * as cases from './case-file/examples.ts'
import { concernRecord } from './concern/concern-record.ts'
import * as concerns from './concern/examples.ts'
import * as groups from './group/examples.ts'
import { groupRecord, groupSessionRecord } from './group/group-record.ts'
import { subjectRecord } from './subject/subject-record.ts'
import * as subjects from './subject/examples.ts'

type Happened = Events['case']

const streamIds: Record<string, string> = {
  subject: subjects.subjectId,
  concern: concerns.concernId,
  case: cases.caseId,
  group: groups.groupId,
  activity: activities.activityId,
}

/** The record of a stream after these events as the API shows it, held against its schema in the contract. */
const shown = (record: RecordSlice, ...events: Happened[]) => shownOf(streamIds[record.category]!, record, ...events)

/** The same for a record inside a stream. */
const shownOf = (id: string, record: RecordSlice, ...events: Happened[]): Record<string, any> => {
  const body = withoutNulls(fold(id, record, events))
  const validate = ajv.getSchema(`api#/components/schemas/${record.name}`)!
  expect([validate({ ...base, id, ...body }), validate.errors]).toEqual([true, null])
  return body
}

const fold = (id: string, record: RecordSlice, events: Happened[]) =>
  events
    .map((event) => ({ ...event, streamId: streamIds[record.category] }) as never)
    .filter((event) => record.of(event) === id)
    .reduce<object | undefined>((body, event) => record.fold(body, event), undefined) ?? {}

test('a subject is active until erased, and a correction replaces every fact', () => {
  expect(shown(subjectRecord, subjects.registered)).toEqual({ ...subjects.registered.data, status: 'active' })
  const { sex: _, ...data } = subjects.corrected.data
  const { reason: _r, ...facts } = data
  const corrected = { type: 'SubjectCorrected', data } as const
  expect(shown(subjectRecord, subjects.registered, corrected)).toEqual({ ...facts, status: 'active' })
  expect(shown(subjectRecord, subjects.registered, corrected, subjects.erased)).toEqual({
    ...facts,
    status: 'erased',
    erasureRequest: { status: 'approved', basis: 'request' },
  })
})

test('that an erasure was asked for or refused, and that somebody is restricted, outlasts a correction', () => {
  const { registered, corrected, erasureRequested, erasureRefused, restricted, lifted } = subjects
  const asked = [registered, erasureRequested, restricted, corrected]
  expect(shown(subjectRecord, ...asked)).toMatchObject({
    erasureRequest: { status: 'requested', basis: 'request' },
    restriction: { basis: 'retention-not-over' },
  })
  const after = shown(subjectRecord, ...asked, lifted, erasureRefused)
  expect(after).toMatchObject({ erasureRequest: { status: 'refused', basis: 'request' } })
  expect(after).not.toHaveProperty('restriction')
})

test('a division that nobody knows stays flagged until it is corrected', () => {
  const flagged = { ...subjects.registered.data, flags: ['division-unknown' as const] }
  const history: Happened[] = [{ type: 'SubjectRegistered', data: flagged }]
  expect(shown(subjectRecord, ...history)).toMatchObject({ flags: ['division-unknown'] })
  expect(shown(subjectRecord, ...history, subjects.corrected)).not.toHaveProperty('flags')
})

test('a concern shows what the matter is, and why it was dismissed', () => {
  const history = [concerns.raised, concerns.identified, concerns.dismissed]
  expect(shown(concernRecord, concerns.raised)).toEqual({ ...concerns.raised.data, status: 'raised' })
  expect(shown(concernRecord, ...history, concerns.concernCorrected)).toEqual({
    ...concerns.raised.data,
    source: 'parent',
    status: 'dismissed',
    identification: {
      problems: concerns.identified.data.problems,
      riskLevel: 'medium',
      identifiedBy: 'psychology-teacher',
    },
    dismissalReason: 'no-need',
  })
  expect(shown(concernRecord, ...history, concerns.concernVoided)).toMatchObject({ status: 'voided' })
})

test('a case shows how far it has come', () => {
  const history = [cases.opened, cases.consented, cases.assigned, ...cases.untilClosed.slice(1)]
  const statuses = history.map((_, index) => shown(caseRecord, ...history.slice(0, index + 1))['status'])
  expect(statuses).toEqual([
    'opened',
    'opened',
    'opened',
    'assessed',
    'planned',
    'intervening',
    'evaluated',
    'evaluated',
    'closed',
  ])
  expect(shown(caseRecord, ...history)).toMatchObject({
    ...cases.opened.data,
    workerId: cases.practitionerId,
    consents: [{ purpose: 'service', givenBy: 'guardian' }],
    assessment: { instrument: 'SDQ', occurredOn: '2025-09-12' },
    plan: { plannedSessions: 6 },
    outcome: { score: 85 },
    feedback: [{ to: 'teacher' }],
    sessionCount: 1,
    closedOn: '2025-12-25',
    closureReason: 'goals-met',
  })
})

test('agreement and station stand once in a case, not again in each of its parts', () => {
  const { consents, assessment, plan, outcome, feedback } = shown(
    caseRecord,
    cases.opened,
    cases.consented,
    ...cases.untilClosed.slice(1),
  )
  for (const part of [...consents, assessment, plan, outcome, ...feedback])
    expect(part).not.toHaveProperty('agreementId')
})

test('a reopened case has no closing day', () => {
  const { status, closedOn, closureReason } = shown(caseRecord, ...cases.untilClosed, cases.reopened)
  expect([status, closedOn, closureReason]).toEqual(['intervening', undefined, undefined])
})

test('a voided session no longer counts in its case, whose status stays', () =>
  expect(shown(caseRecord, ...cases.untilIntervening, cases.sessionVoided)).toMatchObject({
    status: 'intervening',
    sessionCount: 0,
  }))

test('a correction that leaves out the agreement takes the case out of it', () => {
  const { agreementId: _a, risk: _r, ...data } = cases.caseCorrected.data
  const corrected = { type: 'CaseCorrected', data } as const
  expect(fold(cases.caseId, caseRecord, [cases.opened, corrected])).toMatchObject({ agreementId: null })
  const body = shown(caseRecord, cases.opened, corrected)
  expect([body['agreementId'], body['risk'], body['problems']]).toEqual([
    undefined,
    undefined,
    ['gaming', 'depression'],
  ])
})

test('a session of a case is recorded, corrected and voided by itself', () => {
  const { sessionId: id, ...facts } = cases.session.data
  const history = [...cases.untilIntervening]
  expect(shownOf(id, caseSessionRecord, ...history)).toEqual({ ...facts, caseId: cases.caseId, status: 'recorded' })
  expect(shownOf(id, caseSessionRecord, ...history, cases.sessionCorrected)).toEqual({
    ...facts,
    minutes: 90,
    caseId: cases.caseId,
    status: 'recorded',
  })
  expect(shownOf(id, caseSessionRecord, ...history, cases.sessionVoided)).toMatchObject({ status: 'voided' })
})

test('the sessions of a voided case stay as they are', () =>
  expect(shownOf(cases.sessionId, caseSessionRecord, ...cases.untilIntervening, cases.caseVoided)).toMatchObject({
    status: 'recorded',
  }))

test('a group is planned until its first session is held, and again when that is voided', () => {
  const history = [...groups.withMembers, groups.forming]
  const statusOf = (...more: Happened[]) => {
    const { status, sessionCount } = shown(groupRecord, ...history, ...more)
    return [status, sessionCount]
  }
  expect(statusOf()).toEqual(['planned', 0])
  expect(statusOf(groups.held)).toEqual(['running', 1])
  expect(statusOf(groups.held, groups.groupSessionVoided)).toEqual(['planned', 0])
  expect(statusOf(groups.held, groups.groupClosed)).toEqual(['closed', 1])
  expect(statusOf(groups.groupClosed, groups.held)).toEqual(['closed', 1])
  expect(statusOf(groups.groupVoided)).toEqual(['voided', 0])
})

test('a group shows its members, its stage, its evaluation and its end', () =>
  expect(
    shown(
      groupRecord,
      ...groups.withMembers,
      groups.forming,
      groups.firstLeft,
      groups.groupEvaluated,
      groups.groupClosed,
      groups.groupCorrected,
    ),
  ).toMatchObject({
    capacity: 12,
    stage: 'forming',
    members: [
      { subjectId: groups.first, joinedOn: '2025-10-08', leftOn: '2025-11-01' },
      { subjectId: groups.second, joinedOn: '2025-10-08' },
    ],
    satisfaction: 4,
    measures: [{ code: 'self-esteem' }],
    closedOn: '2025-12-20',
    closureReason: 'completed',
  }))

test('a group session shows its list and who was present', () => {
  const { sessionId: id, ...facts } = groups.held.data
  const history = [...groups.withMembers, groups.held]
  expect(shownOf(id, groupSessionRecord, ...history)).toEqual({ ...facts, groupId: groups.groupId, status: 'held' })
  expect(shownOf(id, groupSessionRecord, ...history, groups.groupSessionCorrected)).toMatchObject({ present: 2 })
  expect(shownOf(id, groupSessionRecord, ...history, groups.groupSessionVoided)).toMatchObject({ status: 'voided' })
})

test('an activity is held once an occurrence is, and planned again when that is voided', () => {
  const statusOf = (...more: Happened[]) => {
    const { status, heldOccurrences } = shown(activityRecord, activities.planned, ...more)
    return [status, heldOccurrences]
  }
  expect(statusOf()).toEqual(['planned', 0])
  expect(statusOf(activities.held, activities.heldByRoster)).toEqual(['held', 2])
  expect(statusOf(activities.held, activities.occurrenceVoided)).toEqual(['planned', 0])
  expect(statusOf(activities.held, activities.cancelled)).toEqual(['cancelled', 1])
  expect(statusOf(activities.activityVoided)).toEqual(['voided', 0])
})

test('an activity shows its evaluation, its correction and why it was cancelled', () => {
  const { seriesNo: _, ...data } = activities.activityCorrected.data
  const body = shown(activityRecord, activities.planned, activities.activityEvaluated, activities.cancelled, {
    type: 'ActivityCorrected',
    data,
  })
  expect(body).toMatchObject({ plannedOccurrences: 3, satisfaction: 4, responses: 40, cancellationReason: 'weather' })
  expect(body).not.toHaveProperty('seriesNo')
})

test('an occurrence shows its head-count, corrected or voided', () => {
  const { occurrenceId: id, ...facts } = activities.held.data
  const history = [activities.planned, activities.held]
  expect(shownOf(id, occurrenceRecord, ...history)).toEqual({
    ...facts,
    activityId: activities.activityId,
    status: 'held',
  })
  expect(shownOf(id, occurrenceRecord, ...history, activities.occurrenceCorrected)).toMatchObject({
    headcount: { value: 95, method: 'count' },
  })
  expect(shownOf(id, occurrenceRecord, ...history, activities.occurrenceVoided)).toMatchObject({ status: 'voided' })
})

const withoutNulls = (body: object) =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined && value !== null))

/** What the host adds to every record. */
const base = { version: 1, orgId: 'org', recordedAt: '2026-03-02T04:00:00Z', updatedAt: '2026-03-02T04:00:00Z' }

const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
ajv.addSchema(openapi, 'api')
