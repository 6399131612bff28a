import type { Streams } from '@wushe/contracts'
import { agreementId, siteId, subjectId } from '../subject/examples.ts'

export const groupId = 'grp_01h455vb4pex5vsknk084sn001'
export const groupSessionId = 'gse_01h455vb4pex5vsknk084sn001'
export const first = subjectId
export const second = 'sub_01h455vb4pex5vsknk084sn002'
export const third = 'sub_01h455vb4pex5vsknk084sn003'
const where = { agreementId, siteId }

export const planned = {
  type: 'GroupPlanned',
  data: {
    kind: 'growth',
    theme: '我的情绪我做主',
    goals: ['emotion-regulation'],
    plannedSessions: 6,
    capacity: 2,
    occurredOn: '2025-10-01',
    ...where,
  },
} satisfies Streams['group']

const enrolledOn = (subjectId: string, occurredOn: string) =>
  ({ type: 'MemberEnrolled', data: { subjectId, occurredOn, ...where } }) satisfies Streams['group']

export const firstEnrolled = enrolledOn(first, '2025-10-08')
export const secondEnrolled = enrolledOn(second, '2025-10-08')

export const firstLeft = {
  type: 'MemberLeft',
  data: { subjectId: first, reason: 'moved', occurredOn: '2025-11-01', ...where },
} satisfies Streams['group']

export const forming = {
  type: 'GroupStageEntered',
  data: { stage: 'forming', occurredOn: '2025-10-10', ...where },
} satisfies Streams['group']

export const held = {
  type: 'GroupSessionHeld',
  data: {
    sessionId: groupSessionId,
    no: 1,
    startedAt: '2025-10-10T15:00:00+08:00',
    endedAt: '2025-10-10T16:30:00+08:00',
    attendance: [
      { subjectId: first, mark: 'present' },
      { subjectId: second, mark: 'excused' },
    ],
    present: 1,
    facilitators: ['pra_01h455vb4pex5vsknk084sn001'],
    volunteers: ['vol_01h455vb4pex5vsknk084sn001'],
    occurredOn: '2025-10-10',
    ...where,
  },
} satisfies Streams['group']

export const groupSessionCorrected = {
  type: 'GroupSessionCorrected',
  data: {
    ...held.data,
    attendance: [
      { subjectId: first, mark: 'present' },
      { subjectId: second, mark: 'present' },
    ],
    present: 2,
    reason: 'wrong-count',
  },
} satisfies Streams['group']

export const groupSessionVoided = {
  type: 'GroupSessionVoided',
  data: { sessionId: groupSessionId, reason: 'not-delivered', ...where },
} satisfies Streams['group']

export const groupEvaluated = {
  type: 'GroupEvaluated',
  data: {
    satisfaction: 4,
    measures: [{ code: 'self-esteem', before: '21.5', after: '26' }],
    occurredOn: '2025-12-20',
    ...where,
  },
} satisfies Streams['group']

export const groupClosed = {
  type: 'GroupClosed',
  data: { reason: 'completed', occurredOn: '2025-12-20', ...where },
} satisfies Streams['group']

export const groupCorrected = {
  type: 'GroupCorrected',
  data: { ...planned.data, capacity: 12, reason: 'typing-error' },
} satisfies Streams['group']

export const groupVoided = {
  type: 'GroupVoided',
  data: { reason: 'duplicate', ...where },
} satisfies Streams['group']

export const withMembers = [planned, firstEnrolled, secondEnrolled]

export const groupEvents = [
  planned,
  firstEnrolled,
  secondEnrolled,
  firstLeft,
  forming,
  held,
  groupSessionCorrected,
  groupSessionVoided,
  groupEvaluated,
  groupClosed,
  groupCorrected,
  groupVoided,
]
