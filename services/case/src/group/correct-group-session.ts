import { isRefusal } from '@wushe/slice'
import { organisationNote } from '../organisation-note.ts'
import { sameFact } from '../same-fact.ts'
import { refuseSession, sessionOf, sessionToMend } from './group-session.ts'
import { group, groupOn } from './group.ts'

export const correctGroupSession = group.command('correctGroupSession', {
  of: ({ path }) => path.groupId,
  decide: ({ path, body: { note, reason, ...corrected } }, state) => {
    const found = sessionToMend(path, state)
    if (isRefusal(found)) return found
    const { groupSessionId } = path
    const running = groupOn(corrected.occurredOn, state)
    if (isRefusal(running)) return running
    const refusal = refuseSession(running, groupSessionId, corrected)
    if (refusal) return refusal

    const data = sessionOf(running, groupSessionId, corrected)
    if (note === undefined && sameFact(found.session, data)) return []
    return [{ type: 'GroupSessionCorrected', data: { ...data, reason }, sealed: organisationNote(note) }]
  },
})
