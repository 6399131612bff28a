import { isRefusal, sealedNote } from '@wushe/slice'
import { sameFact } from '../same-fact.ts'
import { caseFile, whoseCase } from './case-file.ts'
import { refuseSession, sessionOf, sessionToMend } from './case-session.ts'

export const correctCaseSession = caseFile.command('correctCaseSession', {
  of: ({ path }) => path.caseId,
  needs: whoseCase,
  decide: ({ path, body: { note, reason, ...corrected } }, state, _, { person }) => {
    const found = sessionToMend(path, state, { note, person })
    if (isRefusal(found)) return found
    const { running, session } = found
    const refusal = refuseSession(running, corrected)
    if (refusal) return refusal

    const data = sessionOf(running, path.sessionId, corrected)
    if (note === undefined && sameFact(session, data)) return []
    return [
      { type: 'CaseSessionCorrected', data: { ...data, reason }, sealed: sealedNote(note, running.facts.subjectId) },
    ]
  },
})
