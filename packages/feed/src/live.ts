import type { EventLog } from '@wushe/event-store'
import type pg from 'pg'
import { save, type Cursor } from './checkpoint.ts'
import { Fenced, faultOf, Poisoned, type Fault } from './fault.ts'
import type { Mail } from './mail.ts'
import { patiently } from './patience.ts'
import type { Turns } from './turns.ts'
import { openWaiters } from './waiting.ts'

export type Became = (
  status: 'running' | 'retrying' | 'stopped' | 'standby' | 'building' | 'superseded' | 'ended',
  fault?: Fault,
) => void

type Task = {
  log: EventLog
  pool: pg.Pool
  cursor: Cursor
  turns: Turns
  /** As long as we hold the lock and are to go on. */
  term: AbortSignal
  mail: Mail
  became: Became
}

/** Turn after turn, at rest while there is nothing new. Throws Fenced. */
export const live = async ({ log, pool, cursor, turns, term, mail, became }: Task) => {
  const waiters = openWaiters(pool, cursor.name, cursor.stored)
  let savedAt = performance.now()
  let turnedAt = 0
  let applied = 0
  let pace = paceMs

  const step = async () => {
    if (mail.take('redrive')) await turns.redrive().catch(askAgain)
    turnedAt = performance.now()
    const turned = await turns.turn()
    applied = turned.applied
    became('running')
    waiters.came(cursor.read)
    if (cursor.read !== cursor.stored && (mail.isWanted() || performance.now() - savedAt > saveEveryMs)) {
      await save(pool, cursor)
      savedAt = performance.now()
    }
    return turned.caughtUp
  }

  const askAgain = (thrown: unknown) => {
    mail.put('redrive')
    throw thrown
  }

  const rest = async () => {
    if (term.aborted || mail.has('redrive')) return
    const end = new AbortController()
    const wake = () => end.abort(awake)
    const ignore = mail.listen(wake)
    const timer = cursor.read === cursor.stored ? undefined : setTimeout(wake, saveEveryMs)
    term.addEventListener('abort', wake)
    await log.wake(end.signal, cursor.read)
    term.removeEventListener('abort', wake)
    clearTimeout(timer)
    ignore()
    // What comes faster is taken together: one transaction for all of it, unless somebody waits for the first.
    const soon = performance.now() - turnedAt < paceMs
    pace = Math.min(slowestMs, applied > 0 ? applied * paceMs : soon ? pace * 2 : paceMs)
    if (!mail.isWanted()) await waiters.dally(turnedAt + pace - performance.now(), term)
  }

  try {
    while (!term.aborted) {
      try {
        const caughtUp = await patiently(term, step, (thrown) => became('retrying', faultOf(thrown)))
        if (caughtUp) await rest()
      } catch (thrown) {
        if (thrown instanceof Fenced) throw thrown
        became('stopped', faultOf(thrown instanceof Poisoned ? thrown : await turns.stop(thrown)))
        waiters.halted()
        if (await mail.heard(['redrive'], term)) mail.put('redrive')
      }
    }
    if (cursor.read !== cursor.stored) await save(pool, cursor).catch(() => {})
  } finally {
    waiters.close()
  }
}

/** How far the log was read is kept this often while nothing in it is for us, so that little is read twice. */
const saveEveryMs = 1000

/**
 * A turn begins this long after the one before, times the events which that one applied, or twice as long each time while
 * events come that are for others; but never longer than the second.
 */
const paceMs = 15
const slowestMs = 75

/** Reason enough; without one, every abort would make an error with a stack trace. */
const awake = 'awake'
