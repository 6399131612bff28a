import { refuse } from '@wushe/slice'
import { sameFact } from '../same-fact.ts'
import { personBehind, refuseNote } from '../subject/note.ts'
import { whereOf } from '../where-of.ts'
import { concern, concernNote } from './concern.ts'

/** May be said again when more is known: the later word replaces the earlier. */
export const identifyConcern = concern.command('identifyConcern', {
  of: ({ path }) => path.concernId,
  needs: { person: personBehind('cases.concern', ({ path }) => path.concernId) },
  decide: ({ body: { note, ...identification } }, state, _, { person }) => {
    if (state.status !== 'raised' && state.status !== 'identified')
      return refuse('concern-not-open', { status: state.status })
    const { subjectId } = state.facts
    const refusal = refuseNote(note, subjectId, person)
    if (refusal) return refusal

    const data = { ...identification, ...whereOf(state) }
    if (note === undefined && sameFact(state.identification, data)) return []
    return [{ type: 'ConcernIdentified', data, sealed: concernNote(subjectId, note) }]
  },
})
