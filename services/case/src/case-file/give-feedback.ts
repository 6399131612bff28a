import { isRefusal, sealedNote } from '@wushe/slice'
import { sameFact } from '../same-fact.ts'
import { whereOf } from '../where-of.ts'
import { caseFile, caseTaking, whoseCase } from './case-file.ts'

export const giveFeedback = caseFile.command('giveFeedback', {
  of: ({ path }) => path.caseId,
  needs: whoseCase,
  decide: ({ body: { note, ...feedback } }, state, _, { person }) => {
    const running = caseTaking('FeedbackGiven', state, { note, person })
    if (isRefusal(running)) return running

    const data = { ...feedback, ...whereOf(running) }
    if (note === undefined && running.feedback.some((earlier) => sameFact(earlier, data))) return []
    return [{ type: 'FeedbackGiven', data, sealed: sealedNote(note, running.facts.subjectId) }]
  },
})
