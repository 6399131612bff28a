import type { Streams } from '@wushe/contracts'
import { aggregate, refuse, type Refusal } from '@wushe/slice'
import { personBehind, refuseNote } from '../subject/note.ts'
import { statusAfter, type CaseStatus, type Step } from './life-cycle.ts'

type Data<Type extends Streams['case']['type']> = Extract<Streams['case'], { type: Type }>['data']

export type CaseFile = { status: 'none' } | { status: 'voided' } | RunningCase
export type RunningCase = Known &
  ({ status: Exclude<CaseStatus, 'closed'> } | { status: 'closed'; closure: Data<'CaseClosed'> })
type Known = {
  facts: Data<'CaseOpened'>
  workerId?: string
  consents: readonly Data<'ConsentGiven'>[]
  assessment?: Data<'AssessmentCompleted'>
  plan?: Data<'ServicePlanAgreed'>
  sessions: { readonly [sessionId: string]: Data<'CaseSessionRecorded'> | 'voided' }
  outcome?: Data<'OutcomeEvaluated'>
  feedback: readonly Data<'FeedbackGiven'>[]
  reopening?: Data<'CaseReopened'>
}

/** A case and its sessions are one stream, so that a session meets the case as it stands. */
export const caseFile = aggregate('case', {
  initial: { status: 'none' } as CaseFile,
  evolve: (state, event): CaseFile => {
    if (state.status === 'none')
      return event.type === 'CaseOpened'
        ? { status: 'opened', facts: event.data, consents: [], sessions: {}, feedback: [] }
        : state
    if (state.status === 'voided') return state
    switch (event.type) {
      case 'CaseOpened':
        return state
      case 'ConsentGiven':
        return { ...moved(state, event.type), consents: [...state.consents, event.data] }
      case 'WorkerAssigned':
        return { ...moved(state, event.type), workerId: event.data.practitionerId }
      case 'AssessmentCompleted':
        return { ...moved(state, event.type), assessment: event.data }
      case 'ServicePlanAgreed':
        return { ...moved(state, event.type), plan: event.data }
      case 'CaseSessionRecorded':
        return { ...moved(state, event.type), sessions: { ...state.sessions, [event.data.sessionId]: event.data } }
      case 'CaseSessionCorrected': {
        const { reason: _, ...session } = event.data
        return { ...state, sessions: { ...state.sessions, [session.sessionId]: session } }
      }
      case 'CaseSessionVoided':
        return { ...state, sessions: { ...state.sessions, [event.data.sessionId]: 'voided' } }
      case 'OutcomeEvaluated':
        return { ...moved(state, event.type), outcome: event.data }
      case 'FeedbackGiven':
        return { ...moved(state, event.type), feedback: [...state.feedback, event.data] }
      case 'CaseClosed':
        return { ...state, status: 'closed', closure: event.data }
      case 'CaseReopened':
        return { ...moved(state, event.type), reopening: event.data }
      case 'CaseCorrected': {
        const { reason: _, ...facts } = event.data
        return { ...state, facts }
      }
      case 'CaseVoided':
        return { status: 'voided' }
    }
  },
})

const moved = (state: RunningCase, step: Step): RunningCase => {
  const status = statusAfter(state.status, step)
  return status === undefined || status === 'closed' ? state : { ...state, status }
}

/** What is asked to be written about the person, and how that person stands. */
type Noted = { note?: string | undefined; person?: { status: string } | undefined }

/** The case, if its life cycle allows the step now. */
export const caseTaking = (step: Step, state: CaseFile, { note, person }: Noted = {}): RunningCase | Refusal => {
  if (state.status === 'none' || state.status === 'voided' || !statusAfter(state.status, step))
    return refuse('case-not-open', { status: state.status })
  return refuseNote(note, state.facts.subjectId, person) ?? state
}

/** The case, if there is one to correct or to void. */
export const caseToMend = (caseId: string, state: CaseFile, { note, person }: Noted): RunningCase | Refusal => {
  if (state.status === 'none') return refuse('not-found')
  if (state.status === 'voided') return refuse('already-voided', { id: caseId })
  return refuseNote(note, state.facts.subjectId, person) ?? state
}

/** The person whom the case is about, for commands that may seal a note. */
export const whoseCase = {
  person: personBehind(
    'cases.case_file',
    ({ path }: { path: { caseId: string }; body: { note?: string } }) => path.caseId,
  ),
}
