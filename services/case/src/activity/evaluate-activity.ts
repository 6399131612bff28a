import { refuse } from '@wushe/slice'
import { organisationNote } from '../organisation-note.ts'
import { sameFact } from '../same-fact.ts'
import { whereOf } from '../where-of.ts'
import { activity } from './activity.ts'

export const evaluateActivity = activity.command('evaluateActivity', {
  of: ({ path }) => path.activityId,
  decide: ({ body: { note, ...evaluation } }, state) => {
    if (state.status === 'none' || state.status === 'voided')
      return refuse('activity-not-open', { status: state.status })
    const data = { ...evaluation, ...whereOf(state) }
    if (note === undefined && sameFact(state.evaluation, data)) return []
    return [{ type: 'ActivityEvaluated', data, sealed: organisationNote(note) }]
  },
})
