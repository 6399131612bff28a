import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { workingDaysAfter } from './working-days.ts'

test.each([
  ['2022-06-03', '2022-06-03', 0, 'the day itself is not after itself'],
  ['2022-06-03', '2022-06-06', 1, 'from Friday to Monday'],
  ['2022-06-04', '2022-06-05', 0, 'from Saturday to Sunday'],
  ['2022-06-05', '2022-06-06', 1, 'from Sunday to Monday'],
  ['2022-06-03', '2022-06-17', 10, 'two weeks from Friday to Friday'],
  ['2022-06-03', '2022-06-18', 10, 'the Saturday after them'],
  ['2022-06-03', '2022-06-20', 11, 'the Monday after them'],
  ['2022-12-30', '2023-01-02', 1, 'over the turn of the year'],
  ['2022-06-06', '2022-06-03', 0, 'backwards'],
])('from %s to %s there are %i working days: %s', (day, until, expected) =>
  expect(workingDaysAfter(day, until)).toBe(expected),
)

test('it is as if one counted day by day', () => {
  const days = fc.integer({ min: 0, max: 30_000 })
  const written = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10)
  fc.assert(
    fc.property(days, fc.integer({ min: 0, max: 60 }), (day, length) => {
      let counted = 0
      for (let one = day + 1; one <= day + length; one++) {
        const weekday = new Date(one * 86_400_000).getUTCDay()
        if (weekday !== 0 && weekday !== 6) counted++
      }
      expect(workingDaysAfter(written(day), written(day + length))).toBe(counted)
    }),
  )
})
