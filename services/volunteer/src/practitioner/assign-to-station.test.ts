import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { stationClosed, stationEstablished, stationVoided } from '../station/examples.ts'
import { station } from '../station/station.ts'
import { assignToStation } from './assign-to-station.ts'
import {
  assignedElsewhere,
  otherSiteId,
  practitionerErased,
  practitionerId,
  practitionerLeft,
  practitionerRegistered,
  practitionerVoided,
} from './examples.ts'
import { recordDeparture } from './record-departure.ts'

const input = { path: { practitionerId }, body: { siteId: otherSiteId, occurredOn: '2022-03-01' } }
const open = station.evolve(station.initial, stationEstablished)
const closed = station.evolve(open, stationClosed)
const voided = station.evolve(open, stationVoided)

test('a social worker is assigned to an open station', () =>
  given(practitionerRegistered)
    .when(assignToStation, input, { known: { station: open } })
    .records(assignedElsewhere))

test('assigning to the present station changes nothing', () =>
  given(practitionerRegistered, assignedElsewhere)
    .when(assignToStation, input, { known: { station: open } })
    .changesNothing())

test('a station that does not exist, or is another organisation’s, takes nobody', () =>
  given(practitionerRegistered)
    .when(assignToStation, input, { known: { station: station.initial } })
    .isRefused('station-not-known', { siteId: otherSiteId }))

test('a closed or voided station takes nobody', () => {
  given(practitionerRegistered)
    .when(assignToStation, input, { known: { station: closed } })
    .isRefused('station-not-open', { status: 'closed' })
  given(practitionerRegistered)
    .when(assignToStation, input, { known: { station: voided } })
    .isRefused('station-not-open', { status: 'voided' })
})

test('somebody who left, was erased or voided is not assigned', () => {
  given(practitionerRegistered, practitionerLeft)
    .when(assignToStation, input, { known: { station: open } })
    .isRefused('practitioner-not-active', { status: 'left' })
  given(practitionerRegistered, practitionerErased)
    .when(assignToStation, input, { known: { station: open } })
    .isRefused('practitioner-not-active', { status: 'erased' })
  given(practitionerRegistered, practitionerVoided)
    .when(assignToStation, input, { known: { station: open } })
    .isRefused('practitioner-not-active', { status: 'voided' })
})

test('somebody who does not exist is not assigned', () =>
  given()
    .when(assignToStation, input, { known: { station: open } })
    .isRefused('not-found'))

test('nobody is assigned before beginning', () =>
  given(practitionerRegistered)
    .when(
      assignToStation,
      { ...input, body: { ...input.body, occurredOn: '2021-07-14' } },
      { known: { station: open } },
    )
    .isRefused('period-wrong', { from: '2021-07-15', to: '2021-07-14' }))

test('an assignment told late is recorded once, and the later one stays the present one', () => {
  const siteId = 'sta_01h455vb4pex5vsknk084sn004'
  const late = { ...assignedElsewhere, data: { ...assignedElsewhere.data, siteId, occurredOn: '2021-10-01' } }
  given(practitionerRegistered, assignedElsewhere)
    .when(assignToStation, { ...input, body: { siteId, occurredOn: '2021-10-01' } }, { known: { station: open } })
    .records(late)
  given(practitionerRegistered, assignedElsewhere, late)
    .when(recordDeparture, { path: { practitionerId }, body: { reason: 'resigned', occurredOn: '2023-06-30' } })
    .records({ ...practitionerLeft, data: { ...practitionerLeft.data, siteId: otherSiteId } })
})
