import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLog } from '@wushe/event-store'
import type pg from 'pg'
import { numberOf } from './inbox-position.ts'
import { sessionOf } from './session.ts'

/** Said, in the transaction that adds, to the processes that wait for the inbox. */
export const inboxName = 'inbox'

/**
 * Wakes those who wait for the inbox: at once for what this process added or hears that another one has added. In case it
 * did not hear, it looks too: every 25 ms, and ever more rarely, down to every 1.5 s, while nothing comes. Nobody looks
 * while nobody waits.
 */
export const waker = (pool: pg.Pool, headNow: () => Promise<bigint>) => {
  const waiting = new Set<Waiting>()
  let known = 0n
  let lively = performance.now()
  let looking = false

  const added = (head: bigint) => {
    if (head <= known) return
    known = head
    lively = performance.now()
    for (const { after, go } of waiting) if (after === undefined || after < head) go()
  }

  const look = async () => {
    looking = true
    let hear = () => {}
    const leave = sessionOf(pool).overhear(inboxName, (word) => word === 'added' && hear())
    while (waiting.size > 0) {
      const heard = new Promise<void>((resolve) => (hear = resolve))
      const rest = Math.min(1500, Math.max(25, (performance.now() - lively) / 4))
      await Promise.race([heard, sleep(rest, undefined, { ref: false })])
      await headNow().then(added, () => {})
      for (const { after, go } of waiting) if (after === undefined) go()
    }
    looking = false
    leave()
  }

  const wake: EventLog['wake'] = (signal, position) =>
    new Promise((resolve) => {
      const after = position === undefined ? undefined : numberOf(position)
      if (signal.aborted || (after !== undefined && after < known)) return resolve()
      const go = () => {
        waiting.delete(one)
        signal.removeEventListener('abort', go)
        resolve()
      }
      const one = { after, go }
      waiting.add(one)
      signal.addEventListener('abort', go)
      if (!looking) void look()
    })

  return { wake, added }
}

type Waiting = { after: bigint | undefined; go: () => void }
