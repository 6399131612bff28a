import { expect, test } from '@jest/globals'
import { operations } from './contract.ts'
import { deprecationOf } from './deprecation.ts'

const operation = operations[0]!
const ending = { ...operation, deprecated: { since: '2026-01-01', sunset: '2028-01-01' } }

test('an operation that stays says nothing', () => expect(deprecationOf(operation, '2026-03-02')).toEqual({}))

test('an operation on its way out says since when, until when, and where to read on', () =>
  expect(deprecationOf(ending, '2027-12-31')).toEqual({
    Deprecation: '@1767225600',
    Sunset: 'Sat, 01 Jan 2028 00:00:00 GMT',
    Link: '</docs/changelog>; rel="deprecation"; type="text/html"',
  }))

test('after its sunset it is refused', () =>
  expect(() => deprecationOf(ending, '2028-01-01')).toThrow(
    expect.objectContaining({ refusal: { refused: 'operation-retired', params: { sunset: '2028-01-01' } } }),
  ))
