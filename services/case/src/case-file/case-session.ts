import type { Schemas } from '@wushe/contracts'
import { isRefusal, refuse, type Refusal } from '@wushe/slice'
import { caseToMend, type CaseFile, type RunningCase } from './case-file.ts'

type SessionFacts = Omit<Schemas['CaseSessionFacts'], 'note'>

/** What a case in this status does not take as a session. */
export const refuseSession = (running: RunningCase, { mode, occurredOn }: SessionFacts): Refusal | undefined => {
  if (running.status === 'opened' && mode !== 'crisis') return refuse('case-session-needs-assessment')
  if (running.status !== 'closed') return undefined
  // What happened before is often written down later; afterwards there is only the follow-up that was arranged.
  const { occurredOn: closedOn, followUpDue } = running.closure
  return occurredOn > closedOn && followUpDue === undefined ? refuse('case-not-open', { status: 'closed' }) : undefined
}

/** The fact that is recorded: whom it served, and what it adds to the person-times. */
export const sessionOf = ({ facts }: RunningCase, sessionId: string, session: SessionFacts) => ({
  sessionId,
  subjectId: facts.subjectId,
  caseKind: facts.kind,
  ...session,
  // Those who came along stand in collaterals and are counted only where an agreement's own rule says so.
  countedPersons: session.delivered ? 1 : 0,
  agreementId: facts.agreementId,
  siteId: facts.siteId,
})

/** The case and its session, if there is one to correct or to void. */
export const sessionToMend = (
  { caseId, sessionId }: { caseId: string; sessionId: string },
  state: CaseFile,
  noted: Parameters<typeof caseToMend>[2],
) => {
  const running = caseToMend(caseId, state, noted)
  if (isRefusal(running)) return running
  const session = running.sessions[sessionId]
  if (session === undefined) return refuse('not-found')
  return session === 'voided' ? refuse('already-voided', { id: sessionId }) : { running, session }
}
