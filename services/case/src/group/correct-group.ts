import { isRefusal, refuse } from '@wushe/slice'
import { organisationNote } from '../organisation-note.ts'
import { sameFact } from '../same-fact.ts'
import { group, groupToMend } from './group.ts'
import { memberCount } from './membership.ts'

export const correctGroup = group.command('correctGroup', {
  of: ({ path }) => path.groupId,
  decide: ({ path: { groupId }, body: { note, reason, ...facts } }, state) => {
    const running = groupToMend(groupId, state)
    if (isRefusal(running)) return running
    if (memberCount(running.members) > facts.capacity) return refuse('group-full', { capacity: facts.capacity })
    if (note === undefined && sameFact(running.facts, facts)) return []
    return [{ type: 'GroupCorrected', data: { ...facts, reason }, sealed: organisationNote(note) }]
  },
})
