import {
  comparePositions,
  type EventLog,
  type LogFilter,
  type LogPage,
  type Position,
  type Recorded,
} from '@wushe/event-store'
import { reaches, type Place } from './position.ts'

/**
 * The same log for many followers in one process: each page of its newest part is read once, whoever asks. The last
 * `keep` events stay in memory; who is further behind reads the log itself. Events are shared: do not change them.
 */
export const sharedTail = (log: EventLog, { keep = 2000 } = {}): EventLog => {
  const alarm = sharedWake(log)
  const older = coalesced(log)
  /** Everything after `from` up to `to` is in `kept`; until the first reading there is no `from`. */
  let from: Place | undefined
  let to: Place = 'start'
  let kept: Recorded[] = []
  let caughtUp = false
  let reading: Promise<void> | undefined

  const readOn = () => (reading ??= read().finally(() => (reading = undefined)))

  const read = async () => {
    if (from === undefined) from = to = await log.head()
    const page = await log.page(to, { limit: pageSize })
    kept.push(...page.events)
    to = page.scannedTo
    caughtUp = page.caughtUp
    const surplus = kept.length - keep
    if (surplus <= 0) return
    from = kept[surplus - 1]!.position
    kept = kept.slice(surplus)
  }

  return {
    page: async (after, options) => {
      let knowsEnd = alarm.isSet()
      if (from === undefined || (reaches(after, to) && !(caughtUp && knowsEnd))) {
        await readOn()
        knowsEnd = true
      }
      if (comparePositions(after, from!) < 0) return older(after, options)
      const { events, full } = matching(kept, after, options)
      if (full) return { events, scannedTo: events.at(-1)!.position, caughtUp: false }
      return { events, scannedTo: (reaches(after, to) ? after : to) as Position, caughtUp: caughtUp && knowsEnd }
    },
    wake: async (signal, after = to) => {
      if (reaches(after, to)) await alarm.wait(signal, to)
    },
    head: () => log.head(),
  }
}

const pageSize = 500

const matching = (kept: Recorded[], after: Place, { limit, filter }: { limit: number; filter?: LogFilter }) => {
  const events: Recorded[] = []
  for (let at = firstAfter(kept, after); at < kept.length; at++) {
    if (!filter || matches(filter, kept[at]!)) events.push(kept[at]!)
    if (events.length === limit) return { events, full: true }
  }
  return { events, full: false }
}

const firstAfter = (kept: Recorded[], after: Place) => {
  let low = 0
  let high = kept.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (comparePositions(kept[middle]!.position, after) > 0) high = middle
    else low = middle + 1
  }
  return low
}

const matches = ({ categories, types }: LogFilter, { stream, type }: Recorded) =>
  (!types || types.includes(type)) && (!categories || categories.includes(stream.split('-', 1)[0]!))

/** Followers that start together ask for the same old pages at the same time. */
const coalesced = (log: EventLog): EventLog['page'] => {
  const asked = new Map<string, Promise<LogPage>>()
  return (after, options) => {
    const question = JSON.stringify([after, options])
    const page = asked.get(question) ?? log.page(after, options).finally(() => asked.delete(question))
    asked.set(question, page)
    return page
  }
}

/** One wake of the log under way at a time, for all who wait. */
const sharedWake = (log: EventLog) => {
  let underWay: Promise<void> | undefined
  let stop = new AbortController()
  let waiting = 0

  return {
    isSet: () => underWay !== undefined,
    wait: async (signal: AbortSignal, after: Place) => {
      if (signal.aborted) return
      underWay ??= log.wake(stop.signal, after).finally(() => (underWay = undefined))
      waiting++
      await unlessAborted(underWay, signal)
      waiting--
      if (waiting > 0) return
      stop.abort()
      stop = new AbortController()
    },
  }
}

const unlessAborted = (promise: Promise<void>, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const settle = () => {
      signal.removeEventListener('abort', settle)
      resolve()
    }
    signal.addEventListener('abort', settle)
    void promise.then(settle)
  })
