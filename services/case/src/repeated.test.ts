import { describe, expect, test } from '@jest/globals'
import type { Events, OperationsOf } from '@wushe/contracts'
import contract from '@wushe/contracts/events.json' with { type: 'json' }
import { isRefusal, type Decision, type Moment } from '@wushe/slice'
import { aMoment } from '@wushe/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import * as activities from './activity/examples.ts'
import * as cases from './case-file/examples.ts'
import { concern } from './concern/concern.ts'
import * as concerns from './concern/examples.ts'
import * as groups from './group/examples.ts'
import { caseService } from './service.ts'
import * as subjects from './subject/examples.ts'
import { subject } from './subject/subject.ts'

type Happened = Events['case']
type Operations = OperationsOf['case']
type CommandName = {
  [Name in keyof Operations]: Operations[Name] extends { requestBody: object; responses: { 409: unknown } }
    ? Name
    : never
}[keyof Operations]
type Body<Name extends CommandName> = Operations[Name]['requestBody']['content']['application/json']

/** What a client sends of a fact: what it knows, without what the command adds. */
const sent = <Fact extends object, Added extends string>(fact: Fact, ...added: Added[]) =>
  Object.fromEntries(Object.entries(fact).filter(([name]) => !added.includes(name as Added))) as Omit<Fact, Added>
const of = <Fact extends { agreementId: string; siteId: string }>({ data }: { data: Fact }) =>
  sent(data, 'agreementId', 'siteId')
const session = sent(of(cases.session), 'sessionId', 'subjectId', 'caseKind', 'countedPersons')
const groupSession = sent(of(groups.held), 'sessionId', 'present')
const occurrence = sent(of(activities.held), 'occurrenceId')
const reason = 'other'
const duplicate = { reason: 'duplicate' } as const

/** Every command of the contract: after what, and with what. */
const asked: { [Name in CommandName]: { after: Happened[]; body: Body<Name> } } = {
  registerSubject: { after: [], body: { ...subjects.registered.data, identity: subjects.identity } },
  correctSubject: { after: [subjects.registered], body: subjects.corrected.data },
  eraseSubject: { after: [subjects.registered], body: { basis: 'request' } },
  approveSubjectErasure: { after: [subjects.registered, subjects.erasureRequested], body: {} },
  refuseSubjectErasure: { after: [subjects.registered, subjects.erasureRequested], body: { note: '保存期未满' } },
  restrictSubject: { after: [subjects.registered], body: { basis: 'request' } },
  liftSubjectRestriction: { after: [subjects.registered, subjects.restricted], body: { reason: 'resolved' } },
  voidSubject: { after: [subjects.registered], body: duplicate },

  raiseConcern: { after: [], body: concerns.raised.data },
  identifyConcern: { after: [concerns.raised], body: of(concerns.identified) },
  dismissConcern: { after: [concerns.raised], body: of(concerns.dismissed) },
  correctConcern: { after: [concerns.raised], body: concerns.concernCorrected.data },
  voidConcern: { after: [concerns.raised], body: duplicate },

  openCase: { after: [], body: cases.opened.data },
  recordConsent: { after: [cases.opened], body: of(cases.consented) },
  assignWorker: { after: [cases.opened], body: of(cases.assigned) },
  completeAssessment: { after: [cases.opened], body: of(cases.assessed) },
  agreeServicePlan: { after: cases.untilAssessed, body: of(cases.planned) },
  recordCaseSession: { after: cases.untilPlanned, body: session },
  correctCaseSession: { after: cases.untilIntervening, body: { ...session, minutes: 90, reason } },
  voidCaseSession: { after: cases.untilIntervening, body: duplicate },
  evaluateOutcome: { after: cases.untilIntervening, body: of(cases.evaluated) },
  giveFeedback: { after: cases.untilPlanned, body: of(cases.fedBack) },
  closeCase: { after: [...cases.untilEvaluated, cases.fedBack], body: of(cases.closed) },
  reopenCase: { after: cases.untilClosed, body: of(cases.reopened) },
  correctCase: { after: cases.untilClosed, body: sent(cases.caseCorrected.data, 'subjectId') },
  voidCase: { after: cases.untilClosed, body: duplicate },

  planGroup: { after: [], body: groups.planned.data },
  enrolMember: { after: [groups.planned], body: of(groups.firstEnrolled) },
  recordMemberDeparture: { after: groups.withMembers, body: of(groups.firstLeft) },
  enterGroupStage: { after: [groups.planned], body: of(groups.forming) },
  holdGroupSession: {
    after: [groups.planned, groups.firstEnrolled],
    body: { ...groupSession, newMembers: [groups.second] },
  },
  correctGroupSession: { after: [...groups.withMembers, groups.held], body: { ...groupSession, no: 2, reason } },
  voidGroupSession: { after: [...groups.withMembers, groups.held], body: duplicate },
  evaluateGroup: { after: groups.withMembers, body: of(groups.groupEvaluated) },
  closeGroup: { after: groups.withMembers, body: of(groups.groupClosed) },
  correctGroup: { after: groups.withMembers, body: groups.groupCorrected.data },
  voidGroup: { after: groups.withMembers, body: duplicate },

  planActivity: { after: [], body: activities.planned.data },
  holdActivity: { after: [activities.planned], body: occurrence },
  correctOccurrence: {
    after: [activities.planned, activities.held],
    body: { ...occurrence, headcount: { value: 95, method: 'count' }, reason },
  },
  voidOccurrence: { after: [activities.planned, activities.held], body: duplicate },
  cancelActivity: { after: [activities.planned], body: of(activities.cancelled) },
  evaluateActivity: { after: [activities.planned], body: of(activities.activityEvaluated) },
  correctActivity: { after: [activities.planned, activities.held], body: activities.activityCorrected.data },
  voidActivity: { after: [activities.planned, activities.held], body: duplicate },
}

/** What may rightly happen twice with the same words, and why. */
const mayHappenTwice: { [Name in CommandName]?: string } = {
  registerSubject: 'A second registration is another person; the same ID number is refused by its claim.',
  raiseConcern: 'Two people may notice the same on one day.',
  openCase: 'A person may have two cases; without an own id the second is another one.',
  planGroup: 'Two groups may run by the same plan.',
  planActivity: 'An activity may be planned again.',
  recordCaseSession: 'Two sessions on one day are two.',
  holdActivity: 'Two occurrences on one day are two, as long as so many are planned.',
}

const takesNoNote: CommandName[] = [
  'registerSubject',
  'eraseSubject',
  'approveSubjectErasure',
  'restrictSubject',
  'liftSubjectRestriction',
  'recordConsent',
  'assignWorker',
  'enrolMember',
  'enterGroupStage',
]

/** With a note these may too: what is sealed cannot be compared. The others, done once for all, refuse the second note. */
const mayAddANote: CommandName[] = [
  'correctSubject',
  'identifyConcern',
  'correctConcern',
  'completeAssessment',
  'agreeServicePlan',
  'correctCaseSession',
  'evaluateOutcome',
  'giveFeedback',
  'correctCase',
  'correctGroupSession',
  'evaluateGroup',
  'correctGroup',
  'correctOccurrence',
  'evaluateActivity',
  'correctActivity',
]

const commands = Object.values(caseService.operations).filter((slice) => slice.kind === 'command')

test('every command of the service is asked here', () =>
  expect(Object.keys(asked).sort()).toEqual(commands.map(({ operation }) => operation).sort()))

describe.each(commands)('$operation', ({ operation, aggregate, decide }) => {
  const name = operation as CommandName
  const { after, body } = asked[name]
  const takesNote = !takesNoNote.includes(name)
  const before = after.reduce(aggregate.evolve, aggregate.initial)

  const once = (state: unknown, moment: Moment, note?: string) =>
    decide(
      { path, query: {}, body: note === undefined ? body : { ...body, note } },
      state,
      moment,
      known,
    ) as Decision<Happened>
  const twice = (note?: string) => {
    const first = once(before, aMoment, note)
    if (isRefusal(first)) throw new Error(`${operation} is refused: ${first.refused}`)
    const second = once(first.reduce(aggregate.evolve, before), later, note)
    return { first, refusedAgain: isRefusal(second), recordedAgain: !isRefusal(second) && second.length > 0 }
  }

  test('records what its contract says', () => {
    const { first } = twice(takesNote ? note : undefined)
    expect(first).not.toEqual([])
    for (const { type, data, sealed } of first) {
      expect([type, errorsIn(type, data)]).toEqual([type, undefined])
      expect([type, Object.keys(sealed ?? {}).filter((section) => !mayBeSealed(type, section))]).toEqual([type, []])
      for (const secret of [note, subjects.identity.name, subjects.identity.idNumber])
        expect(JSON.stringify(data)).not.toContain(secret)
    }
  })

  test('records nothing new when it is asked again, or may happen twice', () =>
    expect(twice().recordedAgain).toBe(name in mayHappenTwice))

  if (takesNote)
    test('throws no note away when it is asked again', () => {
      expect(twice(note).recordedAgain).toBe(name in mayHappenTwice || mayAddANote.includes(name))
      if (!twice(note).recordedAgain) expect(twice(note).refusedAgain).toBe(true)
    })
})

const note = '不为外人道也'

const path = {
  subjectId: subjects.subjectId,
  concernId: concerns.concernId,
  caseId: cases.caseId,
  sessionId: cases.sessionId,
  groupId: groups.groupId,
  groupSessionId: groups.groupSessionId,
  activityId: activities.activityId,
  occurrenceId: activities.occurrenceId,
}

const person = subject.evolve(subject.initial, subjects.registered)
/** Also as the first of those who join with a session. */
const known = { person, concern: concern.evolve(concern.initial, concerns.raised), 0: person }

/** The same wish in another request, which makes other ids. */
const later: Moment = { ...aMoment, newId: (prefix) => `${prefix}_01jnew00000000000000000001` }

function errorsIn(type: string, data: unknown) {
  const validate = ajv.compile(newest(type).json)
  // What is undefined is not stored.
  return validate(JSON.parse(JSON.stringify(data))) ? undefined : validate.errors
}

function mayBeSealed(type: string, section: string) {
  const named = (newest(type).json as { 'x-sealed'?: string[] })['x-sealed'] ?? []
  return named
    .map((one) => one.replace(/<\w+>/, ''))
    .some((one) => section === one || (one.endsWith('.') && section.startsWith(one)))
}

function newest(type: string) {
  return contract.filter((entry) => entry.type === type).sort((a, b) => b.schema - a.schema)[0]!
}

const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
