import type { Streams } from '@wushe/contracts'
import { concernId } from '../concern/examples.ts'
import { agreementId, siteId, subjectId } from '../subject/examples.ts'

export const caseId = 'cas_01h455vb4pex5vsknk084sn001'
export const sessionId = 'ses_01h455vb4pex5vsknk084sn001'
export const practitionerId = 'pra_01h455vb4pex5vsknk084sn001'
const where = { agreementId, siteId }

export const opened = {
  type: 'CaseOpened',
  data: {
    kind: 'in-depth',
    subjectId,
    problems: ['gaming'],
    risk: 'medium',
    serviceAgreementSigned: true,
    concernId,
    occurredOn: '2025-09-08',
    ...where,
  },
} satisfies Streams['case']

export const consented = {
  type: 'ConsentGiven',
  data: {
    purpose: 'service',
    noticeVersion: '2025-01',
    givenBy: 'guardian',
    relation: 'mother',
    occurredOn: '2025-09-08',
    ...where,
  },
} satisfies Streams['case']

export const assigned = {
  type: 'WorkerAssigned',
  data: { practitionerId, occurredOn: '2025-09-09', ...where },
} satisfies Streams['case']

export const assessed = {
  type: 'AssessmentCompleted',
  data: {
    instrument: 'SDQ',
    version: '2.0',
    domains: [{ code: 'emotional', score: 7 }],
    needs: ['family-communication'],
    occurredOn: '2025-09-12',
    ...where,
  },
} satisfies Streams['case']

export const planned = {
  type: 'ServicePlanAgreed',
  data: {
    goals: [{ code: 'less-gaming', indicator: 'hours-a-week', baseline: '30', target: '10', dueOn: '2025-12-31' }],
    plannedSessions: 6,
    agreedBy: ['self', 'guardian', 'worker'],
    occurredOn: '2025-09-15',
    ...where,
  },
} satisfies Streams['case']

export const session = {
  type: 'CaseSessionRecorded',
  data: {
    sessionId,
    subjectId,
    caseKind: 'in-depth',
    mode: 'home-visit',
    minutes: 60,
    delivered: true,
    countedPersons: 1,
    collaterals: 2,
    techniques: ['sandplay'],
    workerId: practitionerId,
    occurredOn: '2025-09-20',
    ...where,
  },
} satisfies Streams['case']

export const noShow = {
  type: 'CaseSessionRecorded',
  data: { ...session.data, delivered: false, countedPersons: 0, minutes: 0, collaterals: 0 },
} satisfies Streams['case']

export const crisis = {
  type: 'CaseSessionRecorded',
  data: { ...session.data, mode: 'crisis', occurredOn: '2025-09-08' },
} satisfies Streams['case']

export const sessionCorrected = {
  type: 'CaseSessionCorrected',
  data: { ...session.data, minutes: 90, reason: 'typing-error' },
} satisfies Streams['case']

export const sessionVoided = {
  type: 'CaseSessionVoided',
  data: { sessionId, reason: 'recorded-in-error', ...where },
} satisfies Streams['case']

export const evaluated = {
  type: 'OutcomeEvaluated',
  data: {
    goalResults: [{ code: 'less-gaming', result: 'achieved' }],
    score: 85,
    satisfaction: 5,
    occurredOn: '2025-12-20',
    ...where,
  },
} satisfies Streams['case']

export const fedBack = {
  type: 'FeedbackGiven',
  data: { to: 'teacher', channel: 'face-to-face', occurredOn: '2025-12-22', ...where },
} satisfies Streams['case']

export const closed = {
  type: 'CaseClosed',
  data: { reason: 'goals-met', occurredOn: '2025-12-25', ...where },
} satisfies Streams['case']

export const closedWithFollowUp = {
  type: 'CaseClosed',
  data: { ...closed.data, followUpDue: '2026-03-25' },
} satisfies Streams['case']

export const reopened = {
  type: 'CaseReopened',
  data: { reason: 'relapse', occurredOn: '2026-01-10', ...where },
} satisfies Streams['case']

export const caseCorrected = {
  type: 'CaseCorrected',
  data: { ...opened.data, problems: ['gaming', 'depression'], reason: 'late-information' },
} satisfies Streams['case']

export const caseVoided = {
  type: 'CaseVoided',
  data: { reason: 'duplicate', ...where },
} satisfies Streams['case']

/** A case on its way, each status one step further. */
export const untilAssessed = [opened, assessed]
export const untilPlanned = [...untilAssessed, planned]
export const untilIntervening = [...untilPlanned, session]
export const untilEvaluated = [...untilIntervening, evaluated]
export const untilClosed = [...untilEvaluated, fedBack, closed]

export const caseEvents = [
  opened,
  consented,
  assigned,
  assessed,
  planned,
  session,
  noShow,
  crisis,
  sessionCorrected,
  sessionVoided,
  evaluated,
  fedBack,
  closed,
  closedWithFollowUp,
  reopened,
  caseCorrected,
  caseVoided,
]
