import { refuse } from '@wushe/slice'
import type { Response } from 'express'
import { LRUCache } from 'lru-cache'
import { Refused } from './problem.ts'

export type Limits = {
  clientRequestsPerMinute: number
  clientWritesPerHour: number
  organisationRequestsPerMinute: number
  organisationWritesPerHour: number
  failuresPerMinute: number
}

/** A belt against a loop gone wild, far above what people do; an operator sets what a deployment can bear. */
export const defaultLimits: Limits = {
  clientRequestsPerMinute: 600_000,
  clientWritesPerHour: 6_000_000,
  organisationRequestsPerMinute: 1_200_000,
  organisationWritesPerHour: 12_000_000,
  failuresPerMinute: 600,
}

export type RateLimits = {
  /** Counts a request and says in the draft's headers what is left. Throws Refused `rate-limited`. */
  demand(res: Response, who: { orgId: string; keyId: string }, what: { writes: boolean; now: Date }): void
  /** Counts a failed proof of who asks. Throws Refused `rate-limited` instead of the refusal when there were too many. */
  failed(res: Response, address: string, now: Date): void
}

/**
 * Counts in windows that begin with a caller's first request, in this process alone: each copy of a service has its
 * own count. Headers: draft-ietf-httpapi-ratelimit-headers.
 */
export const openRateLimits = (limits: Limits): RateLimits => {
  const windows = new LRUCache<string, Window>({ max: 100_000 })
  // Apart, so that nobody pushes out what is counted of others by coming from many addresses.
  const failures = new LRUCache<string, Window>({ max: 50_000 })
  const policies = [
    { name: 'requests', of: 'keyId', quota: limits.clientRequestsPerMinute, seconds: 60 },
    { name: 'organisation-requests', of: 'orgId', quota: limits.organisationRequestsPerMinute, seconds: 60 },
    { name: 'writes', of: 'keyId', quota: limits.clientWritesPerHour, seconds: 3600 },
    { name: 'organisation-writes', of: 'orgId', quota: limits.organisationWritesPerHour, seconds: 3600 },
  ] as const
  const policy = policies.map(({ name, quota, seconds }) => `"${name}";q=${quota};w=${seconds}`).join(', ')

  const count = (key: string, seconds: number, at: number, by: number, among = windows): Window => {
    const known = among.get(key)
    const window = known && known.ends > at ? known : { used: 0, ends: at + seconds * 1000 }
    window.used += by
    if (window !== known) among.set(key, window)
    return window
  }
  const refuseOver = (res: Response, name: string, { ends }: Window, at: number) => {
    const retryAfter = Math.ceil((ends - at) / 1000)
    res.set('Retry-After', String(retryAfter))
    throw new Refused(refuse('rate-limited', { policy: name, retryAfter }))
  }

  return {
    demand: (res, who, { writes, now }) => {
      const at = now.getTime()
      let left = ''
      let over: (typeof policies)[number] | undefined
      for (const one of policies) {
        const by = one.seconds === 60 || writes ? 1 : 0
        const { used, ends } = count(`${one.name} ${who[one.of]}`, one.seconds, at, by)
        left += `${left && ', '}"${one.name}";r=${Math.max(0, one.quota - used)};t=${Math.ceil((ends - at) / 1000)}`
        if (by && used > one.quota) over ??= one
      }
      res.set('RateLimit-Policy', policy)
      res.set('RateLimit', left)
      if (over) refuseOver(res, over.name, windows.get(`${over.name} ${who[over.of]}`)!, at)
    },
    failed: (res, address, now) => {
      const window = count(address, 60, now.getTime(), 1, failures)
      if (window.used > limits.failuresPerMinute) refuseOver(res, 'failures', window, now.getTime())
    },
  }
}

type Window = { used: number; ends: number }
