/** From the day of joining to the day of leaving, both included. */
export type Member = { subjectId: string; joinedOn: string; leftOn?: string }

export const isMember = (members: readonly Member[], subjectId: string): boolean =>
  members.some((member) => member.subjectId === subjectId && member.leftOn === undefined)

export const wasMemberOn = (day: string, members: readonly Member[], subjectId: string): boolean =>
  members.some(
    ({ subjectId: id, joinedOn, leftOn }) =>
      id === subjectId && joinedOn <= day && (leftOn === undefined || day <= leftOn),
  )

export const memberCount = (members: readonly Member[]): number =>
  members.filter(({ leftOn }) => leftOn === undefined).length

/** Who is a member already and joins on an earlier day was one since then; who left and joins again, stands there twice. */
export const withMember = (members: readonly Member[], subjectId: string, day: string): Member[] =>
  isMember(members, subjectId)
    ? members.map((member) =>
        member.subjectId === subjectId && member.leftOn === undefined && day < member.joinedOn
          ? { ...member, joinedOn: day }
          : member,
      )
    : [...members, { subjectId, joinedOn: day }]

export const withoutMember = (members: readonly Member[], subjectId: string, day: string): Member[] =>
  members.map((member) =>
    member.subjectId === subjectId && member.leftOn === undefined ? { ...member, leftOn: day } : member,
  )
