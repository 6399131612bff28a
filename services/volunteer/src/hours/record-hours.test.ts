import { test } from '@jest/globals'
import { aMoment, given } from '@wushe/testkit'
import {
  realNameVerified,
  volunteerErased,
  volunteerRegistered,
  volunteerVoided,
  volunteerWithdrawn,
} from '../volunteer/examples.ts'
import { volunteer } from '../volunteer/volunteer.ts'
import {
  hoursConfirmed,
  hoursEntryId,
  hoursRecorded,
  hoursRejected,
  hoursVoided,
  service,
  volunteerId,
} from './examples.ts'
import { recordHours } from './record-hours.ts'

const stateAfter = (...events: Parameters<typeof volunteer.evolve>[1][]) =>
  events.reduce(volunteer.evolve, volunteer.initial)
const known = { volunteer: stateAfter(volunteerRegistered, realNameVerified) }
const path = { volunteerId }
const other = 'hrs_01h455vb4pex5vsknk084sn002'
const from = (startedAt: string, endedAt: string) => ({ path, body: { ...service, id: other, startedAt, endedAt } })

test('a volunteer’s hours are recorded on the day they began in Beijing', () => {
  given()
    .when(recordHours, { path, body: { ...service, id: hoursEntryId } }, { known })
    .records(hoursRecorded)
  const early = { ...service, id: hoursEntryId, startedAt: '2022-06-02T16:00:00Z', endedAt: '2022-06-02T18:00:00Z' }
  const { id: _, ...times } = early
  given()
    .when(recordHours, { path, body: early }, { known })
    .records({ ...hoursRecorded, data: { ...hoursRecorded.data, ...times, occurredOn: '2022-06-03' } })
})

test('without an id of the client’s the entry gets a new one', () =>
  given()
    .when(recordHours, { path, body: service }, { known })
    .records({ ...hoursRecorded, data: { ...hoursRecorded.data, entryId: 'hrs_01jnew00000000000000000000' } }))

test('the same entry recorded again changes nothing', () =>
  given(hoursRecorded)
    .when(recordHours, { path, body: { ...service, id: hoursEntryId } }, { known })
    .changesNothing())

test('a volunteer who does not exist, or is another organisation’s, has no hours', () =>
  given()
    .when(recordHours, { path, body: service }, { known: { volunteer: stateAfter() } })
    .isRefused('not-found'))

test('a volunteer who withdrew, was erased or voided takes no more hours', () => {
  given()
    .when(
      recordHours,
      { path, body: service },
      { known: { volunteer: stateAfter(volunteerRegistered, volunteerWithdrawn) } },
    )
    .isRefused('volunteer-not-active', { status: 'withdrawn' })
  given()
    .when(
      recordHours,
      { path, body: service },
      { known: { volunteer: stateAfter(volunteerRegistered, volunteerErased) } },
    )
    .isRefused('volunteer-not-active', { status: 'erased' })
  given()
    .when(
      recordHours,
      { path, body: service },
      { known: { volunteer: stateAfter(volunteerRegistered, volunteerVoided) } },
    )
    .isRefused('volunteer-not-active', { status: 'voided' })
})

test('hours of a volunteer not yet verified are recorded all the same', () =>
  given()
    .when(
      recordHours,
      { path, body: { ...service, id: hoursEntryId } },
      { known: { volunteer: stateAfter(volunteerRegistered) } },
    )
    .records(hoursRecorded))

test('hours entered by hand need a reason', () => {
  const manual = { ...service, id: hoursEntryId, method: 'manual' } as const
  given().when(recordHours, { path, body: manual }, { known }).isRefused('hours-manual-needs-reason')
  given()
    .when(recordHours, { path, body: { ...manual, manualReason: 'paper-record' } }, { known })
    .records({ ...hoursRecorded, data: { ...hoursRecorded.data, method: 'manual', manualReason: 'paper-record' } })
})

test.each([
  ['2022-06-03T18:00:00+08:00', '2022-06-03T14:00:00+08:00', 'ends before it starts'],
  ['2022-06-03T14:00:00+08:00', '2022-06-03T14:00:00+08:00', 'takes no time'],
  ['2022-06-03T14:00:00+08:00', '2022-06-03T06:00:00Z', 'takes no time, written in two time zones'],
  ['2022-06-03T14:00:00+08:00', '2022-06-04T14:00:01+08:00', 'lasts longer than a day'],
  ['2026-03-02T11:00:00+08:00', '2026-03-02T12:00:01+08:00', 'ends in the future'],
  ['2022-06-03T14:00:00+08:00', '2022-06-03T23:59:60Z', 'cannot be read'],
])('a service from %s to %s %s and is refused', (startedAt, endedAt) =>
  given().when(recordHours, from(startedAt, endedAt), { known }).isRefused('hours-interval-wrong', { maxHours: 24 }),
)

test('a service may last a whole day and end at this moment', () =>
  given()
    .when(recordHours, from('2026-03-01T12:00:00+08:00', aMoment.now), { known })
    .recordsEachTime({
      type: 'HoursRecorded',
      data: {
        ...hoursRecorded.data,
        entryId: other,
        startedAt: '2026-03-01T12:00:00+08:00',
        endedAt: aMoment.now,
        occurredOn: '2026-03-01',
      },
    }))

test('a day that is not that of the start is refused', () => {
  const body = { ...service, id: hoursEntryId }
  given()
    .when(recordHours, { path, body: { ...body, occurredOn: '2022-06-03' } }, { known })
    .records(hoursRecorded)
  given()
    .when(recordHours, { path, body: { ...body, occurredOn: '2022-06-04' } }, { known })
    .isRefused('hours-interval-wrong')
})

test.each([
  ['2022-06-03T15:00:00+08:00', '2022-06-03T16:00:00+08:00', 'inside'],
  ['2022-06-03T13:00:00+08:00', '2022-06-03T19:00:00+08:00', 'around'],
  ['2022-06-03T13:00:00+08:00', '2022-06-03T14:00:01+08:00', 'into its beginning'],
  ['2022-06-03T17:59:59+08:00', '2022-06-03T20:00:00+08:00', 'out of its end'],
  ['2022-06-03T07:00:00Z', '2022-06-03T08:00:00Z', 'inside, written in another time zone'],
])('hours from %s to %s overlap a pending or confirmed entry: %s', (startedAt, endedAt) => {
  given(hoursRecorded)
    .when(recordHours, from(startedAt, endedAt), { known })
    .isRefused('hours-overlap', { id: hoursEntryId })
  given(hoursRecorded, hoursConfirmed)
    .when(recordHours, from(startedAt, endedAt), { known })
    .isRefused('hours-overlap', { id: hoursEntryId })
})

const recorded = (startedAt: string, endedAt: string, occurredOn: string) => ({
  type: 'HoursRecorded' as const,
  data: { ...hoursRecorded.data, startedAt, endedAt, occurredOn },
})

test('what ends when another begins does not overlap it', () =>
  given(hoursRecorded)
    .when(recordHours, from('2022-06-03T18:00:00+08:00', '2022-06-03T19:00:00+08:00'), { known })
    .records({
      type: 'HoursRecorded',
      data: {
        ...hoursRecorded.data,
        entryId: other,
        startedAt: '2022-06-03T18:00:00+08:00',
        endedAt: '2022-06-03T19:00:00+08:00',
      },
    }))

test('hours over midnight overlap those of the next day', () =>
  given(recorded('2022-06-03T22:00:00+08:00', '2022-06-04T02:00:00+08:00', '2022-06-03'))
    .when(recordHours, from('2022-06-04T01:00:00+08:00', '2022-06-04T03:00:00+08:00'), { known })
    .isRefused('hours-overlap', { id: hoursEntryId }))

test('hours over New Year’s Eve overlap those of the next year', () =>
  given(recorded('2022-12-31T22:00:00+08:00', '2023-01-01T02:00:00+08:00', '2022-12-31'))
    .when(recordHours, from('2023-01-01T01:00:00+08:00', '2023-01-01T03:00:00+08:00'), { known })
    .isRefused('hours-overlap', { id: hoursEntryId }))

test('what was rejected or voided takes no time', () => {
  const again = { path, body: { ...service, id: other } }
  const recordedAgain = { ...hoursRecorded, data: { ...hoursRecorded.data, entryId: other } }
  given(hoursRecorded, hoursRejected).when(recordHours, again, { known }).records(recordedAgain)
  given(hoursRecorded, hoursVoided).when(recordHours, again, { known }).records(recordedAgain)
  given(hoursRecorded, hoursConfirmed, hoursVoided).when(recordHours, again, { known }).records(recordedAgain)
})
