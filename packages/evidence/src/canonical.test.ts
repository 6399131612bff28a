import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { canonical, NotCanonical } from './canonical.ts'

test('keys stand in the order of their UTF-16 code units, whatever order they came in', () => {
  expect(canonical({ '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 })).toBe(
    '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
  )
})

test('the order of keys never changes the text', () => {
  fc.assert(
    fc.property(fact, (value) => {
      expect(canonical(reversed(value))).toBe(canonical(value))
    }),
  )
})

test('reading canonical text and writing it again gives the same text', () => {
  fc.assert(
    fc.property(fact, (value) => {
      const text = canonical(value)
      expect(JSON.parse(text)).toEqual(value)
      expect(canonical(JSON.parse(text))).toBe(text)
    }),
  )
})

test.each([
  ['a fraction', { hours: [1, 0.5] }, '/hours/1'],
  ['an integer beyond 2^53−1', { amountFen: 2 ** 53 }, '/amountFen'],
  ['not a number', { minutes: NaN }, '/minutes'],
  ['null', { name: null }, '/name'],
  ['undefined', { name: undefined }, '/name'],
  ['a hole in a list', { names: new Array(1) }, '/names/0'],
  ['a Date', { on: new Date(0) }, '/on'],
  ['a Map', { all: new Map() }, '/all'],
  ['a bigint', { revision: 1n }, '/revision'],
  ['a function', { toJSON: () => 'surprise' }, '/toJSON'],
  ['half of a surrogate pair', { note: '\ud800' }, '/note'],
  ['half of a surrogate pair in a key', { '\udc00': 1 }, '/\ufffd'],
  ['a name that JSON pointers escape', { 'a/b~c': [{ d: null }] }, '/a~1b~0c/0/d'],
  ['the value itself', undefined, ''],
])('%s has no canonical form, and the error names the place', (_, value, pointer) => {
  const thrown = errorOf(() => canonical(value))
  expect(thrown).toBeInstanceOf(NotCanonical)
  expect((thrown as NotCanonical).pointer).toBe(pointer)
})

test('the error says what is wrong without quoting the value', () => {
  const thrown = errorOf(() => canonical({ name: '张小明\ud800' })) as Error
  expect(thrown.message).toBe('/name is text with half of a surrogate pair.')
})

test('a value that holds itself is refused', () => {
  const value: Record<string, unknown> = {}
  value.self = value
  expect(() => canonical(value)).toThrow('levels deep')
})

const { fact } = fc.letrec<{ fact: unknown }>((tie) => ({
  fact: fc.oneof(
    { depthSize: 'small' },
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.string({ unit: 'binary' }),
    fc.array(tie('fact')),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('fact'), { noNullPrototype: true }),
  ),
}))

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  )
}

const errorOf = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown.')
}
