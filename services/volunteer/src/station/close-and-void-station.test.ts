import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
import { closeStation } from './close-station.ts'
import { stationClosed, stationEstablished, stationId, stationVoided } from './examples.ts'
import { voidStation } from './void-station.ts'

const path = { stationId }
const closing = { path, body: { occurredOn: '2023-12-31' } }
const voiding = { path, body: { reason: 'duplicate' } } as const

test('an open station can be closed', () =>
  given(stationEstablished).when(closeStation, closing).records(stationClosed))

test('closing twice changes nothing', () =>
  given(stationEstablished, stationClosed).when(closeStation, closing).changesNothing())

test('a station does not close before it opened', () =>
  given(stationEstablished)
    .when(closeStation, { path, body: { occurredOn: '2021-07-14' } })
    .isRefused('period-wrong', { from: '2021-07-15', to: '2021-07-14' }))

test('a station may close on the day it opened', () =>
  given(stationEstablished)
    .when(closeStation, { path, body: { occurredOn: '2021-07-15' } })
    .records({ ...stationClosed, data: { ...stationClosed.data, occurredOn: '2021-07-15' } }))

test('a voided station cannot be closed', () =>
  given(stationEstablished, stationVoided)
    .when(closeStation, closing)
    .isRefused('station-not-open', { status: 'voided' }))

test('a station that does not exist cannot be closed', () => given().when(closeStation, closing).isRefused('not-found'))

test('a station can be voided, open or closed', () => {
  given(stationEstablished).when(voidStation, voiding).records(stationVoided)
  given(stationEstablished, stationClosed).when(voidStation, voiding).records(stationVoided)
})

test('a second voiding is refused', () =>
  given(stationEstablished, stationVoided).when(voidStation, voiding).isRefused('already-voided', { id: stationId }))

test('a station that does not exist cannot be voided', () => given().when(voidStation, voiding).isRefused('not-found'))

test('why it was closed or voided is stored encrypted', () => {
  given(stationEstablished)
    .when(closeStation, { path, body: { ...closing.body, note: '合并' } })
    .records({ ...stationClosed, sealed: { note: '合并' } })
  given(stationEstablished)
    .when(voidStation, { path, body: { ...voiding.body, note: '重复' } })
    .records({ ...stationVoided, sealed: { note: '重复' } })
})
