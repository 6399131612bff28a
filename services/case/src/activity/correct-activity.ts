import { isRefusal, refuse } from '@wushe/slice'
import { organisationNote } from '../organisation-note.ts'
import { sameFact } from '../same-fact.ts'
import { activity, activityToMend, heldCount } from './activity.ts'

export const correctActivity = activity.command('correctActivity', {
  of: ({ path }) => path.activityId,
  decide: ({ path: { activityId }, body: { note, reason, ...facts } }, state) => {
    const running = activityToMend(activityId, state)
    if (isRefusal(running)) return running
    const planned = facts.plannedOccurrences
    if (heldCount(running) > planned) return refuse('occurrences-exceed-plan', { planned })
    if (note === undefined && sameFact(running.facts, facts)) return []
    return [{ type: 'ActivityCorrected', data: { ...facts, reason }, sealed: organisationNote(note) }]
  },
})
