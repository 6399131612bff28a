import { sql, type Following, type Recorded } from '@wushe/slice'
import type { Streams } from '@wushe/contracts'
import { about, everything, factsFrom, type Fact } from './fact.ts'

/** Cases, groups and activities: acts, each on its day, and the persons who took part. */
export const fromCase: Following['case'] = {
  CaseOpened: (event) => cases.add(event, opening(event)),
  // What was recorded of the case was recorded of this person, under this agreement and at this station.
  CaseCorrected: (event) => {
    const { streamId, data } = event
    const { kind, subjectId, occurredOn, agreementId = null, siteId = null } = data
    const itself = sql`closed.record = ${streamId}`
    return cases.change(
      event,
      sql`record = ${streamId}
          or (agreement_id, station_id, subject) is distinct from (${agreementId}::text, ${siteId}::text, ${subjectId}::text)
          or dims ->> 'caseKind' <> ${kind}`,
      {
        kind: sql`case when ${itself} and closed.kind <> 'person' then ${kindOf(kind)} else closed.kind end`,
        occurred_on: sql`case when ${itself} then ${occurredOn}::date else closed.occurred_on end`,
        agreement_id: sql`${agreementId}::text`,
        station_id: sql`${siteId}::text`,
        subject: sql`${subjectId}::text`,
        dims: sql`case closed.kind when 'case-session'
                  then closed.dims || jsonb_build_object('caseKind', ${kind}::text) else closed.dims end`,
      },
    )
  },
  CaseVoided: (event) => cases.end(event, everything),

  CaseSessionRecorded: (event) => cases.add(event, session(event)),
  CaseSessionCorrected: (event) => cases.replace(event, about(event.data.sessionId), session(event)),
  CaseSessionVoided: (event) => cases.end(event, about(event.data.sessionId)),

  GroupSessionHeld: (event) => groups.add(event, groupSession(event)),
  GroupSessionCorrected: (event) => groups.replace(event, about(event.data.sessionId), groupSession(event)),
  GroupSessionVoided: (event) => groups.end(event, about(event.data.sessionId)),
  GroupCorrected: (event) => moved(groups, event),
  GroupVoided: (event) => groups.end(event, everything),

  ActivityHeld: (event) => activities.add(event, occurrence(event)),
  OccurrenceCorrected: (event) => activities.replace(event, about(event.data.occurrenceId), occurrence(event)),
  OccurrenceVoided: (event) => activities.end(event, about(event.data.occurrenceId)),
  ActivityCorrected: (event) => moved(activities, event),
  ActivityVoided: (event) => activities.end(event, everything),
}

const cases = factsFrom('case', 'case')
const groups = factsFrom('case', 'group')
const activities = factsFrom('case', 'activity')

type Of<Category extends keyof Streams, Type extends Streams[Category]['type']> = Recorded<
  Extract<Streams[Category], { type: Type }>
>

const kindOf = (kind: 'in-depth' | 'consultation') => (kind === 'in-depth' ? 'case' : 'consultation')

const opening = ({ streamId, data }: Of<'case', 'CaseOpened'>): Fact[] => {
  const fact = { record: streamId, subject: data.subjectId, occurredOn: data.occurredOn, quantity: 1 }
  return [
    { ...fact, fact: streamId, kind: kindOf(data.kind) },
    { ...fact, fact: `${streamId}:person`, kind: 'person' },
  ]
}

/** A session to which nobody came is no fact. */
const session = ({ data }: Of<'case', 'CaseSessionRecorded' | 'CaseSessionCorrected'>): Fact[] => {
  const { sessionId, subjectId, caseKind, mode, minutes, collaterals, countedPersons, occurredOn } = data
  if (!data.delivered) return []
  const fact = { record: sessionId, subject: subjectId, occurredOn }
  return [
    {
      ...fact,
      fact: sessionId,
      kind: 'case-session',
      quantity: countedPersons,
      dims: { caseKind, mode, minutes, collaterals },
    },
    { ...fact, fact: `${sessionId}:person`, kind: 'person', quantity: 1 },
  ]
}

const groupSession = ({ streamId, data }: Of<'group', 'GroupSessionHeld' | 'GroupSessionCorrected'>): Fact[] => {
  const { sessionId, occurredOn, attendance } = data
  const present = attendance.filter(({ mark }) => mark === 'present').map(({ subjectId }) => subjectId)
  return [
    {
      fact: sessionId,
      kind: 'group-session',
      record: sessionId,
      subject: streamId,
      occurredOn,
      quantity: data.present,
      dims: { no: data.no },
    },
    ...persons(sessionId, occurredOn, present),
  ]
}

const occurrence = ({ streamId, data }: Of<'activity', 'ActivityHeld' | 'OccurrenceCorrected'>): Fact[] => {
  const { occurrenceId, occurredOn, headcount, roster = [] } = data
  return [
    {
      fact: occurrenceId,
      kind: 'activity',
      record: occurrenceId,
      subject: streamId,
      occurredOn,
      quantity: headcount.value,
      dims: { method: headcount.method },
    },
    ...persons(occurrenceId, occurredOn, roster),
  ]
}

const persons = (record: string, occurredOn: string, subjects: readonly string[]): Fact[] =>
  [...new Set(subjects)].map((subject) => ({
    fact: `${record}:${subject}`,
    kind: 'person',
    record,
    subject,
    occurredOn,
    quantity: 1,
  }))

/** What was held of a group or an activity was held under its agreement and at its station. */
const moved = (facts: typeof groups, event: Of<'group', 'GroupCorrected'> | Of<'activity', 'ActivityCorrected'>) => {
  const { agreementId = null, siteId = null } = event.data
  return facts.change(event, sql`(agreement_id, station_id) is distinct from (${agreementId}::text, ${siteId}::text)`, {
    agreement_id: sql`${agreementId}::text`,
    station_id: sql`${siteId}::text`,
  })
}
