import { isRefusal } from '@wushe/slice'
import { organisationNote } from '../organisation-note.ts'
import { whereOf } from '../where-of.ts'
import { sessionToMend } from './group-session.ts'
import { group } from './group.ts'

/** Its number is free again. */
export const voidGroupSession = group.command('voidGroupSession', {
  of: ({ path }) => path.groupId,
  decide: ({ path, body: { note, reason } }, state) => {
    const found = sessionToMend(path, state)
    if (isRefusal(found)) return found
    const data = { sessionId: path.groupSessionId, reason, ...whereOf(found.running) }
    return [{ type: 'GroupSessionVoided', data, sealed: organisationNote(note) }]
  },
})
