import { record, type RecordBody } from '@wushe/slice'
import { asCorrected } from '../as-corrected.ts'
import { statusAfter, type Step } from './life-cycle.ts'

type CaseBody = RecordBody<'Case'>

export const caseRecord = record('Case', {
  from: 'case',
  table: 'cases.case_file',
  on: {
    CaseOpened: (_, { data }) => ({ ...data, status: 'opened', consents: [], feedback: [], sessionCount: 0 }),
    ConsentGiven: (body, { type, data }) => ({
      ...moved(body, type),
      consents: [...(body.consents ?? []), withoutWhere(data)],
    }),
    WorkerAssigned: (body, { type, data }) => ({ ...moved(body, type), workerId: data.practitionerId }),
    AssessmentCompleted: (body, { type, data }) => ({ ...moved(body, type), assessment: withoutWhere(data) }),
    ServicePlanAgreed: (body, { type, data }) => ({ ...moved(body, type), plan: withoutWhere(data) }),
    CaseSessionRecorded: (body, { type }) => ({ ...moved(body, type), sessionCount: (body.sessionCount ?? 0) + 1 }),
    CaseSessionVoided: (body) => ({ ...body, sessionCount: (body.sessionCount ?? 0) - 1 }),
    OutcomeEvaluated: (body, { type, data }) => ({ ...moved(body, type), outcome: withoutWhere(data) }),
    FeedbackGiven: (body, { type, data }) => ({
      ...moved(body, type),
      feedback: [...(body.feedback ?? []), withoutWhere(data)],
    }),
    CaseClosed: (body, { type, data: { reason, occurredOn, followUpDue } }) => ({
      ...moved(body, type),
      closureReason: reason,
      closedOn: occurredOn,
      followUpDue,
    }),
    CaseReopened: ({ closureReason: _r, closedOn: _o, followUpDue: _d, ...body }, { type }) => moved(body, type),
    CaseCorrected: ({ risk: _r, concernId: _c, ...body }, { data }) => ({ ...body, ...asCorrected(data) }),
    CaseVoided: (body) => ({ ...body, status: 'voided' }),
  },
})

export const caseSessionRecord = record('CaseSession', {
  from: 'case',
  table: 'cases.case_session',
  of: ({ data }) => ('sessionId' in data ? data.sessionId : undefined),
  on: {
    CaseSessionRecorded: (_, { streamId, data: { sessionId: _id, ...facts } }) => ({
      ...facts,
      status: 'recorded',
      caseId: streamId,
    }),
    CaseSessionCorrected: ({ status, caseId }, { data: { sessionId: _, ...data } }) => ({
      ...asCorrected(data),
      status,
      caseId,
    }),
    CaseSessionVoided: (body) => ({ ...body, status: 'voided' }),
  },
})

const moved = (body: CaseBody, step: Step): CaseBody => ({
  ...body,
  status: statusAfter(body.status, step) ?? body.status,
})

/** Agreement and station stand once, in the case. */
const withoutWhere = <Fact extends { agreementId?: string; siteId?: string }>(data: Fact) => {
  const { agreementId: _a, siteId: _s, ...fact } = data
  return fact
}
