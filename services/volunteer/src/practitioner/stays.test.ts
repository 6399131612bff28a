import { expect, test } from '@jest/globals'
import { afterCorrection, afterMove, stationOn, type Stays } from './stays.ts'

const stays: Stays = [
  { from: '2021-07-01', siteId: 'first' },
  { from: '2022-03-01', siteId: 'second' },
]

test('on a day somebody is where the last move before it led', () => {
  expect(stationOn(stays, '2021-06-30')).toBe(undefined)
  expect(stationOn(stays, '2021-07-01')).toBe('first')
  expect(stationOn(stays, '2022-02-28')).toBe('first')
  expect(stationOn(stays, '2022-03-01')).toBe('second')
})

test('a move told late takes its place among the others', () =>
  expect(afterMove(stays, '2021-10-01', 'between').map(({ siteId }) => siteId)).toEqual(['first', 'between', 'second']))

test('of two moves on one day the one told last holds', () =>
  expect(afterMove(stays, '2022-03-01', 'third').map(({ siteId }) => siteId)).toEqual(['first', 'third']))

test('a correction moves the beginning and says which station is the present one', () => {
  expect(afterCorrection(stays, '2021-06-01', 'third')).toEqual([
    { from: '2021-06-01', siteId: 'first' },
    { from: '2022-03-01', siteId: 'third' },
  ])
  expect(afterCorrection(stays, '2022-05-01', 'third')).toEqual([{ from: '2022-05-01', siteId: 'third' }])
  expect(afterCorrection([{ from: '2021-07-01' }], '2021-08-01', undefined)).toEqual([{ from: '2021-08-01' }])
})
