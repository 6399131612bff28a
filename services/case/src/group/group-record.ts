import { record, type RecordBody } from '@wushe/slice'
import { asCorrected } from '../as-corrected.ts'
import { withMember, withoutMember } from './membership.ts'

type GroupBody = RecordBody<'Group'>

export const groupRecord = record('Group', {
  from: 'group',
  table: 'cases.service_group',
  on: {
    GroupPlanned: (_, { data }) => ({ ...data, status: 'planned', members: [], sessionCount: 0 }),
    MemberEnrolled: (body, { data }) => ({
      ...body,
      members: withMember(body.members, data.subjectId, data.occurredOn),
    }),
    MemberLeft: (body, { data }) => ({
      ...body,
      members: withoutMember(body.members, data.subjectId, data.occurredOn),
    }),
    GroupStageEntered: (body, { data }) => ({ ...body, stage: data.stage }),
    GroupSessionHeld: (body) => withSessions(body, 1),
    GroupSessionVoided: (body) => withSessions(body, -1),
    GroupEvaluated: (body, { data: { satisfaction, measures } }) => ({ ...body, satisfaction, measures }),
    GroupClosed: (body, { data }) => ({
      ...body,
      status: 'closed',
      closedOn: data.occurredOn,
      closureReason: data.reason,
    }),
    GroupCorrected: (body, { data }) => ({ ...body, ...asCorrected(data) }),
    GroupVoided: (body) => ({ ...body, status: 'voided' }),
  },
})

export const groupSessionRecord = record('GroupSession', {
  from: 'group',
  table: 'cases.group_session',
  of: ({ data }) => ('sessionId' in data ? data.sessionId : undefined),
  on: {
    GroupSessionHeld: (_, { streamId, data: { sessionId: _id, ...facts } }) => ({
      ...facts,
      status: 'held',
      groupId: streamId,
    }),
    GroupSessionCorrected: ({ status, groupId }, { data: { sessionId: _, ...data } }) => ({
      ...asCorrected(data),
      status,
      groupId,
    }),
    GroupSessionVoided: (body) => ({ ...body, status: 'voided' }),
  },
})

/** A group runs from its first session on; it closes only by being closed. */
const withSessions = (body: GroupBody, change: number): GroupBody => {
  const sessionCount = (body.sessionCount ?? 0) + change
  return {
    ...body,
    sessionCount,
    status: body.status === 'closed' ? 'closed' : sessionCount > 0 ? 'running' : 'planned',
  }
}
