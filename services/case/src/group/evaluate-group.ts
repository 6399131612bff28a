import { refuse } from '@wushe/slice'
import { organisationNote } from '../organisation-note.ts'
import { sameFact } from '../same-fact.ts'
import { whereOf } from '../where-of.ts'
import { group } from './group.ts'

/** Also after the closing: that is when one knows. */
export const evaluateGroup = group.command('evaluateGroup', {
  of: ({ path }) => path.groupId,
  decide: ({ body: { note, ...evaluation } }, state) => {
    if (state.status === 'none' || state.status === 'voided') return refuse('group-not-open', { status: state.status })
    const data = { ...evaluation, ...whereOf(state) }
    if (note === undefined && sameFact(state.evaluation, data)) return []
    return [{ type: 'GroupEvaluated', data, sealed: organisationNote(note) }]
  },
})
