import { isRefusal, refuse, sealedNote } from '@wushe/slice'
import { sameFact } from '../same-fact.ts'
import { whereOf } from '../where-of.ts'
import { caseFile, caseTaking, whoseCase, type RunningCase } from './case-file.ts'

export const closeCase = caseFile.command('closeCase', {
  outsidePeriod: true,
  of: ({ path }) => path.caseId,
  needs: whoseCase,
  decide: ({ body: { note, ...closure } }, state, _, { person }) => {
    if (state.status === 'closed' && note === undefined && sameFact(state.closure, { ...closure, ...whereOf(state) }))
      return []
    const running = caseTaking('CaseClosed', state, { note, person })
    if (isRefusal(running)) return running
    const missing = closure.reason === 'goals-met' ? stepsMissing(running) : []
    if (missing.length > 0) return refuse('case-closure-needs', { missing: missing.join(', ') })
    const data = { ...closure, ...whereOf(running) }
    return [{ type: 'CaseClosed', data, sealed: sealedNote(note, running.facts.subjectId) }]
  },
})

/** Whoever says that the goals were met has gone the whole way. */
const stepsMissing = ({ status, assessment, plan, sessions, feedback }: RunningCase) => [
  ...(assessment ? [] : ['assessment']),
  ...(plan ? [] : ['plan']),
  ...(Object.values(sessions).some((session) => session !== 'voided' && session.delivered) ? [] : ['session']),
  // What went on after the last evaluation is not evaluated yet.
  ...(status === 'evaluated' ? [] : ['evaluation']),
  ...(feedback.length > 0 ? [] : ['feedback']),
]
