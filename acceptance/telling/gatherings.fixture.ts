import type { Tale } from './every-operation.fixture.ts'

/** Activities and groups. */
export const gatherings = ({ act, id, title, noted, mistaken, inError, site }: Tale) => {
  const [subject, member, newMember] = [id('sub', 'subject'), id('sub', 'member'), id('sub', 'new member')]
  const [volunteer, worker] = [id('vol', 'volunteer'), id('pra', 'worker')]
  // An activity
  const [activity, cancelled, voidedActivity] = [id('act', 'activity'), id('act', 'cancelled'), id('act', 'voided')]
  const [occurrence, voidedOccurrence] = [id('occ', 'occurrence'), id('occ', 'voided')]
  const lecture = { kind: 'lecture', title: title('activity'), occurredOn: '2023-03-05', ...site } as const
  act('planActivity', {}, { ...lecture, id: activity, plannedOccurrences: 3, ...noted('planActivity') })
  act(
    'correctActivity',
    { activityId: activity },
    { ...lecture, title: title('activity again'), plannedOccurrences: 4, ...mistaken, ...noted('correctActivity') },
  )
  const held = {
    headcount: { value: 2, method: 'roster' },
    roster: [subject, member],
    volunteers: [volunteer],
    evidence: [{ sha256: 'e'.repeat(64), mediaType: 'image/jpeg', label: title('evidence') }],
    occurredOn: '2023-03-06',
  } as const
  act(
    'holdActivity',
    { activityId: activity },
    {
      ...held,
      roster: [...held.roster],
      volunteers: [...held.volunteers],
      evidence: [...held.evidence],
      id: occurrence,
      ...noted('holdActivity'),
    },
  )
  act(
    'correctOccurrence',
    { activityId: activity, occurrenceId: occurrence },
    {
      headcount: { value: 1, method: 'roster' },
      roster: [subject],
      volunteers: [volunteer],
      occurredOn: '2023-03-06',
      ...mistaken,
      ...noted('correctOccurrence'),
    },
  )
  act(
    'holdActivity',
    { activityId: activity },
    {
      headcount: { value: 30, method: 'estimate' },
      evidence: [...held.evidence],
      id: voidedOccurrence,
      occurredOn: '2023-03-07',
    },
  )
  act('voidOccurrence', { activityId: activity, occurrenceId: voidedOccurrence }, inError('voidOccurrence'))
  act(
    'evaluateActivity',
    { activityId: activity },
    { satisfaction: 5, responses: 20, occurredOn: '2023-03-08', ...noted('evaluateActivity') },
  )
  act('planActivity', {}, { ...lecture, id: cancelled, plannedOccurrences: 1 })
  act(
    'cancelActivity',
    { activityId: cancelled },
    { reason: 'weather', occurredOn: '2023-03-09', ...noted('cancelActivity') },
  )
  act('planActivity', {}, { ...lecture, id: voidedActivity, plannedOccurrences: 1 })
  act('voidActivity', { activityId: voidedActivity }, inError('voidActivity'))

  // A group
  const [group, voidedGroup] = [id('grp', 'group'), id('grp', 'voided')]
  const [groupSession, voidedGroupSession] = [id('gse', 'session'), id('gse', 'voided')]
  const planned = {
    kind: 'growth',
    theme: title('group'),
    plannedSessions: 6,
    capacity: 8,
    occurredOn: '2023-04-01',
    ...site,
  } as const
  act('planGroup', {}, { ...planned, id: group, ...noted('planGroup') })
  act('enterGroupStage', { groupId: group }, { stage: 'preparation', occurredOn: '2023-04-01' })
  act('enrolMember', { groupId: group }, { subjectId: member, occurredOn: '2023-04-02' })
  act('enrolMember', { groupId: group }, { subjectId: subject, occurredOn: '2023-04-02' })
  act(
    'holdGroupSession',
    { groupId: group },
    {
      id: groupSession,
      no: 1,
      occurredOn: '2023-04-03',
      newMembers: [newMember],
      attendance: [
        { subjectId: member, mark: 'present' },
        { subjectId: newMember, mark: 'present' },
      ],
      facilitators: [worker],
      volunteers: [volunteer],
      ...noted('holdGroupSession'),
    },
  )
  act(
    'correctGroupSession',
    { groupId: group, groupSessionId: groupSession },
    {
      no: 1,
      occurredOn: '2023-04-03',
      attendance: [{ subjectId: member, mark: 'present' }],
      facilitators: [worker],
      volunteers: [volunteer],
      ...mistaken,
      ...noted('correctGroupSession'),
    },
  )
  act(
    'holdGroupSession',
    { groupId: group },
    {
      id: voidedGroupSession,
      no: 2,
      occurredOn: '2023-04-04',
      attendance: [{ subjectId: member, mark: 'present' }],
    },
  )
  act('voidGroupSession', { groupId: group, groupSessionId: voidedGroupSession }, inError('voidGroupSession'))
  act(
    'recordMemberDeparture',
    { groupId: group },
    { subjectId: subject, reason: 'moved', occurredOn: '2023-04-05', ...noted('recordMemberDeparture') },
  )
  act(
    'correctGroup',
    { groupId: group },
    { ...planned, theme: title('group again'), ...mistaken, ...noted('correctGroup') },
  )
  act(
    'evaluateGroup',
    { groupId: group },
    {
      satisfaction: 4,
      measures: [{ code: 'sdq', before: '18', after: '12' }],
      occurredOn: '2023-05-01',
      ...noted('evaluateGroup'),
    },
  )
  act('closeGroup', { groupId: group }, { reason: 'completed', occurredOn: '2023-05-02', ...noted('closeGroup') })
  act('planGroup', {}, { ...planned, id: voidedGroup })
  act('voidGroup', { groupId: voidedGroup }, inError('voidGroup'))
}
