import {
  Unavailable,
  type EventLog,
  type LogFilter,
  type LogPage,
  type Position,
  type Recorded,
} from '../event-store.ts'
import { unavailable } from '../patience.ts'
import { openCursor, type Cursor } from './cursor.ts'
import { fromWire } from './event.ts'
import { at, beginning, placeOf } from './position.ts'
import type { Session } from './session.ts'

/**
 * The log of our categories. The server can filter only what it sends to a subscription, so every reader has one, which
 * waits at the position where he will read on; who reads from elsewhere gets a new one.
 */
export const openLog = (session: Session, categories: readonly string[]) => {
  const prefixes = categories.map((category) => `${category}-`)
  const ours = (stream: string) => prefixes.some((prefix) => stream.startsWith(prefix))
  /** The last positions of events of ours: seen in the log itself, and heard of from an append, perhaps not yet seen. */
  let seen = ''
  let known = ''
  let closed = false
  let resting: Resting[] = []
  const sleepers = new Set<() => void>()

  /** An append of this process ended here. */
  const hear = (position: Position) => {
    if (position <= known) return
    known = position
    for (const look of sleepers) look()
  }
  const see = (position: Position) => {
    if (position > seen) seen = position
    hear(position)
  }

  const open = (after: Position) => openCursor({ session, prefixes, after, arrived: see })

  const resumeAt = (after: Position): Cursor => {
    const found = resting.find((one) => one.at === after)
    if (!found) return open(after)
    clearTimeout(found.expiry)
    resting = resting.filter((one) => one !== found)
    return found.cursor
  }

  const rest = (cursor: Cursor, position: Position) => {
    if (closed || resting.some((one) => one.at === position)) return cursor.close()
    const one: Resting = { cursor, at: position, pins: 0, expiry: setTimeout(() => expire(one), restMs) }
    resting.push(one)
    const surplus = resting.length > mostResting && resting.find(({ pins }) => pins === 0)
    if (surplus) drop(surplus)
  }

  const expire = (one: Resting) => {
    if (one.pins === 0) drop(one)
    else one.expiry = setTimeout(() => expire(one), restMs)
  }

  const drop = (one: Resting) => {
    clearTimeout(one.expiry)
    resting = resting.filter((other) => other !== one)
    one.cursor.close()
  }

  const page: EventLog['page'] = async (after, { limit, filter }) => {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`${limit} is not a number of events.`)
    placeOf(after)
    const from = after === 'start' ? beginning : after
    const cursor = resumeAt(from)
    try {
      const found = await fill(cursor, from, limit, filter)
      rest(cursor, found.scannedTo)
      return found
    } catch (error) {
      // What it has given is lost with this page; the next one begins anew.
      cursor.close()
      throw error
    }
  }

  const fill = async (cursor: Cursor, from: Position, limit: number, filter?: LogFilter): Promise<LogPage> => {
    const events: Recorded[] = []
    const wanted = known
    const start = performance.now()
    let scannedTo = from
    let looked = 0
    for (;;) {
      if (closed) throw new Unavailable('The store is closed.')
      const item = cursor.take()
      const waited = performance.now() - start
      if (item) {
        scannedTo = item.position
        if (item.event && passes(item.event, filter)) events.push(fromWire(item.event))
        if (events.length === limit || ++looked === window) return { events, scannedTo, caughtUp: false }
      } else if (cursor.isAtEnd() && (scannedTo >= wanted || waited > graceMs)) {
        // An append answered a position that no event has: believe the log.
        if (scannedTo < wanted && known === wanted) known = seen
        return { events, scannedTo, caughtUp: true }
      } else if (scannedTo > from && waited > fillMs) return { events, scannedTo, caughtUp: false }
      else if (waited > session.patience) throw unavailable(cursor.fault())
      else await cursor.change(scannedTo > from ? fillMs : 100)
    }
  }

  const wake = (signal: AbortSignal, after?: Position | 'start'): Promise<void> =>
    new Promise((resolve) => {
      const from = after === 'start' ? beginning : after
      const isNews = () => from !== undefined && known > from
      if (closed || signal.aborted || isNews()) return resolve()
      // Held open, so that it hears what others append.
      if (from !== undefined && !resting.some((one) => one.at === from)) rest(open(from), from)
      const held = resting.find((one) => one.at === from)
      if (held) held.pins++
      const before = known
      const go = () => {
        clearTimeout(idle)
        signal.removeEventListener('abort', go)
        sleepers.delete(look)
        if (held) held.pins--
        resolve()
      }
      const look = () => {
        if (closed || (from === undefined ? known > before : isNews())) go()
      }
      // With a position only as a safety net: whoever then reads finds out what is wrong.
      const idle = setTimeout(go, from === undefined ? 200 : 5_000)
      sleepers.add(look)
      signal.addEventListener('abort', go)
    })

  const head: EventLog['head'] = async () => {
    let count = 32
    for (let before: { fromPosition?: { commit: bigint; prepare: bigint } } = {}; ;) {
      const events = await session.latest({ ...before, maxCount: count })
      for (const { streamId, position } of events) {
        if (!position) continue
        if (at(position) <= seen) return seen as Position
        if (!ours(streamId)) continue
        see(at(position))
        return at(position)
      }
      const furthest = events.at(-1)?.position
      if (events.length < count || !furthest) return 'start'
      before = { fromPosition: furthest }
      count = Math.min(count * 8, 2_048)
    }
  }

  return {
    log: { page, wake, head } satisfies EventLog,
    hear,
    ours,
    close: () => {
      closed = true
      resting.forEach(drop)
      for (const look of sleepers) look()
    },
  }
}

type Resting = { cursor: Cursor; at: Position; pins: number; expiry: NodeJS.Timeout }

/** How long, and how many, subscriptions wait for their reader to come back. */
const restMs = 60_000
const mostResting = 16

/** How many events one page looks at, at most. */
const window = 2_000

/** How long a page that has something waits for more, and one that misses what was appended for that. */
const fillMs = 20
const graceMs = 2_000

const passes = ({ streamId, type }: { streamId: string; type: string }, { categories, types }: LogFilter = {}) =>
  (categories === undefined || categories.includes(streamId.slice(0, streamId.indexOf('-')))) &&
  (types === undefined || types.includes(type))
