import { expect, test } from '@jest/globals'
import { isGrownUp } from './minors.ts'

const today = '2026-03-02'

test('who was born eighteen years ago is grown up from that day on', () => {
  expect(isGrownUp({}, { birthDate: '2008-03-02' }, today)).toBe(true)
  expect(isGrownUp({}, { birthDate: '2008-03-03' }, today)).toBe(false)
})

test('of whom only the month is known is grown up when it is over', () => {
  expect(isGrownUp({ birthYearMonth: '2008-02' }, {}, today)).toBe(true)
  expect(isGrownUp({ birthYearMonth: '2008-03' }, {}, today)).toBe(false)
})

test('a citizen’s number tells the birth date', () => {
  expect(isGrownUp({}, { idNumber: '11010519491231002X' }, today)).toBe(true)
  expect(isGrownUp({}, { idNumber: '11010519491231002X' }, '1967-12-30')).toBe(false)
})

test('where one thing speaks of a minor, the others do not count', () => {
  expect(isGrownUp({ birthYearMonth: '1980-01' }, { birthDate: '2012-05-01' }, today)).toBe(false)
  expect(isGrownUp({ birthYearMonth: '2012-05' }, { idNumber: '11010519491231002X' }, today)).toBe(false)
})

test('of whom nothing is known counts as a minor', () => {
  expect(isGrownUp({}, {}, today)).toBe(false)
  expect(isGrownUp({}, { idNumber: 'not a number' }, today)).toBe(false)
})
