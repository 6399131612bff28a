import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { confirmHours } from './confirm-hours.ts'
import { hoursConfirmed, hoursEntryId, hoursRecorded, hoursRejected, hoursVoided, volunteerId } from './examples.ts'

const path = { volunteerId, hoursEntryId }
const { minutes, confirmedBy, confirmedOn } = hoursConfirmed.data
const body = { minutes, confirmedBy, occurredOn: confirmedOn }

test('pending hours are confirmed, counting on the day of the service', () =>
  given(hoursRecorded).when(confirmHours, { path, body }).records(hoursConfirmed))

test('confirming the same minutes twice changes nothing', () =>
  given(hoursRecorded, hoursConfirmed).when(confirmHours, { path, body }).changesNothing())

test('confirmed hours cannot be confirmed as more or less', () =>
  given(hoursRecorded, hoursConfirmed)
    .when(confirmHours, { path, body: { ...body, minutes: 239 } })
    .isRefused('hours-not-pending', { status: 'confirmed' }))

test('rejected or voided hours cannot be confirmed', () => {
  given(hoursRecorded, hoursRejected)
    .when(confirmHours, { path, body })
    .isRefused('hours-not-pending', { status: 'rejected' })
  given(hoursRecorded, hoursVoided)
    .when(confirmHours, { path, body })
    .isRefused('hours-not-pending', { status: 'voided' })
  given(hoursRecorded, hoursConfirmed, hoursVoided)
    .when(confirmHours, { path, body })
    .isRefused('hours-not-pending', { status: 'voided' })
})

test('an entry that does not exist cannot be confirmed', () =>
  given().when(confirmHours, { path, body }).isRefused('not-found'))

test('no more minutes are confirmed than the service lasted, and no fewer than one', () => {
  given(hoursRecorded)
    .when(confirmHours, { path, body: { ...body, minutes: 241 } })
    .isRefused('minutes-out-of-bounds', { minutes: 241, max: 240 })
  given(hoursRecorded)
    .when(confirmHours, { path, body: { ...body, minutes: 0 } })
    .isRefused('minutes-out-of-bounds')
  given(hoursRecorded)
    .when(confirmHours, { path, body: { ...body, minutes: 1 } })
    .records({ ...hoursConfirmed, data: { ...hoursConfirmed.data, minutes: 1 } })
})

test('half a minute is none', () => {
  const brief = { ...hoursRecorded, data: { ...hoursRecorded.data, endedAt: '2022-06-03T14:01:30+08:00' } }
  given(brief)
    .when(confirmHours, { path, body: { ...body, minutes: 2 } })
    .isRefused('minutes-out-of-bounds', { max: 1 })
})

test('volunteers do not confirm their own hours, other volunteers may', () => {
  given(hoursRecorded)
    .when(confirmHours, { path, body: { ...body, confirmedBy: { volunteerId } } })
    .isRefused('confirmer-is-volunteer')
  const another = { volunteerId: 'vol_01h455vb4pex5vsknk084sn002' }
  given(hoursRecorded)
    .when(confirmHours, { path, body: { ...body, confirmedBy: another } })
    .records({ ...hoursConfirmed, data: { ...hoursConfirmed.data, confirmedBy: another } })
})

test('nobody confirms what has not been served yet', () =>
  given(hoursRecorded)
    .when(confirmHours, { path, body: { ...body, occurredOn: '2022-06-02' } })
    .isRefused('period-wrong', { from: '2022-06-03', to: '2022-06-02' }))

test('a confirmation on the tenth working day is in time, on the eleventh it is late', () => {
  const confirmed = (confirmedOn: string, late: boolean) => ({
    ...hoursConfirmed,
    data: { ...hoursConfirmed.data, confirmedOn, late },
  })
  given(hoursRecorded)
    .when(confirmHours, { path, body: { ...body, occurredOn: '2022-06-17' } })
    .records(confirmed('2022-06-17', false))
  given(hoursRecorded)
    .when(confirmHours, { path, body: { ...body, occurredOn: '2022-06-20' } })
    .records(confirmed('2022-06-20', true))
})
