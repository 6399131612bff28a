import type { EventLog, LogFilter, LogPage, Recorded } from '@wushe/event-store'
import { compare, reaches, type Place } from './position.ts'

/**
 * The same log for many followers in one process: each page of its newest part is read once, whoever asks. The last
 * `keep` events stay in memory; who is further behind reads the log itself. Events are shared: do not change them.
 */
export const sharedTail = (log: EventLog, { keep = 2000 } = {}): EventLog => {
  const alarm = sharedWake(log)
  const direct = coalesced(log)
  /** Everything after `from` up to `to` is in `kept`; until the first reading there is no `from`. */
  let from: Place | undefined
  let to: Place = 'start'
  let kept: Recorded[] = []
  let complete = false
  let reading: Promise<void> | undefined

  const readOn = () => (reading ??= read().finally(() => (reading = undefined)))

  const read = async () => {
    alarm.set()
    if (from === undefined) from = to = await log.head()
    const page = await log.page(to, { limit: pageSize })
    kept.push(...page.events)
    to = page.scannedTo
    complete = page.caughtUp
    const surplus = kept.length - keep
    if (surplus <= 0) return
    from = kept[surplus - 1]!.position
    kept = kept.slice(surplus)
  }

  const caughtUp = () => complete && !alarm.rung()

  return {
    page: async (after, options) => {
      if (from === undefined || (reaches(after, to) && !caughtUp())) await readOn()
      if (compare(after, from!) < 0) return direct(after, options)
      const { events, full } = matching(kept, after, options)
      if (full) return { events, scannedTo: events.at(-1)!.position, caughtUp: false }
      return { events, scannedTo: (reaches(after, to) ? after : to) as LogPage['scannedTo'], caughtUp: caughtUp() }
    },
    wake: (signal) => alarm.wait(signal),
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
    if (compare(kept[middle]!.position, after) > 0) high = middle
    else low = middle + 1
  }
  return low
}

const matches = ({ categories, types }: LogFilter, { stream, type }: Recorded) =>
  (!types || types.includes(type)) && (!categories || categories.includes(stream.slice(0, stream.indexOf('-'))))

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

/**
 * One wake of the log under way at a time. It is set before the log is read, so that an event that comes between a
 * reader's page and its wait is not slept through; once rung, it stays so until the log is read again.
 */
const sharedWake = (log: EventLog) => {
  let underWay: Promise<void> | undefined
  let stop = new AbortController()
  let waiting = 0

  const set = () => {
    underWay ??= log.wake(stop.signal).then(() => (underWay = undefined))
  }

  return {
    set,
    rung: () => underWay === undefined,
    wait: async (signal: AbortSignal) => {
      if (signal.aborted || !underWay) return
      waiting++
      await unlessAborted(underWay, signal)
      waiting--
      if (!signal.aborted || waiting > 0) return
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
