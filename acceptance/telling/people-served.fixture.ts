import type { Tale } from './every-operation.fixture.ts'

/** People, what was noticed about them, and a case from its beginning to the end and on. */
export const peopleServed = ({ act, id, identity, noted, mistaken, inError, site, division }: Tale) => {
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
  act('approveSubjectErasure', { subjectId: erasedSubject }, {})
  act('restrictSubject', { subjectId: newMember }, { basis: 'accuracy-disputed' })
  act('liftSubjectRestriction', { subjectId: newMember }, { reason: 'resolved' })
  act('eraseSubject', { subjectId: newMember }, { basis: 'request' })
  act('refuseSubjectErasure', { subjectId: newMember }, noted('refuseSubjectErasure'))
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

  const worker = id('pra', 'worker')
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
}
