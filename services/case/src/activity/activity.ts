import type { Streams } from '@wushe/contracts'
import { aggregate, refuse, type Refusal } from '@wushe/slice'

type Data<Type extends Streams['activity']['type']> = Extract<Streams['activity'], { type: Type }>['data']

export type Activity = { status: 'none' } | { status: 'voided' } | RunningActivity
export type RunningActivity = Known &
  ({ status: 'planned' } | { status: 'cancelled'; cancellation: Data<'ActivityCancelled'> })
type Known = {
  facts: Data<'ActivityPlanned'>
  occurrences: { readonly [occurrenceId: string]: Data<'ActivityHeld'> | 'voided' }
  evaluation?: Data<'ActivityEvaluated'>
}

/** An activity and its occurrences are one stream, so that no more are held than were planned. */
export const activity = aggregate('activity', {
  initial: { status: 'none' } as Activity,
  evolve: (state, event): Activity => {
    if (state.status === 'none')
      return event.type === 'ActivityPlanned' ? { status: 'planned', facts: event.data, occurrences: {} } : state
    if (state.status === 'voided') return state
    switch (event.type) {
      case 'ActivityPlanned':
        return state
      case 'ActivityHeld':
        return { ...state, occurrences: { ...state.occurrences, [event.data.occurrenceId]: event.data } }
      case 'OccurrenceCorrected': {
        const { reason: _, ...occurrence } = event.data
        return { ...state, occurrences: { ...state.occurrences, [occurrence.occurrenceId]: occurrence } }
      }
      case 'OccurrenceVoided':
        return { ...state, occurrences: { ...state.occurrences, [event.data.occurrenceId]: 'voided' } }
      case 'ActivityCancelled':
        return { ...state, status: 'cancelled', cancellation: event.data }
      case 'ActivityEvaluated':
        return { ...state, evaluation: event.data }
      case 'ActivityCorrected': {
        const { reason: _, ...facts } = event.data
        return { ...state, facts }
      }
      case 'ActivityVoided':
        return { status: 'voided' }
    }
  },
})

/** The activity, if it could be held on that day: before it was cancelled, whenever that is written down. */
export const activityOn = (day: string, state: Activity): RunningActivity | Refusal =>
  state.status === 'none' ||
  state.status === 'voided' ||
  (state.status === 'cancelled' && day > state.cancellation.occurredOn)
    ? refuse('activity-not-open', { status: state.status })
    : state

/** The activity, if there is one to correct or to void. */
export const activityToMend = (activityId: string, state: Activity): RunningActivity | Refusal => {
  if (state.status === 'none') return refuse('not-found')
  return state.status === 'voided' ? refuse('already-voided', { id: activityId }) : state
}

export const heldCount = ({ occurrences }: RunningActivity): number =>
  Object.values(occurrences).filter((occurrence) => occurrence !== 'voided').length
