import type { Streams } from '@wushe/contracts'
import { agreementId, siteId, subjectId } from '../subject/examples.ts'

export const concernId = 'con_01h455vb4pex5vsknk084sn001'
const where = { agreementId, siteId }

export const raised = {
  type: 'ConcernRaised',
  data: { source: 'teacher', urgency: 'high', subjectId, occurredOn: '2025-09-03', ...where },
} satisfies Streams['concern']

export const raisedOfNobody = {
  type: 'ConcernRaised',
  data: { source: 'hotline', urgency: 'medium', occurredOn: '2025-09-03', ...where },
} satisfies Streams['concern']

export const identified = {
  type: 'ConcernIdentified',
  data: {
    problems: ['gaming', 'parent-child-conflict'],
    riskLevel: 'medium',
    identifiedBy: 'psychology-teacher',
    occurredOn: '2025-09-05',
    ...where,
  },
} satisfies Streams['concern']

export const dismissed = {
  type: 'ConcernDismissed',
  data: { reason: 'no-need', occurredOn: '2025-09-08', ...where },
} satisfies Streams['concern']

export const concernCorrected = {
  type: 'ConcernCorrected',
  data: { ...raised.data, source: 'parent', reason: 'typing-error' },
} satisfies Streams['concern']

export const concernVoided = {
  type: 'ConcernVoided',
  data: { reason: 'duplicate', ...where },
} satisfies Streams['concern']

export const concernEvents = [raised, raisedOfNobody, identified, dismissed, concernCorrected, concernVoided]
