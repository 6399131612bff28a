import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { learntAt, microsOf, timeOf } from './learning.ts'

const moment = fc.integer({ min: 0, max: 5_000 })

test('each event is learnt later than all before it, after what is settled, and never earlier than it was recorded', () => {
  fc.assert(
    fc.property(
      fc.array(moment, { minLength: 1 }),
      fc.record({ learnt: moment, settled: moment, now: moment }),
      (recorded, after) => {
        const learnt = learntAt(recorded, after)
        expect(learnt).toHaveLength(recorded.length)
        learnt.forEach((at, i) => {
          expect(at).toBeGreaterThan(i === 0 ? Math.max(after.learnt, after.settled) : learnt[i - 1]!)
          expect(at).toBeGreaterThanOrEqual(Math.min(recorded[i]!, after.now))
        })
      },
    ),
  )
})

test('an event whose moment is free is learnt at the moment it was recorded', () => {
  expect(learntAt([100, 200, 250], { learnt: 50, settled: 60, now: 1000 })).toEqual([100, 200, 250])
})

test('an event recorded by a clock that runs ahead is learnt now', () => {
  expect(learntAt([5000], { learnt: 50, settled: 60, now: 1000 })).toEqual([1000])
})

test('times keep their microseconds on the way to numbers and back', () => {
  expect(timeOf(microsOf('2026-03-03T10:12:09.123456Z'))).toBe('2026-03-03T10:12:09.123456Z')
  expect(timeOf(microsOf('2026-03-03T18:12:09.12+08:00'))).toBe('2026-03-03T10:12:09.120000Z')
  expect(timeOf(microsOf('2026-03-03T10:12:09Z'))).toBe('2026-03-03T10:12:09.000000Z')
})
