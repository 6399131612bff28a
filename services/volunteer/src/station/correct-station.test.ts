import { expect, test } from '@jest/globals'
import { aMoment, given } from '@wushe/testkit'
import { correctStation } from './correct-station.ts'
import {
  headStationEstablished,
  nameCorrected,
  stationClosed,
  stationEstablished,
  stationId,
  stationVoided,
  townStation,
} from './examples.ts'
import { station } from './station.ts'

const path = { stationId }
const body = { ...townStation, name: '金银川社工站', reason: 'typing-error' } as const
const parent = station.evolve(station.initial, headStationEstablished)
const closedParent = { ...parent, status: 'closed', closedOn: '2023-01-01' } as typeof parent

test('a correction records the whole fact and why', () =>
  given(stationEstablished).when(correctStation, { path, body }, { known: { parent } }).records(nameCorrected))

test('correcting what is so already changes nothing', () =>
  given(stationEstablished, nameCorrected).when(correctStation, { path, body }, { known: { parent } }).changesNothing())

test('a closed station can still be corrected', () =>
  given(stationEstablished, stationClosed)
    .when(correctStation, { path, body }, { known: { parent } })
    .records(nameCorrected))

test('a parent that closed since stays the parent', () =>
  given(stationEstablished)
    .when(correctStation, { path, body }, { known: { parent: closedParent } })
    .records(nameCorrected))

test('a new parent must be open', () =>
  given(stationEstablished)
    .when(
      correctStation,
      { path, body: { ...body, parentId: 'sta_01h455vb4pex5vsknk084sn009' } },
      { known: { parent: closedParent } },
    )
    .isRefused('station-nesting-wrong'))

test('a station is never its own parent', () =>
  given(headStationEstablished)
    .when(correctStation, { path, body: { ...body, parentId: stationId } }, { known: { parent } })
    .isRefused('station-nesting-wrong'))

test('a station cannot be made a head station under its old parent', () =>
  given(stationEstablished)
    .when(correctStation, { path, body: { ...body, level: 'hq' } }, { known: { parent } })
    .isRefused('station-nesting-wrong', { level: 'hq', needs: 'none' }))

test('a corrected division code is looked up anew', () =>
  given(stationEstablished)
    .when(correctStation, { path, body: { ...body, divisionCode: '659002999' } }, { known: { parent } })
    .records({
      ...nameCorrected,
      data: { ...nameCorrected.data, divisionCode: '659002999', flags: ['division-unknown'] },
    }))

test('a station cannot have opened after it closed', () =>
  given(stationEstablished, stationClosed)
    .when(correctStation, { path, body: { ...body, occurredOn: '2024-01-01' } }, { known: { parent } })
    .isRefused('period-wrong', { from: '2024-01-01', to: '2023-12-31' }))

test('a voided station takes no correction', () =>
  given(stationEstablished, stationVoided)
    .when(correctStation, { path, body }, { known: { parent } })
    .isRefused('station-not-open', { status: 'voided' }))

test('a station that does not exist cannot be corrected', () =>
  given().when(correctStation, { path, body }, { known: { parent } }).isRefused('not-found'))

const open = [stationEstablished].reduce(station.evolve, station.initial)

test('a correction claims the corrected township', () =>
  expect(
    correctStation.claims!({ path, query: {} as never, body: { ...body, divisionCode: '659002101' } }, aMoment, open),
  ).toMatchObject([{ value: `${body.agreementId}/659002101` }]))
