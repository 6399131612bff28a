import { refuse } from '@wushe/slice'
import { sameFact } from '../same-fact.ts'
import { personBehind, refuseNote } from '../subject/note.ts'
import { whereOf } from '../where-of.ts'
import { concern, concernNote } from './concern.ts'

export const dismissConcern = concern.command('dismissConcern', {
  of: ({ path }) => path.concernId,
  needs: { person: personBehind('cases.concern', ({ path }) => path.concernId) },
  decide: ({ body: { note, ...dismissal } }, state, _, { person }) => {
    if (state.status === 'none' || state.status === 'voided')
      return refuse('concern-not-open', { status: state.status })
    const data = { ...dismissal, ...whereOf(state) }
    if (state.status === 'dismissed')
      return note === undefined && sameFact(state.dismissal, data)
        ? []
        : refuse('concern-not-open', { status: state.status })
    const { subjectId } = state.facts
    const refusal = refuseNote(note, subjectId, person)
    if (refusal) return refusal
    return [{ type: 'ConcernDismissed', data, sealed: concernNote(subjectId, note) }]
  },
})
