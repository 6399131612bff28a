import { expect, test } from '@jest/globals'
import { outcomeOf } from './outcome.ts'

const now = '2026-03-02T04:00:00.000Z'
const secondsTo = (time: string | undefined) => (Date.parse(time!) - Date.parse(now)) / 1000
const plainly = 0.5 // of chance: neither sooner nor later

test('what is answered with 2xx is delivered', () => {
  for (const status of [200, 202, 204, 299])
    expect(outcomeOf({ status }, 0, now, plainly)).toEqual({
      status: 'delivered',
      attempts: 1,
      nextAt: now,
      lastStatus: status,
    })
})

test('what is not, is tried ten times over 75 hours and a half, and then no more', () => {
  const waits: number[] = []
  for (let attempts = 0; ; attempts++) {
    const outcome = outcomeOf({ status: 500 }, attempts, now, plainly)
    if (outcome.status === 'failed') {
      expect(outcome.attempts).toBe(10)
      break
    }
    waits.push(secondsTo(outcome.nextAt))
  }
  expect(waits).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400])
  expect(waits.reduce((sum, one) => sum + one) / 3600).toBeCloseTo(75.6, 1)
})

test('not all come back at the same moment', () => {
  expect(secondsTo(outcomeOf({ status: 500 }, 1, now, 0).nextAt)).toBe(270)
  expect(secondsTo(outcomeOf({ status: 500 }, 1, now, 1).nextAt)).toBe(330)
})

test('a redirect is a failure', () =>
  expect(outcomeOf({ status: 302 }, 0, now, plainly)).toMatchObject({ status: 'pending', lastError: 'redirected' }))

test('410 says that it is gone, and loses nothing', () =>
  expect(outcomeOf({ status: 410 }, 3, now, plainly)).toMatchObject({ status: 'pending', attempts: 3, gone: true }))

test('who is too busy is left alone as a whole until the next attempt', () => {
  for (const status of [429, 502, 504]) {
    const { nextAt, pausedUntil } = outcomeOf({ status }, 2, now, plainly)
    expect([secondsTo(nextAt), pausedUntil]).toEqual([1800, nextAt])
  }
  expect(outcomeOf({ status: 500 }, 2, now, plainly).pausedUntil).toBeUndefined()
})

test('Retry-After is kept to, in seconds or as a date, for a day at most', () => {
  const wait = (retryAfter: string) => secondsTo(outcomeOf({ status: 503, retryAfter }, 0, now, plainly).nextAt)
  expect(wait('120')).toBe(120)
  expect(wait('Mon, 02 Mar 2026 05:00:00 GMT')).toBe(3600)
  expect(wait('9999999')).toBe(86_400)
  expect([wait('1'), wait('soon'), wait('-5'), wait('Mon, 02 Mar 2020 05:00:00 GMT')]).toEqual([5, 5, 5, 5])
  expect(outcomeOf({ status: 503, retryAfter: '120' }, 0, now, plainly).pausedUntil).toBeDefined()
})

test('who cannot be reached is not tried for all that waits at once', () => {
  const outcome = outcomeOf({ failed: 'timed-out' }, 4, now, plainly)
  expect([secondsTo(outcome.nextAt), secondsTo(outcome.pausedUntil)]).toEqual([18_000, 5])
  expect(outcomeOf({ failed: 'not-reached' }, 9, now, plainly).status).toBe('failed')
})
