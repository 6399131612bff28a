import type { Streams } from '@wushe/contracts'
import { agreementId, siteId, subjectId } from '../subject/examples.ts'

export const activityId = 'act_01h455vb4pex5vsknk084sn001'
export const occurrenceId = 'occ_01h455vb4pex5vsknk084sn001'
export const secondOccurrenceId = 'occ_01h455vb4pex5vsknk084sn002'
const where = { agreementId, siteId }

export const planned = {
  type: 'ActivityPlanned',
  data: {
    kind: 'festival',
    title: '重阳邻里节',
    seriesNo: 3,
    plannedOccurrences: 2,
    occurredOn: '2025-10-10',
    ...where,
  },
} satisfies Streams['activity']

export const held = {
  type: 'ActivityHeld',
  data: {
    occurrenceId,
    startedAt: '2025-10-29T09:00:00+08:00',
    endedAt: '2025-10-29T11:30:00+08:00',
    headcount: { value: 94, method: 'count' },
    volunteers: ['vol_01h455vb4pex5vsknk084sn001'],
    evidence: [{ sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', mediaType: 'image/jpeg' }],
    occurredOn: '2025-10-29',
    ...where,
  },
} satisfies Streams['activity']

export const heldByRoster = {
  type: 'ActivityHeld',
  data: {
    occurrenceId: secondOccurrenceId,
    headcount: { value: 2, method: 'roster' },
    roster: [subjectId, 'sub_01h455vb4pex5vsknk084sn002'],
    volunteers: [],
    evidence: [],
    occurredOn: '2025-10-30',
    ...where,
  },
} satisfies Streams['activity']

export const occurrenceCorrected = {
  type: 'OccurrenceCorrected',
  data: { ...held.data, headcount: { value: 95, method: 'count' }, reason: 'wrong-count' },
} satisfies Streams['activity']

export const occurrenceVoided = {
  type: 'OccurrenceVoided',
  data: { occurrenceId, reason: 'not-delivered', ...where },
} satisfies Streams['activity']

export const cancelled = {
  type: 'ActivityCancelled',
  data: { reason: 'weather', occurredOn: '2025-10-30', ...where },
} satisfies Streams['activity']

export const activityEvaluated = {
  type: 'ActivityEvaluated',
  data: { satisfaction: 4, responses: 40, occurredOn: '2025-11-02', ...where },
} satisfies Streams['activity']

export const activityCorrected = {
  type: 'ActivityCorrected',
  data: { ...planned.data, plannedOccurrences: 3, reason: 'typing-error' },
} satisfies Streams['activity']

export const activityVoided = {
  type: 'ActivityVoided',
  data: { reason: 'duplicate', ...where },
} satisfies Streams['activity']

export const activityEvents = [
  planned,
  held,
  heldByRoster,
  occurrenceCorrected,
  occurrenceVoided,
  cancelled,
  activityEvaluated,
  activityCorrected,
  activityVoided,
]
