import { isRefusal, refuse, stateOf } from '@wushe/slice'
import { refuseStranger, subject } from '../subject/subject.ts'
import { whereOf } from '../where-of.ts'
import { group, groupOn } from './group.ts'
import { isMember, memberCount, wasMemberOn } from './membership.ts'

export const enrolMember = group.command('enrolMember', {
  of: ({ path }) => path.groupId,
  needs: { person: stateOf(subject, ({ body }) => body.subjectId) },
  decide: ({ body: { subjectId, occurredOn } }, state, _, { person }) => {
    const running = groupOn(occurredOn, state)
    if (isRefusal(running)) return running
    const { members, facts } = running
    if (isMember(members, subjectId) && wasMemberOn(occurredOn, members, subjectId)) return []
    const refusal = refuseStranger(subjectId, person)
    if (refusal) return refusal
    if (!isMember(members, subjectId) && memberCount(members) >= facts.capacity)
      return refuse('group-full', { capacity: facts.capacity })
    return [{ type: 'MemberEnrolled', data: { subjectId, occurredOn, ...whereOf(running) } }]
  },
})
