import { setTimeout as sleep } from 'node:timers/promises'
import type { Position } from '@wushe/event-store'
import type pg from 'pg'
import { reaches, type Place } from './position.ts'
import { say } from './session.ts'

/**
 * Resolves true as soon as the follower, in whichever process it runs, has seen everything up to the position; false
 * after `ms` milliseconds, and at once when it has stopped. Throws ForeignPosition.
 */
export const waitForCheckpoint = async (pool: pg.Pool, name: string, position: Position, ms: number) => {
  const until = performance.now() + ms
  for (let looks = 0; ; looks++) {
    const here = atWork.get(pool)?.get(name)
    if (here) return here.wait(position, until - performance.now())
    const { rows } = await pool.query<{ position: Place; status: string }>(
      'select position, status from es.checkpoints where name = $1 order by version desc limit 1',
      [name],
    )
    if (rows[0] && reaches(rows[0].position, position)) return true
    if (rows[0]?.status === 'stopped' || performance.now() >= until) return false
    // Followers keep their place at leisure while there is nothing for them, unless somebody waits.
    if (looks % 5 === 0) await say(pool, 'wanted', name)
    await sleep(20)
  }
}

export type Waiters = {
  wait(position: Position, ms: number): Promise<boolean>
  /** Lets `ms` milliseconds pass, unless somebody waits or comes to wait, or until the signal. */
  dally(ms: number, signal: AbortSignal): Promise<void>
  /** The follower has come this far. */
  came(place: Place): void
  /** It goes no further for now: those who wait are told so. */
  halted(): void
  /** It works in this process no longer. */
  close(): void
}

/** Those in this process who wait for a follower of this process. */
export const openWaiters = (pool: pg.Pool, name: string, start: Place): Waiters => {
  const waiting = new Set<{ position: Position; answer: (reached: boolean) => void }>()
  let place = start
  let moving = true
  let hurry = () => {}

  const halted = () => {
    moving = false
    for (const { answer } of waiting) answer(false)
  }

  const waiters: Waiters = {
    wait: async (position, ms) => {
      if (reaches(place, position)) return true
      if (!moving) return false
      return new Promise((resolve) => {
        const waiter = {
          position,
          answer: (reached: boolean) => (waiting.delete(waiter), clearTimeout(end), resolve(reached)),
        }
        const end = setTimeout(() => waiter.answer(false), ms)
        waiting.add(waiter)
        hurry()
      })
    },
    came: (to) => {
      place = to
      moving = true
      for (const { position, answer } of waiting) if (reaches(to, position)) answer(true)
    },
    dally: async (ms, signal) => {
      if (ms <= 0 || waiting.size > 0 || signal.aborted) return
      await new Promise<void>((resolve) => {
        const go = () => (clearTimeout(end), signal.removeEventListener('abort', go), resolve())
        const end = setTimeout(go, ms)
        signal.addEventListener('abort', go)
        hurry = go
      })
    },
    halted,
    close: () => {
      halted()
      if (names.get(name) === waiters) names.delete(name)
    },
  }

  const names = atWork.get(pool) ?? new Map<string, Waiters>()
  atWork.set(pool, names.set(name, waiters))
  return waiters
}

const atWork = new WeakMap<pg.Pool, Map<string, Waiters>>()
