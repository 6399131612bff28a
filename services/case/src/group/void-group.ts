import { isRefusal } from '@wushe/slice'
import { organisationNote } from '../organisation-note.ts'
import { whereOf } from '../where-of.ts'
import { group, groupToMend } from './group.ts'

/** Neither the group nor its sessions count any longer; the sessions themselves stay as they are. */
export const voidGroup = group.command('voidGroup', {
  of: ({ path }) => path.groupId,
  decide: ({ path: { groupId }, body: { note, reason } }, state) => {
    const running = groupToMend(groupId, state)
    if (isRefusal(running)) return running
    return [{ type: 'GroupVoided', data: { reason, ...whereOf(running) }, sealed: organisationNote(note) }]
  },
})
