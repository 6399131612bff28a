import { isRefusal } from '@wushe/slice'
import { organisationNote } from '../organisation-note.ts'
import { whereOf } from '../where-of.ts'
import { activity, activityToMend } from './activity.ts'

/** Neither the activity nor its occurrences count any longer; the occurrences themselves stay as they are. */
export const voidActivity = activity.command('voidActivity', {
  of: ({ path }) => path.activityId,
  decide: ({ path: { activityId }, body: { note, reason } }, state) => {
    const running = activityToMend(activityId, state)
    if (isRefusal(running)) return running
    return [{ type: 'ActivityVoided', data: { reason, ...whereOf(running) }, sealed: organisationNote(note) }]
  },
})
