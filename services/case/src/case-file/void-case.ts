import { isRefusal, sealedNote } from '@wushe/slice'
import { whereOf } from '../where-of.ts'
import { caseFile, caseToMend, whoseCase } from './case-file.ts'

/** Neither the case nor its sessions count any longer; the sessions themselves stay as they are. */
export const voidCase = caseFile.command('voidCase', {
  of: ({ path }) => path.caseId,
  needs: whoseCase,
  decide: ({ path: { caseId }, body: { note, reason } }, state, _, { person }) => {
    const running = caseToMend(caseId, state, { note, person })
    if (isRefusal(running)) return running
    return [
      { type: 'CaseVoided', data: { reason, ...whereOf(running) }, sealed: sealedNote(note, running.facts.subjectId) },
    ]
  },
})
