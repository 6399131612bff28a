import { isRefusal } from '@wushe/slice'
import { organisationNote } from '../organisation-note.ts'
import { whereOf } from '../where-of.ts'
import { activity } from './activity.ts'
import { occurrenceToMend } from './occurrence.ts'

/** Its place in the plan is free again. */
export const voidOccurrence = activity.command('voidOccurrence', {
  of: ({ path }) => path.activityId,
  decide: ({ path, body: { note, reason } }, state) => {
    const found = occurrenceToMend(path, state)
    if (isRefusal(found)) return found
    const data = { occurrenceId: path.occurrenceId, reason, ...whereOf(found.running) }
    return [{ type: 'OccurrenceVoided', data, sealed: organisationNote(note) }]
  },
})
