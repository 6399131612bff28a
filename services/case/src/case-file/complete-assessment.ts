import { isRefusal, sealedNote } from '@wushe/slice'
import { sameFact } from '../same-fact.ts'
import { whereOf } from '../where-of.ts'
import { caseFile, caseTaking, whoseCase } from './case-file.ts'

export const completeAssessment = caseFile.command('completeAssessment', {
  of: ({ path }) => path.caseId,
  needs: whoseCase,
  decide: ({ body: { note, ...assessment } }, state, _, { person }) => {
    const running = caseTaking('AssessmentCompleted', state, { note, person })
    if (isRefusal(running)) return running

    const data = { ...assessment, ...whereOf(running) }
    if (note === undefined && sameFact(running.assessment, data)) return []
    return [{ type: 'AssessmentCompleted', data, sealed: sealedNote(note, running.facts.subjectId) }]
  },
})
