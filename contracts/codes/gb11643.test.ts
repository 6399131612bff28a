import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { checkCitizenId } from './gb11643.ts'

test('known valid numbers pass and tell birth date, sex and division', () => {
  expect(checkCitizenId('11010519491231002X')).toEqual({
    ok: true,
    value: '11010519491231002X',
    birthDate: '1949-12-31',
    sex: '2',
    division: '110105',
  })
  expect(checkCitizenId('440524188001010014')).toEqual({
    ok: true,
    value: '440524188001010014',
    birthDate: '1880-01-01',
    sex: '1',
    division: '440524',
  })
})

test('a lower-case x is the same number', () => {
  expect(checkCitizenId('11010519491231002x')).toMatchObject({ ok: true, value: '11010519491231002X' })
})

test('a division that does not exist, or no longer, is no reason to refuse', () => {
  expect(checkCitizenId(withCheck('99999919491231002'))).toMatchObject({ ok: true, division: '999999' })
})

test.each([
  ['', 1, 'length'],
  ['11010519491231002', 18, 'length'],
  ['11010519491231002X0', 19, 'length'],
  ['110105194912310O2X', 16, 'character'],
  ['X1010519491231002X', 1, 'character'],
  ['1101051949123100２X', 17, 'character'],
  ['11010517991231002X', 7, 'birth-date'],
  ['11010521001231002X', 7, 'birth-date'],
  ['11010519491331002X', 11, 'birth-date'],
  ['11010519490031002X', 11, 'birth-date'],
  ['11010519490230002X', 13, 'birth-date'],
  ['11010519000229002X', 13, 'birth-date'],
  ['11010519490200002X', 13, 'birth-date'],
])('%p is wrong at place %d because of its %s', (text, position, reason) => {
  expect(checkCitizenId(text)).toEqual({ ok: false, position, reason })
})

test('29 February exists in leap years, 2000 among them', () => {
  expect(checkCitizenId(withCheck('11010520000229002'))).toMatchObject({ ok: true, birthDate: '2000-02-29' })
})

test('a wrong check character is named with the right one', () => {
  expect(checkCitizenId('110105194912310021')).toEqual({
    ok: false,
    position: 18,
    reason: 'check-character',
    expected: 'X',
  })
})

test('every number with its own check character passes, and any one changed digit is caught', () => {
  fc.assert(
    fc.property(validId, fc.nat(17), fc.integer({ min: 1, max: 9 }), (id, at, by) => {
      expect(checkCitizenId(id)).toMatchObject({ ok: true, value: id })
      const changed = id.slice(0, at) + ((Number(id[at]!.replace('X', '0')) + by) % 10) + id.slice(at + 1)
      const answer = checkCitizenId(changed)
      const inDate = at >= 6 && at < 14
      expect(answer).toMatchObject({ ok: false, reason: expect.stringMatching(inDate ? /birth-date|check/ : /check/) })
    }),
  )
})

test('two neighbouring digits in the wrong order are caught', () => {
  fc.assert(
    fc.property(validId, fc.nat(15), (id, at) => {
      fc.pre(id[at] !== id[at + 1])
      expect(checkCitizenId(id.slice(0, at) + id[at + 1] + id[at] + id.slice(at + 2)).ok).toBe(false)
    }),
  )
})

/** The check character computed another way than in the code: ISO 7064, MOD 11-2. */
const withCheck = (first17: string) => {
  const remainder = [...first17].reduce((sum, digit) => ((sum + Number(digit)) * 2) % 11, 0)
  const check = (12 - remainder) % 11
  return first17 + (check === 10 ? 'X' : check)
}

const validId = fc
  .tuple(
    fc.integer({ min: 0, max: 999999 }),
    fc.date({ min: new Date('1800-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
    fc.integer({ min: 0, max: 999 }),
  )
  .map(([division, birth, sequence]) =>
    withCheck(
      String(division).padStart(6, '0') +
        birth.toISOString().slice(0, 10).replaceAll('-', '') +
        String(sequence).padStart(3, '0'),
    ),
  )
