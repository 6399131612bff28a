import { refuse, stateOf } from '@wushe/slice'
import { sameFact } from '../same-fact.ts'
import { refuseNote } from '../subject/note.ts'
import { refuseStranger, subject } from '../subject/subject.ts'
import { concern, concernNote } from './concern.ts'

export const correctConcern = concern.command('correctConcern', {
  of: ({ path }) => path.concernId,
  needs: { person: stateOf(subject, ({ body }) => body.subjectId) },
  decide: ({ path: { concernId }, body: { note, reason, ...facts } }, state, _, { person }) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'voided') return refuse('already-voided', { id: concernId })
    const { subjectId } = facts
    if (subjectId !== undefined) {
      // Who was named before may have been erased since.
      const named = subjectId === state.facts.subjectId
      const refusal = named ? refuseNote(note, subjectId, person) : refuseStranger(subjectId, person)
      if (refusal) return refusal
    }
    if (note === undefined && sameFact(state.facts, facts)) return []
    return [{ type: 'ConcernCorrected', data: { ...facts, reason }, sealed: concernNote(subjectId, note) }]
  },
})
