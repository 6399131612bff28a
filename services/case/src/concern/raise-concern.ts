import { stateOf } from '@wushe/slice'
import { refuseStranger, subject } from '../subject/subject.ts'
import { concern, concernNote } from './concern.ts'

export const raiseConcern = concern.command('raiseConcern', {
  of: ({ body }, { newId }) => body.id ?? newId('con'),
  needs: { person: stateOf(subject, ({ body }) => body.subjectId) },
  decide: ({ body: { id: _, note, ...facts } }, _state, _moment, { person }) => {
    const { subjectId } = facts
    const refusal = subjectId === undefined ? undefined : refuseStranger(subjectId, person)
    if (refusal) return refusal
    return [{ type: 'ConcernRaised', data: facts, sealed: concernNote(subjectId, note) }]
  },
})
