import { refuse } from '@wushe/slice'
import { organisationNote } from '../organisation-note.ts'
import { sameFact } from '../same-fact.ts'
import { whereOf } from '../where-of.ts'
import { activity } from './activity.ts'

/** What was still planned will not be held; what was held goes on counting. */
export const cancelActivity = activity.command('cancelActivity', {
  of: ({ path }) => path.activityId,
  decide: ({ body: { note, ...cancellation } }, state) => {
    if (state.status === 'none' || state.status === 'voided')
      return refuse('activity-not-open', { status: state.status })
    const data = { ...cancellation, ...whereOf(state) }
    if (state.status === 'cancelled')
      return note === undefined && sameFact(state.cancellation, data)
        ? []
        : refuse('activity-not-open', { status: 'cancelled' })
    return [{ type: 'ActivityCancelled', data, sealed: organisationNote(note) }]
  },
})
