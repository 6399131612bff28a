import type { Posted } from '@wushe/slice'

export type Outcome = {
  status: 'delivered' | 'pending' | 'failed'
  attempts: number
  /** RFC 3339: when it is tried again. */
  nextAt: string
  /** Until then the endpoint is sent nothing at all. */
  pausedUntil?: string
  /** It said that it is gone for good. */
  gone?: true
  lastStatus?: number
  lastError?: 'timed-out' | 'address-not-allowed' | 'not-reached' | 'answered' | 'redirected'
}

/** What comes of an attempt: delivered, or when to try again, over 75 hours, and then no more. */
export const outcomeOf = (posted: Posted, before: number, now: string, chance: number): Outcome => {
  const attempts = before + 1
  const wait = waits[attempts]
  const spread = 0.9 + chance * 0.2
  const asked = 'status' in posted ? secondsAsked(posted.retryAfter, now) : 0
  const nextAt = later(now, Math.max((wait ?? 0) * spread, asked))
  if ('failed' in posted) {
    const lastError = posted.failed
    return wait === undefined
      ? { status: 'failed', attempts, nextAt: now, lastError }
      : { status: 'pending', attempts, nextAt, pausedUntil: later(now, waits[1]! * spread), lastError }
  }
  const { status: lastStatus } = posted
  if (lastStatus >= 200 && lastStatus < 300) return { status: 'delivered', attempts, nextAt: now, lastStatus }
  // Sent again when its owner resumes it.
  if (lastStatus === 410)
    return { status: 'pending', attempts: before, nextAt: now, pausedUntil: later(now, 5), gone: true, lastStatus }
  const lastError = lastStatus >= 300 && lastStatus < 400 ? 'redirected' : 'answered'
  if (wait === undefined) return { status: 'failed', attempts, nextAt: now, lastStatus, lastError }
  const busy = throttling.includes(lastStatus) || asked > 0
  return { status: 'pending', attempts, nextAt, ...(busy && { pausedUntil: nextAt }), lastStatus, lastError }
}

const [second, minute, hour] = [1, 60, 3600]
/** Before the first attempt, the second one, … */
const waits = [0, 5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour]

const throttling = [429, 502, 504]

/** Retry-After in seconds or as a date, and no more than a day of it. */
const secondsAsked = (retryAfter: string | undefined, now: string) => {
  if (retryAfter === undefined) return 0
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - Date.parse(now)) / 1000
  return Number.isNaN(seconds) ? 0 : Math.min(Math.max(seconds, 0), 24 * hour)
}

const later = (now: string, seconds: number) => new Date(Date.parse(now) + seconds * 1000).toISOString()
