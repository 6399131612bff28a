import { isRefusal, refuse } from '@wushe/slice'
import { organisationNote } from '../organisation-note.ts'
import { activity, activityOn, heldCount } from './activity.ts'
import { occurrenceOf, refuseOccurrence } from './occurrence.ts'

/** A fair of three days is three occurrences if three were planned, else one. */
export const holdActivity = activity.command('holdActivity', {
  of: ({ path }) => path.activityId,
  record: ({ body }, { newId }) => body.id ?? newId('occ'),
  decide: ({ body }, state, { newId }) => {
    const { id = newId('occ'), note, ...occurrence } = body
    const running = activityOn(occurrence.occurredOn, state)
    if (isRefusal(running)) return running
    const planned = running.facts.plannedOccurrences
    if (heldCount(running) >= planned) return refuse('occurrences-exceed-plan', { planned })
    const refusal = refuseOccurrence(occurrence)
    if (refusal) return refusal
    const data = occurrenceOf(running, id, occurrence)
    return [{ type: 'ActivityHeld', data, sealed: organisationNote(note) }]
  },
})
