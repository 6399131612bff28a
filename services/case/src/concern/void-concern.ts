import { refuse } from '@wushe/slice'
import { personBehind, refuseNote } from '../subject/note.ts'
import { whereOf } from '../where-of.ts'
import { concern, concernNote } from './concern.ts'

export const voidConcern = concern.command('voidConcern', {
  of: ({ path }) => path.concernId,
  needs: { person: personBehind('cases.concern', ({ path }) => path.concernId) },
  decide: ({ path: { concernId }, body: { note, reason } }, state, _, { person }) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'voided') return refuse('already-voided', { id: concernId })
    const { subjectId } = state.facts
    const refusal = refuseNote(note, subjectId, person)
    if (refusal) return refusal
    return [{ type: 'ConcernVoided', data: { reason, ...whereOf(state) }, sealed: concernNote(subjectId, note) }]
  },
})
