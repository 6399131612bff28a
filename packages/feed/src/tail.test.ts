import { expect, test } from '@jest/globals'
import { memoryEventStore, type EventLog, type Position } from '@wushe/event-store'
import { record } from './following.fixture.ts'
import type { Place } from './position.ts'
import { sharedTail } from './tail.ts'

/** A log that counts how often it is asked. */
const counted = (log: EventLog) => {
  const asked = { pages: 0, wakes: 0, waking: 0, mostWaking: 0 }
  const counting: EventLog = {
    page: (...args) => {
      asked.pages++
      return log.page(...args)
    },
    wake: async (...args) => {
      asked.wakes++
      asked.mostWaking = Math.max(asked.mostWaking, ++asked.waking)
      await log.wake(...args)
      asked.waking--
    },
    head: () => log.head(),
  }
  return { log: counting, asked }
}

/** Follows a log until it has seen `last`, as many do at once. */
const follower = async (log: EventLog, last: () => Position | undefined, types?: string[]) => {
  const seen: string[] = []
  const signal = new AbortController().signal
  let at: Place = 'start'
  while (!last() || at < last()!) {
    const page = await log.page(at, { limit: 50, ...(types && { filter: { types } }) })
    seen.push(...page.events.map(({ position }) => position))
    at = page.scannedTo
    if (page.caughtUp && !(last() && at >= last()!)) await log.wake(signal, at)
  }
  return seen
}

test('many followers of one log read each page once', async () => {
  const store = memoryEventStore()
  const { log, asked } = counted(store.log)
  const tail = sharedTail(log)
  const last: { position?: Position } = {}
  const end = () => last.position
  const all = Array.from({ length: 30 }, (_, i) => follower(tail, end, i % 3 === 0 ? ['Rare'] : undefined))
  let position: Position | undefined
  for (let round = 0; round < 40; round++) {
    position = await record(store, `case-${round % 7}`, 3, round % 10 === 0 ? 'Rare' : 'Happened')
    if (round % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  Object.assign(last, { position })
  const [rare, ...seen] = await Promise.all(all)
  const everything = (await store.log.page('start', { limit: 1000 })).events
  expect(rare).toEqual(everything.filter(({ type }) => type === 'Rare').map(({ position }) => position))
  expect(seen[0]).toEqual(everything.map(({ position }) => position))
  // 30 followers on their own would have read 30 times as often; 40 appends in 10 bursts can be read in 11 pages.
  expect(asked.pages).toBeLessThanOrEqual(42)
  expect(asked.mostWaking).toBe(1)
})

test('who is behind what is kept reads the log itself and misses nothing at the seam', async () => {
  const store = memoryEventStore()
  const tail = sharedTail(store.log, { keep: 20 })
  await tail.page('start', { limit: 1 })
  const last = await record(store, 'case-1', 300)
  const read = async (limit: number, types?: string[]) => {
    const seen: string[] = []
    for (let at: Place = 'start'; ;) {
      const page = await tail.page(at, { limit, ...(types && { filter: { types } }) })
      expect(page.events.length).toBeLessThanOrEqual(limit)
      seen.push(...page.events.map(({ position }) => position))
      at = page.scannedTo
      if (page.caughtUp) break
    }
    return seen
  }
  const all = (await store.log.page('start', { limit: 1000 })).events.map(({ position }) => position)
  expect(all.at(-1)).toBe(last)
  for (const limit of [1, 7, 19, 20, 21, 500]) expect(await read(limit)).toEqual(all)
  expect(await read(50, ['Nothing'])).toEqual([])
  expect(await read(50, ['Happened'])).toEqual(all)
})

test('an event that comes between a page and the wait is not slept over', async () => {
  const store = memoryEventStore()
  const tail = sharedTail(store.log)
  const { scannedTo } = await tail.page('start', { limit: 10 })
  await record(store, 'case-1')
  const start = performance.now()
  await tail.wake(new AbortController().signal, scannedTo)
  expect(performance.now() - start).toBeLessThan(50)
})

test('a wait ends with its signal, and the log is left in peace when nobody waits', async () => {
  const { log, asked } = counted(memoryEventStore().log)
  const tail = sharedTail(log)
  const { scannedTo } = await tail.page('start', { limit: 1 })
  const [one, two] = [new AbortController(), new AbortController()]
  const waits = [tail.wake(one.signal, scannedTo), tail.wake(two.signal, scannedTo)]
  one.abort()
  await waits[0]
  expect(asked.waking).toBe(1)
  two.abort()
  await waits[1]
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(asked.waking).toBe(0)
})

test('a fault of the log reaches all who asked, and the next one asks again', async () => {
  const store = memoryEventStore()
  await record(store, 'case-1', 3)
  let down = true
  const tail = sharedTail({
    ...store.log,
    page: async (...args) => (down ? Promise.reject(new Error('down')) : store.log.page(...args)),
  })
  const asked = await Promise.allSettled([tail.page('start', { limit: 9 }), tail.page('start', { limit: 9 })])
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  down = false
  expect((await tail.page('start', { limit: 9 })).events).toHaveLength(3)
})
