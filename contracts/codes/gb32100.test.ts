import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { checkUscc } from './gb32100.ts'

test.each([
  ['91350100M000100Y43', 'enterprise', '350100'],
  ['91110000802100433B', 'enterprise', '110000'],
  ['53100000500021676K', 'foundation', '100000'],
])('%s passes as a code of kind %s in %s', (code, kind, division) => {
  expect(checkUscc(code)).toEqual({ ok: true, value: code, kind, division })
})

test('lower-case letters are the same code', () => {
  expect(checkUscc('91350100m000100y43')).toMatchObject({ ok: true, value: '91350100M000100Y43' })
})

test.each([
  ['11', 'state-organ'],
  ['12', 'public-institution'],
  ['13', 'mass-organisation'],
  ['51', 'social-group'],
  ['52', 'social-service-organisation'],
  ['53', 'foundation'],
  ['91', 'enterprise'],
  ['93', 'other'],
  ['N2', 'other'],
])('a code that begins with %s is of kind %s', (prefix, kind) => {
  expect(checkUscc(withCheck(`${prefix}659002802100433`))).toMatchObject({ ok: true, kind })
})

test.each([
  ['', 1, 'length'],
  ['91350100M000100Y4', 18, 'length'],
  ['91350100M000100Y433', 19, 'length'],
  ['9135010OM000100Y43', 8, 'character'],
  ['913501A0M000100Y43', 7, 'character'],
  ['91350100I000100Y43', 9, 'character'],
  ['91350100S000100Y43', 9, 'character'],
  ['91350100ﬀ00100Y43B', 9, 'character'],
])('%p is wrong at place %d because of its %s', (text, position, reason) => {
  expect(checkUscc(text)).toEqual({ ok: false, position, reason })
})

test('a wrong check character of the organisation code is named at place 17, of the whole at place 18', () => {
  const reason = 'check-character'
  expect(checkUscc('91350100M000100Y53')).toEqual({ ok: false, position: 17, reason, expected: '4' })
  expect(checkUscc('91350100M000100Y44')).toEqual({ ok: false, position: 18, reason, expected: '3' })
})

test('every code with its own check characters passes, and any one changed character is caught', () => {
  fc.assert(
    fc.property(validCode, fc.nat(17), fc.nat(30), (code, at, to) => {
      expect(checkUscc(code)).toMatchObject({ ok: true, value: code })
      const changed = code.slice(0, at) + alphabet[to] + code.slice(at + 1)
      fc.pre(changed !== code)
      const answer = checkUscc(changed)
      expect(answer.ok).toBe(false)
      if (answer.ok || answer.reason === 'character') return
      expect(answer.reason).toBe('check-character')
      expect(answer.position).toBeGreaterThanOrEqual(17)
      if (at < 8 || at === 17) expect(answer.position).toBe(18)
      if (at === 16) expect(answer.position).toBe(17)
    }),
  )
})

const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** The check character computed another way than in the code: each place weighs three times the one before. */
const withCheck = (first17: string) => {
  const sum = [...first17].reduceRight((rest, character) => (rest * 3 + alphabet.indexOf(character)) % 31, 0)
  return first17 + alphabet[(31 - sum) % 31]
}

const withInnerCheck = (first16: string) => {
  const weights = [3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((rest, weight, at) => rest + weight * parseInt(first16[8 + at]!, 36), 0)
  const check = (11 - (sum % 11)) % 11
  return first16 + (check === 10 ? 'X' : check)
}

const characters = (from: string, length: number) =>
  fc.string({ unit: fc.constantFrom(...from), minLength: length, maxLength: length })

const validCode = fc
  .tuple(characters(alphabet, 2), characters('0123456789', 6), characters(alphabet, 8))
  .map((parts) => withCheck(withInnerCheck(parts.join(''))))
