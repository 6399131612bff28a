import { expect, test } from '@jest/globals'
import { isMember, memberCount, wasMemberOn, withMember, withoutMember } from './membership.ts'

const [ana, bo] = ['sub_a', 'sub_b']

test('a member is one from the day of joining to the day of leaving', () => {
  const members = withoutMember(withMember([], ana, '2025-10-08'), ana, '2025-11-01')
  const days = ['2025-10-07', '2025-10-08', '2025-11-01', '2025-11-02']
  expect(days.map((day) => wasMemberOn(day, members, ana))).toEqual([false, true, true, false])
  expect(isMember(members, ana)).toBe(false)
})

test('who joins on an earlier day was a member since then, and is counted once', () => {
  const members = withMember(withMember([], ana, '2025-10-08'), ana, '2025-10-01')
  expect(members).toEqual([{ subjectId: ana, joinedOn: '2025-10-01' }])
  expect(withMember(members, ana, '2025-10-20')).toEqual(members)
})

test('who left and joins again stands there twice and is counted once', () => {
  const again = withMember(withoutMember(withMember([], ana, '2025-10-08'), ana, '2025-11-01'), ana, '2025-12-01')
  expect(again).toHaveLength(2)
  expect(memberCount(again)).toBe(1)
  expect(wasMemberOn('2025-11-15', again, ana)).toBe(false)
})

test('one who leaves takes nobody along', () => {
  const members = withoutMember(withMember(withMember([], ana, '2025-10-08'), bo, '2025-10-08'), ana, '2025-11-01')
  expect([isMember(members, ana), isMember(members, bo)]).toEqual([false, true])
})
