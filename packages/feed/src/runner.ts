import type { EventLog, Position } from '@wushe/event-store'
import type pg from 'pg'
import { claim, type Cursor } from './checkpoint.ts'
import { Fenced, faultOf, type Fault } from './fault.ts'
import type { Follower } from './follower.ts'
import { live, type Became } from './live.ts'
import { openMail } from './mail.ts'
import { patiently } from './patience.ts'
import type { Place } from './position.ts'
import { isRebuildDue, rebuild, type Progress } from './rebuild.ts'
import { sessionOf } from './session.ts'
import { openTurns, type Turns } from './turns.ts'
import { waitForCheckpoint } from './waiting.ts'

export type FollowOptions = {
  /** Of the database that holds the checkpoint and what the follower writes; best with `pipeline: true`. */
  pool: pg.Pool
  /** Who holds the checkpoint, for people who look: host and process. */
  owner: string
  /** Ends the following after the batch under way. */
  signal: AbortSignal
  /** Hears, a sentence at a time, what somebody should know. */
  log?: (line: string) => void
  onProgress?: (progress: Progress) => void
}

export type Health = {
  name: string
  revision: number
  /**
   * `standby`: another process works. `retrying`: the database or the log is out of reach. `stopped`: by an event that
   * cannot be applied. `building`: until the new tables are ready, those of an older revision serve as they are.
   * `superseded`: a newer revision serves.
   */
  status: 'standby' | 'running' | 'retrying' | 'stopped' | 'building' | 'superseded' | 'ended'
  /** How far the log was read; 'start' where another process reads it. */
  position: Place
  /** Age of the oldest event that was read and is not applied; 0 when there is none. */
  lagSeconds: number
  /** Number of events set aside. */
  parked: number
  error?: Fault
}

export type Running = {
  /** Has the follower, in whichever process, seen everything up to the position? Waits for it `ms` milliseconds. */
  waitFor(position: Position, ms: number): Promise<boolean>
  health(): Health
  /** Resolves after the signal, when everything is written and let go. */
  done: Promise<void>
}

/**
 * Follows a log exactly once: what the follower writes and its checkpoint are one transaction. Of several processes one
 * works and the others stand by; who was believed dead and comes back can write no more.
 */
export const follow = (log: EventLog, follower: Follower, options: FollowOptions): Running => {
  const { name, revision } = follower
  const { pool, owner, signal, onProgress, log: say = () => {} } = options
  const session = sessionOf(pool)
  const mail = openMail()
  let status: Health['status'] = 'standby'
  let error: Fault | undefined
  let cursor: Cursor | undefined
  let turns: Turns | undefined

  const became: Became = (next, fault) => {
    if (fault && fault.message !== error?.message) say(`${name}: ${next}. ${fault.message}`)
    if (!fault && error) say(`${name}: ${next} again.`)
    status = next
    error = fault
  }
  const retrying = (thrown: unknown) => became('retrying', faultOf(thrown))

  const run = async () => {
    const leave = session.listen(name, mail.put)
    while (!signal.aborted) {
      const lock = await session.lock(`${name} ${revision}`, signal)
      if (!lock) break
      const term = AbortSignal.any([signal, lock.lost])
      try {
        await patiently(term, () => serve(term), retrying)
      } catch (thrown) {
        if (thrown instanceof Fenced) say(thrown.message)
        else await halt(term, thrown)
      }
      cursor = turns = undefined
      await lock.release()
      became('standby')
    }
    await leave()
    became('ended')
  }

  const serve = async (term: AbortSignal) => {
    const claimed = await claim(pool, follower, owner)
    if (claimed.kind === 'ours') await work(term, claimed.cursor)
    if (claimed.kind === 'older') {
      became('building')
      await rebuild({ log, follower, pool, owner, signal: term, onProgress })
    }
    if (claimed.kind === 'newer') await waitBehind(term, claimed.revision)
  }

  const work = async (term: AbortSignal, ours: Cursor) => {
    cursor = ours
    turns = await openTurns({ log, follower, pool, cursor, table: (table) => table })
    if (turns.parked().again) mail.put('redrive')
    if (await isRebuildDue(pool, name)) mail.put('rebuild')
    const end = new AbortController()
    const rebuilding = rebuildWhenAsked(AbortSignal.any([term, end.signal]))
    try {
      await live({ log, pool, cursor, turns, term, mail, became })
    } finally {
      end.abort()
      await rebuilding
    }
  }

  const rebuildWhenAsked = async (until: AbortSignal) => {
    while (await mail.heard(['rebuild'], until)) {
      try {
        await rebuild({ log, follower, pool, owner, signal: until, onProgress })
        // It goes on from where the new tables are, even after an event that it had stopped at.
        mail.put('redrive')
      } catch (thrown) {
        say(`${name}: could not be built anew. ${faultOf(thrown).message}`)
      }
    }
  }

  /** The way back to an older revision: on request, and only when nobody runs the newer one. */
  const waitBehind = async (term: AbortSignal, newer: number) => {
    became('superseded', { message: `The tables are those of revision ${newer}, and this is revision ${revision}.` })
    if (!(await mail.heard(['rebuild'], term))) return
    const theirs = await session.lock(`${name} ${newer}`, AbortSignal.any([term, AbortSignal.timeout(2000)]))
    if (!theirs) return
    try {
      await rebuild({ log, follower, pool, owner, signal: term, onProgress, over: newer })
    } finally {
      await theirs.release()
    }
  }

  const halt = async (term: AbortSignal, thrown: unknown) => {
    became('stopped', faultOf(thrown))
    await mail.heard(['redrive', 'rebuild'], term)
  }

  return {
    waitFor: (position, ms) => waitForCheckpoint(pool, name, position, ms),
    health: () => ({
      ...{ name, revision, status, position: cursor?.read ?? 'start' },
      lagSeconds: secondsSince(turns?.oldest()),
      parked: turns?.parked().count ?? 0,
      ...(error && { error }),
    }),
    done: run(),
  }
}

const secondsSince = (at: string | undefined) =>
  at === undefined ? 0 : Math.max(0, (Date.now() - Date.parse(at)) / 1000)
