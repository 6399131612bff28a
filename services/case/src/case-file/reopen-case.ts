import { isRefusal, sealedNote } from '@wushe/slice'
import { sameFact } from '../same-fact.ts'
import { whereOf } from '../where-of.ts'
import { caseFile, caseTaking, whoseCase, type CaseFile, type RunningCase } from './case-file.ts'

/** The same case goes on; it does not count as another one. */
export const reopenCase = caseFile.command('reopenCase', {
  of: ({ path }) => path.caseId,
  needs: whoseCase,
  decide: ({ body: { note, ...reopening } }, state, _, { person }) => {
    if (isReopened(state) && note === undefined && sameFact(state.reopening, { ...reopening, ...whereOf(state) }))
      return []
    const running = caseTaking('CaseReopened', state, { note, person })
    if (isRefusal(running)) return running
    const data = { ...reopening, ...whereOf(running) }
    return [{ type: 'CaseReopened', data, sealed: sealedNote(note, running.facts.subjectId) }]
  },
})

const isReopened = (state: CaseFile): state is RunningCase => 'reopening' in state && state.status !== 'closed'
