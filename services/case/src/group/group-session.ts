import type { Schemas } from '@wushe/contracts'
import { isRefusal, refuse, type Refusal } from '@wushe/slice'
import { refuseTimes } from '../times.ts'
import { whereOf } from '../where-of.ts'
import { groupToMend, type Group, type RunningGroup } from './group.ts'
import { wasMemberOn } from './membership.ts'

type SessionFacts = Omit<Schemas['GroupSessionFacts'], 'note'>

/** What cannot be the list of a session: a number used twice, somebody twice, or somebody who was no member that day. */
export const refuseSession = (
  { sessions, members }: RunningGroup,
  sessionId: string,
  { no, attendance, occurredOn, ...times }: SessionFacts,
): Refusal | undefined => {
  const taken = Object.values(sessions).some(
    (session) => session !== 'voided' && session.no === no && session.sessionId !== sessionId,
  )
  if (taken) return refuse('session-number-taken', { no })
  const marked = new Set<string>()
  for (const { subjectId } of attendance) {
    if (marked.has(subjectId)) return refuse('attendance-repeats', { subjectId })
    if (!wasMemberOn(occurredOn, members, subjectId)) return refuse('member-not-enrolled', { subjectId })
    marked.add(subjectId)
  }
  return refuseTimes(times)
}

/** The fact that is recorded: the whole list, and what it adds to the person-times. */
export const sessionOf = (running: RunningGroup, sessionId: string, session: SessionFacts) => ({
  sessionId,
  ...session,
  present: session.attendance.filter(({ mark }) => mark === 'present').length,
  ...whereOf(running),
})

/** The group and its session, if there is one to correct or to void. */
export const sessionToMend = (
  { groupId, groupSessionId }: { groupId: string; groupSessionId: string },
  state: Group,
) => {
  const running = groupToMend(groupId, state)
  if (isRefusal(running)) return running
  const session = running.sessions[groupSessionId]
  if (session === undefined) return refuse('not-found')
  return session === 'voided' ? refuse('already-voided', { id: groupSessionId }) : { running, session }
}
