import { refuse, sealedNote, stateOf } from '@wushe/slice'
import { concern } from '../concern/concern.ts'
import { refuseStranger, subject } from '../subject/subject.ts'
import { caseFile } from './case-file.ts'

export const openCase = caseFile.command('openCase', {
  of: ({ body }, { newId }) => body.id ?? newId('cas'),
  needs: {
    person: stateOf(subject, ({ body }) => body.subjectId),
    concern: stateOf(concern, ({ body }) => body.concernId),
  },
  decide: ({ body: { id: _, note, ...facts } }, _state, _moment, { person, concern }) => {
    const { subjectId, concernId } = facts
    const refusal = refuseStranger(subjectId, person)
    if (refusal) return refusal
    if (concernId !== undefined && (concern.status === 'none' || concern.status === 'voided'))
      return refuse('concern-not-known', { concernId })
    return [{ type: 'CaseOpened', data: facts, sealed: sealedNote(note, subjectId) }]
  },
})
