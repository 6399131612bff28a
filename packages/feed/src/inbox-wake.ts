import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLog } from '@wushe/event-store'
import { numberOf } from './inbox-position.ts'

/**
 * Wakes those who wait for the inbox: at once for what this process added, otherwise by looking every 25 ms, and ever
 * more rarely, down to every 500 ms, while nothing comes. Nobody looks while nobody waits.
 */
export const waker = (headNow: () => Promise<bigint>) => {
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
    while (waiting.size > 0) {
      await sleep(Math.min(500, Math.max(25, (performance.now() - lively) / 4)), undefined, { ref: false })
      await headNow().then(added, () => {})
      for (const { after, go } of waiting) if (after === undefined) go()
    }
    looking = false
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
