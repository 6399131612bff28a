import { expect, test } from '@jest/globals'
import { ForeignPosition, type Position } from './event-store.ts'
import { comparePositions, positions } from './position.ts'

const pg = positions('pg')

test('positions have the order of their places, and the start is before all', () => {
  const [one, ten, many] = [pg.at(1n), pg.at(10n), pg.at(2n ** 62n)]
  expect([many, 'start' as const, ten, one].sort(comparePositions)).toEqual(['start', one, ten, many])
  expect(comparePositions(ten, ten)).toBe(0)
  expect(ten).toBe('pg:000000000000000a')
  expect(pg.placeOf(many)).toBe(2n ** 62n)
})

test('positions of different stores have no order', () => {
  expect(() => comparePositions(pg.at(1n), positions('mem').at(2n))).toThrow(ForeignPosition)
  expect(() => pg.placeOf('es:00000000000000010000000000000001' as Position)).toThrow(ForeignPosition)
})
