import { expect, test } from '@jest/globals'
import { aMoment, given } from '@wushe/testkit'
import { establishStation } from './establish-station.ts'
import {
  agreementId,
  headStation,
  headStationEstablished,
  headStationId,
  room,
  roomEstablished,
  stationClosed,
  stationEstablished,
  stationId,
  townStation,
} from './examples.ts'
import { station, type Station } from './station.ts'

const stateAfter = (...events: Parameters<typeof station.evolve>[1][]) => events.reduce(station.evolve, station.initial)
const none: Station = { status: 'none' }
const openHeadStation = stateAfter(headStationEstablished)
const openStation = stateAfter(stationEstablished)

test('a head station stands under nobody', () =>
  given().when(establishStation, { body: headStation }).records(headStationEstablished))

test('a station stands under a head station', () =>
  given()
    .when(establishStation, { body: townStation }, { known: { parent: openHeadStation } })
    .records(stationEstablished))

test('a room stands under a station', () =>
  given()
    .when(establishStation, { body: room }, { known: { parent: openStation } })
    .records(roomEstablished))

test('what is said about it is stored encrypted under the key of the organisation', () =>
  given()
    .when(establishStation, { body: { ...headStation, note: '筹备情况' } })
    .records({ ...headStationEstablished, sealed: { note: '筹备情况' } }))

test('a head station under another one is refused', () =>
  given()
    .when(
      establishStation,
      { body: { ...headStation, parentId: headStationId } },
      { known: { parent: openHeadStation } },
    )
    .isRefused('station-nesting-wrong', { level: 'hq', needs: 'none' }))

test('a station under nobody is refused', () =>
  given()
    .when(establishStation, { body: { ...townStation, parentId: undefined } })
    .isRefused('station-nesting-wrong', { level: 'station', needs: 'hq' }))

test('a station under a station is refused', () =>
  given()
    .when(establishStation, { body: { ...townStation, parentId: stationId } }, { known: { parent: openStation } })
    .isRefused('station-nesting-wrong'))

test('a room under a head station is refused', () =>
  given()
    .when(establishStation, { body: { ...room, parentId: headStationId } }, { known: { parent: openHeadStation } })
    .isRefused('station-nesting-wrong', { level: 'room', needs: 'station' }))

test('a parent that does not exist, or is another organisation’s, is refused', () =>
  given()
    .when(establishStation, { body: townStation }, { known: { parent: none } })
    .isRefused('station-nesting-wrong'))

test('a parent that has closed is refused', () =>
  given()
    .when(establishStation, { body: room }, { known: { parent: stateAfter(stationEstablished, stationClosed) } })
    .isRefused('station-nesting-wrong'))

test('a division code that our list does not hold is recorded and flagged', () =>
  given()
    .when(establishStation, { body: { ...headStation, divisionCode: '659099' } })
    .records({
      type: 'StationEstablished',
      data: { ...headStation, divisionCode: '659099', flags: ['division-unknown'] },
    }))

const claimsOf = (body: Parameters<typeof establishStation.decide>[0]['body']) =>
  establishStation.claims!({ path: {}, query: {} as never, body }, aMoment, station.initial)

test('a township has one open station under an agreement, named by the township or by a community in it', () => {
  const claim = { set: 'station-division', value: `${agreementId}/659002100`, taken: 'division-taken' }
  expect(claimsOf(townStation)).toEqual([claim])
  expect(claimsOf({ ...townStation, divisionCode: '659002100001' })).toEqual([claim])
})

test('another agreement, or none, may have a station of its own in the township', () => {
  expect(claimsOf({ ...townStation, agreementId: undefined })).toMatchObject([{ value: '/659002100' }])
})

test('head stations and rooms take no township', () => {
  expect(claimsOf(headStation)).toEqual([])
  expect(claimsOf(room)).toEqual([])
})

test('only while it is open does a station hold its township', () => {
  expect(station.holds!(openStation, 'station-division')).toBe(true)
  expect(station.holds!(stateAfter(stationEstablished, stationClosed), 'station-division')).toBe(false)
  expect(station.holds!(none, 'station-division')).toBe(false)
})
