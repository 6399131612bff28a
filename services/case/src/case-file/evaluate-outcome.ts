import { isRefusal, sealedNote } from '@wushe/slice'
import { sameFact } from '../same-fact.ts'
import { whereOf } from '../where-of.ts'
import { caseFile, caseTaking, whoseCase } from './case-file.ts'

export const evaluateOutcome = caseFile.command('evaluateOutcome', {
  of: ({ path }) => path.caseId,
  needs: whoseCase,
  decide: ({ body: { note, ...outcome } }, state, _, { person }) => {
    const running = caseTaking('OutcomeEvaluated', state, { note, person })
    if (isRefusal(running)) return running

    const data = { ...outcome, ...whereOf(running) }
    if (note === undefined && sameFact(running.outcome, data)) return []
    return [{ type: 'OutcomeEvaluated', data, sealed: sealedNote(note, running.facts.subjectId) }]
  },
})
