import type { Streams } from '@wushe/contracts'
import { aggregate, refuse, type Refusal } from '@wushe/slice'
import { withMember, withoutMember, type Member } from './membership.ts'

type Data<Type extends Streams['group']['type']> = Extract<Streams['group'], { type: Type }>['data']

export type Group = { status: 'none' } | { status: 'voided' } | RunningGroup
export type RunningGroup = Known & ({ status: 'open' } | { status: 'closed'; closure: Data<'GroupClosed'> })
type Known = {
  facts: Data<'GroupPlanned'>
  stage?: Data<'GroupStageEntered'>['stage']
  members: readonly Member[]
  sessions: { readonly [sessionId: string]: Data<'GroupSessionHeld'> | 'voided' }
  evaluation?: Data<'GroupEvaluated'>
}

/** A group with its members and its sessions is one stream, so that attendance meets the members as they stand. */
export const group = aggregate('group', {
  initial: { status: 'none' } as Group,
  evolve: (state, event): Group => {
    if (state.status === 'none')
      return event.type === 'GroupPlanned' ? { status: 'open', facts: event.data, members: [], sessions: {} } : state
    if (state.status === 'voided') return state
    switch (event.type) {
      case 'GroupPlanned':
        return state
      case 'MemberEnrolled':
        return { ...state, members: withMember(state.members, event.data.subjectId, event.data.occurredOn) }
      case 'MemberLeft':
        return { ...state, members: withoutMember(state.members, event.data.subjectId, event.data.occurredOn) }
      case 'GroupStageEntered':
        return { ...state, stage: event.data.stage }
      case 'GroupSessionHeld':
        return { ...state, sessions: { ...state.sessions, [event.data.sessionId]: event.data } }
      case 'GroupSessionCorrected': {
        const { reason: _, ...session } = event.data
        return { ...state, sessions: { ...state.sessions, [session.sessionId]: session } }
      }
      case 'GroupSessionVoided':
        return { ...state, sessions: { ...state.sessions, [event.data.sessionId]: 'voided' } }
      case 'GroupEvaluated':
        return { ...state, evaluation: event.data }
      case 'GroupClosed':
        return { ...state, status: 'closed', closure: event.data }
      case 'GroupCorrected': {
        const { reason: _, ...facts } = event.data
        return { ...state, facts }
      }
      case 'GroupVoided':
        return { status: 'voided' }
    }
  },
})

/** The group, if it runs on that day. What happened up to the closing day is often written down later. */
export const groupOn = (day: string, state: Group): RunningGroup | Refusal =>
  state.status === 'none' || state.status === 'voided' || (state.status === 'closed' && day > state.closure.occurredOn)
    ? refuse('group-not-open', { status: state.status })
    : state

/** The group, if there is one to correct or to void. */
export const groupToMend = (groupId: string, state: Group): RunningGroup | Refusal => {
  if (state.status === 'none') return refuse('not-found')
  return state.status === 'voided' ? refuse('already-voided', { id: groupId }) : state
}
