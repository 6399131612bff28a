import { isRefusal, sealedNote } from '@wushe/slice'
import { caseFile, caseTaking, whoseCase } from './case-file.ts'
import { refuseSession, sessionOf } from './case-session.ts'

/** Two sessions on one day are two. */
export const recordCaseSession = caseFile.command('recordCaseSession', {
  of: ({ path }) => path.caseId,
  record: ({ body }, { newId }) => body.id ?? newId('ses'),
  needs: whoseCase,
  decide: ({ body }, state, { newId }, { person }) => {
    const { id = newId('ses'), note, ...session } = body
    const running = caseTaking('CaseSessionRecorded', state, { note, person })
    if (isRefusal(running)) return running
    const refusal = refuseSession(running, session)
    if (refusal) return refusal
    const data = sessionOf(running, id, session)
    return [{ type: 'CaseSessionRecorded', data, sealed: sealedNote(note, running.facts.subjectId) }]
  },
})
