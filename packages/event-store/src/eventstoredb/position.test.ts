import { expect, test } from '@jest/globals'
import { ForeignPosition, type Position } from '../event-store.ts'
import { comparePositions, positions } from '../position.ts'
import { at, beginning, placeOf } from './position.ts'

test('a position keeps both places of an event, and comes back as it was', () => {
  const place = { commit: 0x1234n, prepare: 2n ** 63n - 1n }
  expect(at(place)).toBe('es:00000000000012347fffffffffffffff')
  expect(placeOf(at(place))).toEqual(place)
})

test('positions have the order of commit, then prepare, and the beginning is before all', () => {
  const [a, b, c, d] = [
    at({ commit: 9n, prepare: 9n }),
    at({ commit: 10n, prepare: 8n }),
    at({ commit: 10n, prepare: 10n }),
    at({ commit: 2n ** 62n, prepare: 0n }),
  ]
  expect([d, b, 'start' as const, c, a, beginning].sort(comparePositions)).toEqual(['start', beginning, a, b, c, d])
})

test('who reads on from the beginning misses nothing that stands there', () => {
  expect(placeOf('start')).toBe('start')
  expect(placeOf(beginning)).toBe('start')
})

test.each(['pg:0000000000000001', 'mem:0000000000000001', 'es:1', 'es:', `es:${'0'.repeat(31)}g`, ''])(
  'the position "%s" is of another store',
  (position) => {
    expect(() => placeOf(position as Position)).toThrow(ForeignPosition)
  },
)

test('positions of this store and of PostgreSQL have no order', () => {
  expect(() => comparePositions(beginning, positions('pg').at(1n))).toThrow(ForeignPosition)
})
