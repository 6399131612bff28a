import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { subjectId } from '../subject/examples.ts'
import { correctCaseSession } from './correct-case-session.ts'
import {
  caseId,
  caseVoided,
  closed,
  closedWithFollowUp,
  crisis,
  noShow,
  opened,
  session,
  sessionCorrected,
  sessionId,
  sessionVoided,
  untilClosed,
  untilEvaluated,
  untilIntervening,
  untilPlanned,
} from './examples.ts'
import { recordCaseSession } from './record-case-session.ts'
import { voidCaseSession } from './void-case-session.ts'

const { mode, minutes, delivered, collaterals, techniques, workerId, occurredOn } = session.data
const facts = { mode, minutes, delivered, collaterals, techniques, workerId, occurredOn }
const record = { path: { caseId }, body: { id: sessionId, ...facts } }
const path = { caseId, sessionId }
const correction = { path, body: { ...facts, minutes: 90, reason: 'typing-error' } } as const
const voiding = { path, body: { reason: 'recorded-in-error' } } as const
const note = '沙盘:一座没有门的房子'
const sealed = { [`note.${subjectId}`]: note }

test('a delivered session counts one person, whoever else came along', () =>
  given(...untilPlanned)
    .when(recordCaseSession, record)
    .recordsEachTime(session))

test('a session to which nobody came counts no person', () =>
  given(...untilPlanned)
    .when(recordCaseSession, {
      path: { caseId },
      body: { ...record.body, delivered: false, minutes: 0, collaterals: 0 },
    })
    .recordsEachTime(noShow))

test('two sessions on one day are two', () => {
  const second = 'ses_01h455vb4pex5vsknk084sn002'
  given(...untilIntervening)
    .when(recordCaseSession, { ...record, body: { ...facts, id: second } })
    .recordsEachTime({ type: 'CaseSessionRecorded', data: { ...session.data, sessionId: second } })
})

test('what was said in a session lies under the key of the person', () =>
  given(...untilPlanned)
    .when(recordCaseSession, { ...record, body: { ...record.body, note } })
    .recordsEachTime({ ...session, sealed }))

test('a session carries the agreement, the station and the kind that its case has now', () => {
  const moved = { ...opened.data, kind: 'consultation', siteId: 'sta_01h455vb4pex5vsknk084sn002' } as const
  given(...untilPlanned, { type: 'CaseCorrected', data: { ...moved, reason: 'typing-error' } })
    .when(recordCaseSession, record)
    .recordsEachTime({
      type: 'CaseSessionRecorded',
      data: { ...session.data, caseKind: 'consultation', siteId: moved.siteId },
    })
})

test('before the assessment a session of a crisis is recorded, and cannot be corrected into another one', () => {
  given(opened)
    .when(recordCaseSession, { ...record, body: { ...record.body, mode: 'crisis', occurredOn: '2025-09-08' } })
    .recordsEachTime(crisis)
  given(opened, crisis).when(correctCaseSession, correction).isRefused('case-session-needs-assessment')
})

test('a closed case takes what happened up to its closing day', () =>
  given(...untilClosed)
    .when(recordCaseSession, record)
    .recordsEachTime(session))

test('after its closing day a closed case takes only the follow-up that was arranged', () => {
  const afterwards = { path: { caseId }, body: { ...record.body, occurredOn: '2026-01-15' } }
  given(...untilEvaluated, closed)
    .when(recordCaseSession, afterwards)
    .isRefused('case-not-open', { status: 'closed' })
  given(...untilEvaluated, closedWithFollowUp)
    .when(recordCaseSession, afterwards)
    .recordsEachTime({ type: 'CaseSessionRecorded', data: { ...session.data, occurredOn: '2026-01-15' } })
})

test('a session is corrected as a whole, with a reason, also after the case was closed', () => {
  given(...untilIntervening)
    .when(correctCaseSession, correction)
    .records(sessionCorrected)
  given(...untilClosed)
    .when(correctCaseSession, correction)
    .records(sessionCorrected)
})

test('a session corrected into a no-show counts no person any longer', () =>
  given(...untilIntervening)
    .when(correctCaseSession, { path, body: { ...facts, delivered: false, reason: 'late-information' } })
    .records({
      type: 'CaseSessionCorrected',
      data: { ...session.data, delivered: false, countedPersons: 0, reason: 'late-information' },
    }))

test('a correction to what is recorded already changes nothing, unless it has something to tell', () => {
  const same = { ...facts, reason: 'other' } as const
  given(...untilIntervening)
    .when(correctCaseSession, { path, body: same })
    .changesNothing()
  given(...untilIntervening)
    .when(correctCaseSession, { path, body: { ...same, note } })
    .recordsEachTime({ type: 'CaseSessionCorrected', data: { ...session.data, reason: 'other' }, sealed })
})

test('a session of a closed case is not moved behind its closing day', () =>
  given(...untilClosed)
    .when(correctCaseSession, { path, body: { ...correction.body, occurredOn: '2026-01-15' } })
    .isRefused('case-not-open', { status: 'closed' }))

test('a session is voided once', () => {
  given(...untilIntervening)
    .when(voidCaseSession, voiding)
    .records(sessionVoided)
  given(...untilIntervening, sessionVoided)
    .when(voidCaseSession, voiding)
    .isRefused('already-voided', { id: sessionId })
})

test('a voided session is not corrected', () =>
  given(...untilIntervening, sessionVoided)
    .when(correctCaseSession, correction)
    .isRefused('already-voided', { id: sessionId }))

test('a session that is not there is neither corrected nor voided', () => {
  given(...untilPlanned)
    .when(correctCaseSession, correction)
    .isRefused('not-found')
  given(...untilPlanned)
    .when(voidCaseSession, voiding)
    .isRefused('not-found')
  given().when(voidCaseSession, voiding).isRefused('not-found')
})

test('the sessions of a voided case stay as they are', () => {
  const voided = [...untilIntervening, caseVoided]
  given(...voided)
    .when(correctCaseSession, correction)
    .isRefused('already-voided', { id: caseId })
  given(...voided)
    .when(voidCaseSession, voiding)
    .isRefused('already-voided', { id: caseId })
})

test('nothing is written about a person who is erased, while the facts go on', () => {
  const known = { person: { status: 'erased' } }
  const refused = ['person-erased', { id: subjectId }] as const
  given(...untilPlanned)
    .when(recordCaseSession, record, { known })
    .recordsEachTime(session)
  given(...untilPlanned)
    .when(recordCaseSession, { ...record, body: { ...record.body, note } }, { known })
    .isRefused(...refused)
  given(...untilIntervening)
    .when(correctCaseSession, { path, body: { ...correction.body, note } }, { known })
    .isRefused(...refused)
  given(...untilIntervening)
    .when(voidCaseSession, { path, body: { ...voiding.body, note } }, { known })
    .isRefused(...refused)
})
