import { isRefusal, refuse, sealedNote, stateOf } from '@wushe/slice'
import { concern } from '../concern/concern.ts'
import { sameFact } from '../same-fact.ts'
import { caseFile, caseToMend, whoseCase } from './case-file.ts'

/** The person stays the same: a case opened for the wrong person is voided. */
export const correctCase = caseFile.command('correctCase', {
  of: ({ path }) => path.caseId,
  needs: { ...whoseCase, concern: stateOf(concern, ({ body }) => body.concernId) },
  decide: ({ path: { caseId }, body: { note, reason, ...corrected } }, state, _, { person, concern }) => {
    const running = caseToMend(caseId, state, { note, person })
    if (isRefusal(running)) return running
    const { subjectId, concernId: before } = running.facts
    const { concernId } = corrected
    const another = concernId !== undefined && concernId !== before
    if (another && (concern.status === 'none' || concern.status === 'voided'))
      return refuse('concern-not-known', { concernId })

    const facts = { ...corrected, subjectId }
    if (note === undefined && sameFact(running.facts, facts)) return []
    return [{ type: 'CaseCorrected', data: { ...facts, reason }, sealed: sealedNote(note, subjectId) }]
  },
})
