import { isRefusal, refuse, sealedNote, stateOf } from '@wushe/slice'
import { refuseNote } from '../subject/note.ts'
import { subject } from '../subject/subject.ts'
import { whereOf } from '../where-of.ts'
import { group, groupOn } from './group.ts'

export const recordMemberDeparture = group.command('recordMemberDeparture', {
  outsidePeriod: true,
  of: ({ path }) => path.groupId,
  needs: { person: stateOf(subject, ({ body }) => body.subjectId) },
  decide: ({ body: { note, ...departure } }, state, _, { person }) => {
    const { subjectId, occurredOn } = departure
    const running = groupOn(occurredOn, state)
    if (isRefusal(running)) return running
    const membership = running.members.findLast((member) => member.subjectId === subjectId)
    if (membership?.leftOn === occurredOn && note === undefined) return []
    if (!membership || membership.leftOn !== undefined) return refuse('member-not-enrolled', { subjectId })
    if (occurredOn < membership.joinedOn) return refuse('period-wrong', { from: membership.joinedOn, to: occurredOn })
    const refusal = refuseNote(note, subjectId, person)
    if (refusal) return refusal
    return [{ type: 'MemberLeft', data: { ...departure, ...whereOf(running) }, sealed: sealedNote(note, subjectId) }]
  },
})
