import { isRefusal, sealedNote } from '@wushe/slice'
import { whereOf } from '../where-of.ts'
import { caseFile, whoseCase } from './case-file.ts'
import { sessionToMend } from './case-session.ts'

/** The case stays in its status, even if it was this session that brought it there. */
export const voidCaseSession = caseFile.command('voidCaseSession', {
  of: ({ path }) => path.caseId,
  needs: whoseCase,
  decide: ({ path, body: { note, reason } }, state, _, { person }) => {
    const found = sessionToMend(path, state, { note, person })
    if (isRefusal(found)) return found
    const { facts } = found.running
    const data = { sessionId: path.sessionId, reason, ...whereOf(found.running) }
    return [{ type: 'CaseSessionVoided', data, sealed: sealedNote(note, facts.subjectId) }]
  },
})
