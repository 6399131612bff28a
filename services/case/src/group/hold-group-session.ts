import { isRefusal, refuse, stateOf } from '@wushe/slice'
import { organisationNote } from '../organisation-note.ts'
import { refuseStranger, subject } from '../subject/subject.ts'
import { whereOf } from '../where-of.ts'
import { refuseSession, sessionOf } from './group-session.ts'
import { group, groupOn } from './group.ts'
import { isMember, memberCount, wasMemberOn, withMember } from './membership.ts'

/** As many as the contract lets join with one session; a need names one stream, so there is one for each place. */
const places = Array.from({ length: 50 }, (_, place) => place)

/** The whole list is one event; who joined with this session is enrolled right before it. */
export const holdGroupSession = group.command('holdGroupSession', {
  of: ({ path }) => path.groupId,
  record: ({ body }, { newId }) => body.id ?? newId('gse'),
  needs: Object.fromEntries(
    places.map((place) => [
      place,
      stateOf(subject, ({ body }: { body: { newMembers: string[] } }) => body.newMembers[place]),
    ]),
  ),
  decide: ({ body }, state, { newId }, people) => {
    const { id = newId('gse'), note, newMembers, ...session } = body
    const { occurredOn } = session
    const running = groupOn(occurredOn, state)
    if (isRefusal(running)) return running
    const { members, facts } = running

    const joining = newMembers.filter(
      (subjectId, place) => newMembers.indexOf(subjectId) === place && !wasMemberOn(occurredOn, members, subjectId),
    )
    const strangers = joining.filter((subjectId) => !isMember(members, subjectId))
    for (const subjectId of strangers) {
      const refusal = refuseStranger(subjectId, people[newMembers.indexOf(subjectId)] ?? subject.initial)
      if (refusal) return refusal
    }
    if (strangers.length > 0 && memberCount(members) + strangers.length > facts.capacity)
      return refuse('group-full', { capacity: facts.capacity })
    const joined = joining.reduce((now, subjectId) => withMember(now, subjectId, occurredOn), members)
    const refusal = refuseSession({ ...running, members: joined }, id, session)
    if (refusal) return refusal

    return [
      ...joining.map((subjectId) => ({
        type: 'MemberEnrolled' as const,
        data: { subjectId, occurredOn, ...whereOf(running) },
      })),
      { type: 'GroupSessionHeld', data: sessionOf(running, id, session), sealed: organisationNote(note) },
    ]
  },
})
