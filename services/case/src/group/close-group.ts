import { refuse } from '@wushe/slice'
import { organisationNote } from '../organisation-note.ts'
import { sameFact } from '../same-fact.ts'
import { whereOf } from '../where-of.ts'
import { group } from './group.ts'

export const closeGroup = group.command('closeGroup', {
  outsidePeriod: true,
  of: ({ path }) => path.groupId,
  decide: ({ body: { note, ...closure } }, state) => {
    if (state.status === 'none' || state.status === 'voided') return refuse('group-not-open', { status: state.status })
    const data = { ...closure, ...whereOf(state) }
    if (state.status === 'closed')
      return note === undefined && sameFact(state.closure, data) ? [] : refuse('group-not-open', { status: 'closed' })
    return [{ type: 'GroupClosed', data, sealed: organisationNote(note) }]
  },
})
