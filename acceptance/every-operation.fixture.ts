// One contractor does everything that a contractor can do: each command of the contract at least once, in an order that
// the rules allow, with every field filled that may hold a person's identity or free text.
import { createHash } from 'node:crypto'
import type { Operations, Schemas } from '@wushe/contracts'
import type { Input } from '@wushe/slice'
import { TypeID } from 'typeid-js'

type Body<Name extends keyof Operations> = Partial<Input<Operations[Name]>['body']> & object
export type Step = { operation: string; path: Record<string, string>; body: Record<string, any> }

export type Telling = {
  /** Keeps the ids of one telling apart from those of another. */
  salt: string
  agreementId: string
  /** A township: one agreement has one open station in each. */
  division: string
  /** The identity of a person; each call may answer another one. */
  identity: (who: string) => Schemas['Identity']
  /** A free text, or a number that is kept sealed. */
  text: (where: string) => string
  /** A name or a title that is kept in the clear. */
  title: (of: string) => string
}

/** Needs an active agreement of 2023, known to every service. */
export function everyOperation({ salt, agreementId, division, identity, text, title }: Telling): Step[] {
  const id = (prefix: string, name: string) => idOf(prefix, `${salt} ${name}`)
  const steps: Step[] = []
  const act = <Name extends keyof Operations>(operation: Name, path: Record<string, string>, body: Body<Name>) =>
    void steps.push({ operation, path, body })
  const noted = (where: string) => ({ note: text(`note of ${where}`) })
  const mistaken = { reason: 'typing-error' } as const
  const inError = (where: string) => ({ reason: 'recorded-in-error', ...noted(where) }) as const

  // Stations
  const [hq, station, room] = [id('sta', 'hq'), id('sta', 'station'), id('sta', 'room')]
  const [closedStation, voidedStation] = [id('sta', 'closed'), id('sta', 'voided')]
  const headStation = { level: 'hq', divisionCode: '659002', agreementId, occurredOn: '2023-01-02' } as const
  const atTownship = { level: 'station', parentId: hq, divisionCode: division, agreementId } as const
  act('establishStation', {}, { ...headStation, id: hq, name: title('head station'), ...noted('head station') })
  act('establishStation', {}, { ...atTownship, id: station, name: title('station'), occurredOn: '2023-01-03' })
  act(
    'correctStation',
    { stationId: station },
    { ...atTownship, name: title('station again'), occurredOn: '2023-01-03', ...mistaken, ...noted('correctStation') },
  )
  const atCommunity = { level: 'room', parentId: station, divisionCode: `${division}001`, agreementId } as const
  act('establishStation', {}, { ...atCommunity, id: room, name: title('room'), occurredOn: '2023-01-04' })
  act('establishStation', {}, { ...headStation, id: closedStation, name: title('closed station') })
  act('closeStation', { stationId: closedStation }, { occurredOn: '2023-06-30', ...noted('closeStation') })
  act('establishStation', {}, { ...headStation, id: voidedStation, name: title('voided station') })
  act('voidStation', { stationId: voidedStation }, inError('voidStation'))
  const site = { agreementId, siteId: station }

  // Social workers
  const [worker, left, voidedWorker] = [id('pra', 'worker'), id('pra', 'left'), id('pra', 'voided')]
  const employed = { employment: 'full-time', occurredOn: '2023-01-05', ...site } as const
  act('registerPractitioner', {}, { ...employed, id: worker, identity: identity('worker') })
  act(
    'correctPractitioner',
    { practitionerId: worker },
    {
      ...employed,
      employment: 'part-time',
      identity: identity('worker again'),
      ...mistaken,
      ...noted('correctPractitioner'),
    },
  )
  act('assignToStation', { practitionerId: worker }, { siteId: room, occurredOn: '2023-01-10' })
  const [licence, voidedLicence] = [id('lic', 'licence'), id('lic', 'voided')]
  act(
    'recordLicence',
    { practitionerId: worker },
    {
      id: licence,
      level: 'assistant',
      line: 'national',
      issuedOn: '2023-01-20',
      certificateNo: text('certificate'),
    },
  )
  act(
    'recordLicence',
    { practitionerId: worker },
    { id: voidedLicence, level: 'senior', line: 'national', issuedOn: '2023-01-21' },
  )
  act('voidLicence', { practitionerId: worker, licenceId: voidedLicence }, inError('voidLicence'))
  act('registerPractitioner', {}, { ...employed, id: left, identity: identity('who left') })
  act(
    'recordDeparture',
    { practitionerId: left },
    { reason: 'resigned', occurredOn: '2023-08-01', ...noted('recordDeparture') },
  )
  act('registerPractitioner', {}, { ...employed, id: voidedWorker, identity: identity('voided worker') })
  act('voidPractitioner', { practitionerId: voidedWorker }, inError('voidPractitioner'))

  // People served, and what was noticed about them
  const [subject, member] = [id('sub', 'subject'), id('sub', 'member')]
  const [newMember, erasedSubject, voidedSubject] = [id('sub', 'new member'), id('sub', 'erased'), id('sub', 'voided')]
  const served = { kind: 'person', divisionCode: division, occurredOn: '2023-02-01', ...site } as const
  for (const [who, subjectId] of Object.entries({ subject, member, newMember, erasedSubject, voidedSubject }))
    act('registerSubject', {}, { ...served, id: subjectId, identity: identity(who) })
  act(
    'correctSubject',
    { subjectId: subject },
    { ...served, sex: '2', identity: identity('subject again'), ...mistaken, ...noted('correctSubject') },
  )
  act('voidSubject', { subjectId: voidedSubject }, inError('voidSubject'))
  act('eraseSubject', { subjectId: erasedSubject }, { basis: 'request' })
  const [concern, dismissed, voidedConcern] = [id('con', 'concern'), id('con', 'dismissed'), id('con', 'voided')]
  const raised = { source: 'teacher', urgency: 'medium', occurredOn: '2023-02-02', ...site } as const
  act('raiseConcern', {}, { ...raised, id: concern, subjectId: subject, ...noted('raiseConcern') })
  act(
    'correctConcern',
    { concernId: concern },
    { ...raised, subjectId: subject, urgency: 'high', ...mistaken, ...noted('correctConcern') },
  )
  act(
    'identifyConcern',
    { concernId: concern },
    { problems: ['family-relations'], riskLevel: 'medium', occurredOn: '2023-02-03', ...noted('identifyConcern') },
  )
  act('raiseConcern', {}, { ...raised, id: dismissed, ...noted('a concern about nobody') })
  act(
    'dismissConcern',
    { concernId: dismissed },
    { reason: 'no-need', occurredOn: '2023-02-03', ...noted('dismissConcern') },
  )
  act('raiseConcern', {}, { ...raised, id: voidedConcern })
  act('voidConcern', { concernId: voidedConcern }, inError('voidConcern'))

  // A case from the beginning to the end, and on
  const [caseId, voidedCase] = [id('cas', 'case'), id('cas', 'voided')]
  const [session, voidedSession] = [id('ses', 'session'), id('ses', 'voided')]
  const opened = { kind: 'in-depth', occurredOn: '2023-02-04', concernId: concern, ...site } as const
  act('openCase', {}, { ...opened, id: caseId, subjectId: subject, ...noted('openCase') })
  act(
    'recordConsent',
    { caseId },
    { purpose: 'service', noticeVersion: '2023-1', givenBy: 'self', occurredOn: '2023-02-04' },
  )
  act('assignWorker', { caseId }, { practitionerId: worker, occurredOn: '2023-02-05' })
  act(
    'completeAssessment',
    { caseId },
    { instrument: 'sdq', occurredOn: '2023-02-06', needs: ['companionship'], ...noted('completeAssessment') },
  )
  act(
    'agreeServicePlan',
    { caseId },
    {
      goals: [{ code: 'emotion' }],
      plannedSessions: 6,
      agreedBy: ['self', 'worker'],
      occurredOn: '2023-02-07',
      ...noted('agreeServicePlan'),
    },
  )
  const interview = { mode: 'interview', minutes: 50, workerId: worker, occurredOn: '2023-02-08' } as const
  act('recordCaseSession', { caseId }, { ...interview, id: session, ...noted('recordCaseSession') })
  act(
    'correctCaseSession',
    { caseId, sessionId: session },
    { ...interview, minutes: 45, ...mistaken, ...noted('correctCaseSession') },
  )
  act('recordCaseSession', { caseId }, { ...interview, id: voidedSession, occurredOn: '2023-02-09' })
  act('voidCaseSession', { caseId, sessionId: voidedSession }, inError('voidCaseSession'))
  act(
    'evaluateOutcome',
    { caseId },
    {
      goalResults: [{ code: 'emotion', result: 'achieved' }],
      score: 85,
      occurredOn: '2023-03-01',
      ...noted('evaluateOutcome'),
    },
  )
  act('giveFeedback', { caseId }, { to: 'teacher', channel: 'phone', occurredOn: '2023-03-02', ...noted('feedback') })
  act('closeCase', { caseId }, { reason: 'goals-met', occurredOn: '2023-03-03', ...noted('closeCase') })
  act('reopenCase', { caseId }, { reason: 'relapse', occurredOn: '2023-05-04', ...noted('reopenCase') })
  act('correctCase', { caseId }, { ...opened, risk: 'high', ...mistaken, ...noted('correctCase') })
  act('openCase', {}, { ...opened, id: voidedCase, subjectId: member })
  act('voidCase', { caseId: voidedCase }, inError('voidCase'))

  // Volunteers and their hours
  const [volunteer, withdrawn] = [id('vol', 'volunteer'), id('vol', 'withdrawn')]
  const [erasedVolunteer, voidedVolunteer] = [id('vol', 'erased'), id('vol', 'voided')]
  const joined = { occurredOn: '2023-02-10', ...site }
  for (const [who, volunteerId] of Object.entries({ volunteer, withdrawn, erasedVolunteer, voidedVolunteer }))
    act('registerVolunteer', {}, { ...joined, id: volunteerId, identity: identity(who) })
  act('verifyVolunteer', { volunteerId: volunteer }, { method: 'in-person', occurredOn: '2023-02-11' })
  act(
    'withdrawVolunteer',
    { volunteerId: withdrawn },
    { reason: 'moved', occurredOn: '2023-07-01', ...noted('withdrawVolunteer') },
  )
  act('eraseVolunteer', { volunteerId: erasedVolunteer }, { basis: 'consent-withdrawn' })
  act('voidVolunteer', { volunteerId: voidedVolunteer }, inError('voidVolunteer'))

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

  const [confirmed, rejected, voidedHours] = [id('hrs', 'confirmed'), id('hrs', 'rejected'), id('hrs', 'voided')]
  const hours = (hoursEntryId: string, day: string) =>
    act(
      'recordHours',
      { volunteerId: volunteer },
      {
        id: hoursEntryId,
        startedAt: `${day}T09:00:00+08:00`,
        endedAt: `${day}T13:00:00+08:00`,
        method: 'qr',
        activityId: activity,
        content: title('hours'),
        ...site,
      },
    )
  hours(confirmed, '2023-03-06')
  act(
    'confirmHours',
    { volunteerId: volunteer, hoursEntryId: confirmed },
    { minutes: 240, confirmedBy: { practitionerId: worker }, occurredOn: '2023-03-07' },
  )
  hours(rejected, '2023-03-07')
  act(
    'rejectHours',
    { volunteerId: volunteer, hoursEntryId: rejected },
    { reason: 'not-present', occurredOn: '2023-03-08', ...noted('rejectHours') },
  )
  hours(voidedHours, '2023-03-08')
  act('voidHours', { volunteerId: volunteer, hoursEntryId: voidedHours }, inError('voidHours'))

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

  // What others give
  const [provider, voidedProvider] = [id('prv', 'provider'), id('prv', 'voided')]
  const [offer, withdrawnOffer] = [id('off', 'offer'), id('off', 'withdrawn')]
  const [link, cancelledLink, voidedLink] = [id('lnk', 'link'), id('lnk', 'cancelled'), id('lnk', 'voided')]
  const giving = { kind: 'individual', occurredOn: '2023-04-10' } as const
  act('registerProvider', {}, { ...giving, id: provider, identity: identity('provider') })
  act(
    'correctProvider',
    { providerId: provider },
    { ...giving, identity: identity('provider again'), ...mistaken, ...noted('correctProvider') },
  )
  act(
    'registerProvider',
    {},
    { kind: 'enterprise', name: title('provider'), id: voidedProvider, occurredOn: '2023-04-10' },
  )
  act('voidProvider', { providerId: voidedProvider }, inError('voidProvider'))
  const goods = { kind: 'goods', quantity: 10, unit: '袋', occurredOn: '2023-04-11', ...site } as const
  act('offerResource', {}, { ...goods, id: offer, providerId: provider, ...noted('offerResource') })
  act('proposeLink', { offerId: offer }, { id: link, quantity: 4, occurredOn: '2023-04-12', ...site, ...noted('link') })
  const linkPath = { offerId: offer, linkId: link }
  act('agreeLink', linkPath, { quantity: 3, occurredOn: '2023-04-13', ...noted('agreeLink') })
  act('deliverResource', linkPath, { quantity: 3, occurredOn: '2023-04-14', ...noted('deliverResource') })
  act('valueLink', linkPath, {
    amountFen: 12_345,
    method: 'market-price',
    approvedBy: worker,
    occurredOn: '2023-04-15',
    ...noted('valueLink'),
  })
  act('proposeLink', { offerId: offer }, { id: cancelledLink, quantity: 1, occurredOn: '2023-04-12' })
  act(
    'cancelLink',
    { offerId: offer, linkId: cancelledLink },
    { reason: 'need-ended', occurredOn: '2023-04-16', ...noted('cancelLink') },
  )
  act('proposeLink', { offerId: offer }, { id: voidedLink, quantity: 1, occurredOn: '2023-04-12' })
  act('voidLink', { offerId: offer, linkId: voidedLink }, inError('voidLink'))
  act('offerResource', {}, { ...goods, id: withdrawnOffer, providerId: provider })
  act(
    'withdrawOffer',
    { offerId: withdrawnOffer },
    { reason: 'expired', occurredOn: '2023-04-17', ...noted('withdrawOffer') },
  )

  // Projects
  const [project, voidedProject] = [id('prj', 'project'), id('prj', 'voided')]
  const special = { kind: 'special', theme: title('project'), occurredOn: '2023-05-05', ...site } as const
  act('startProject', {}, { ...special, id: project, ...noted('startProject') })
  act(
    'closeProject',
    { projectId: project },
    { result: 'achieved', occurredOn: '2023-11-30', ...noted('closeProject') },
  )
  act('startProject', {}, { ...special, id: voidedProject })
  act('voidProject', { projectId: voidedProject }, inError('voidProject'))
  return steps
}

/** An id that is the same for the same name. */
export const idOf = (prefix: string, name: string) =>
  TypeID.fromUUIDBytes(prefix, createHash('sha256').update(name).digest().subarray(0, 16)).toString()
