import { describe, expect, test } from '@jest/globals'
import { ForeignPosition, type EventStore, type Position, type Recorded } from '../../src/index.ts'
import { collect, endOf, follow, newStream, opened, readOn, several, ticks, visible } from '../examples.ts'

export const following = (store: () => EventStore) =>
  describe('following the log', () => {
    test('24 · positions rise along the log, and revisions along every stream in it', async () => {
      const streams = Array.from({ length: 10 }, () => newStream())
      await Promise.all(streams.map((stream) => store().append(stream, 'no_stream', several(3))))
      await Promise.all(streams.map((stream) => store().append(stream, 2n, several(2))))
      await endOf(store())
      const { events } = await readOn(store().log, 'start')
      expectOrder(events)
      for (const stream of streams) expect(events.filter((event) => event.stream === stream)).toHaveLength(5)
    })

    test('25 · whoever follows while many write misses nothing and sees nothing twice', async () => {
      const from = await endOf(store())
      const reader = follow(store().log, from)
      const streams = Array.from({ length: 20 }, () => newStream())
      const acknowledged = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const written: string[] = []
          for (let i = 0; i < 30; i++) {
            const events = several(1 + (i % 3))
            const result = await store().append(streams[Math.floor(Math.random() * 20)]!, 'any', events)
            if (result.ok) written.push(...events.map(({ id }) => id))
          }
          return written
        }),
      )
      const ids = acknowledged.flat()
      await reader.until(() => reader.seen.length >= ids.length)
      await reader.stop()
      expect(reader.seen.map(({ id }) => id).sort()).toEqual(ids.sort())
      expectOrder(reader.seen)
    })

    test('26 · from the start of the log into the present there is no gap and no repetition', async () => {
      const stream = newStream()
      await store().append(stream, 'no_stream', several(50))
      const reader = follow(store().log, 'start', 7)
      const mine = () => reader.seen.filter((event) => event.stream === stream).map(({ revision }) => Number(revision))
      for (let i = 0n; i < 50n; i++) await store().append(stream, 49n + i, [opened()])
      await reader.until(() => mine().length >= 100)
      await reader.stop()
      expect(mine()).toEqual(Array.from({ length: 100 }, (_, i) => i))
    })

    test('27 · a page begins after its position, and positions of another store are refused', async () => {
      const stream = newStream()
      await visible(store(), await store().append(stream, 'no_stream', several(3)))
      const [first, second, third] = await collect(store().read(stream))
      const { events } = await readOn(store().log, first!.position)
      expect(events.map(({ id }) => id)).toEqual([second!.id, third!.id])
      const foreign = `other:${'0'.repeat(16)}` as Position
      await expect(store().log.page(foreign, { limit: 10 })).rejects.toThrow(ForeignPosition)
    })

    test('27 · the head is the last event, and after it there is nothing', async () => {
      const head = await visible(store(), await store().append(newStream(), 'no_stream', several(2)))
      expect(await store().log.head()).toBe(head)
      const page = await store().log.page(head, { limit: 10 })
      expect(page).toEqual({ events: [], scannedTo: head, caughtUp: true })
    })

    test('28 · who asks for some categories or types gets them alone, and moves on where none match', async () => {
      const from = await endOf(store())
      const claims = newStream('claim')
      await store().append(claims, 'no_stream', [opened({ type: 'Claimed' }), opened({ type: 'Confirmed' })])
      for (let i = 0; i < 5; i++) await store().append(newStream(), 'no_stream', several(3))
      const head = await endOf(store())

      const of = async (filter: object) => readOn(store().log, from, filter)
      expect((await of({ categories: ['claim'] })).events).toHaveLength(2)
      expect((await of({ types: ['Confirmed'] })).events.map(({ stream }) => stream)).toEqual([claims])
      expect((await of({ categories: ['case'], types: ['Confirmed'] })).events).toEqual([])
      expect((await of({ categories: ['case', 'claim'] })).events).toHaveLength(17)
      expect((await of({})).events).toHaveLength(18)
      for (const filter of [{ categories: ['claim'] }, { types: ['Nothing'] }, { categories: ['clai'] }])
        expect((await of(filter)).scannedTo).toBe(head)

      const half = await store().log.page(from, { limit: 2, filter: { categories: ['case'] } })
      expect(half).toMatchObject({ scannedTo: half.events[1]!.position, caughtUp: false })
    })

    test('29 · who stored how far he came goes on from there after a restart', async () => {
      const from = await endOf(store())
      for (let i = 0; i < 4; i++) await store().append(newStream(), 'no_stream', several(5))
      await endOf(store())
      const seen: string[] = []
      for (let after = from, done = false; !done;) {
        const page = await store().log.page(after, { limit: 3 })
        seen.push(...page.events.map(({ id }) => id))
        after = JSON.parse(JSON.stringify(page.scannedTo))
        done = page.caughtUp
      }
      expect(new Set(seen).size).toBe(21)
      expect(seen).toHaveLength(21)
    })

    test('30 · a slow reader is never handed more than it asked for', async () => {
      const from = await endOf(store())
      const stream = newStream()
      for (let i = 0; i < 10; i++) await store().append(stream, 'any', several(1000))
      await endOf(store())
      let seen = 0
      for (let after = from, done = false; !done;) {
        const { events, scannedTo, caughtUp } = await store().log.page(after, { limit: 250 })
        expect(events.length).toBeLessThanOrEqual(250)
        seen += events.length
        after = scannedTo
        done = caughtUp
        await ticks(1)
      }
      expect(seen).toBe(10_001)
    })

    test('33 · the position an append answers is that of its last event', async () => {
      const stream = newStream()
      for (const count of [1, 3]) {
        const result = await store().append(stream, 'any', several(count))
        const last = (await collect(store().read(stream, { backwards: true, limit: 1 })))[0]!
        expect(result).toMatchObject({ ok: true, position: last.position })
      }
    })

    test('a reader that waits is woken by an append within moments', async () => {
      const after = await endOf(store())
      const signal = new AbortController().signal
      await ticks(300)
      const waiting = store().log.wake(signal, after)
      await ticks(20)
      const start = performance.now()
      await store().append(newStream(), 'no_stream', [opened()])
      await waiting
      expect(performance.now() - start).toBeLessThan(200)
    })

    test('a reader does not sleep over an event that came before it began to wait', async () => {
      const after = await endOf(store())
      const result = await store().append(newStream(), 'no_stream', [opened()])
      await store().log.wake(new AbortController().signal, after)
      await visible(store(), result)
      expect((await store().log.page(after, { limit: 10 })).events).toHaveLength(1)
    })

    test('a reader that waits stops waiting when its signal says so', async () => {
      const after = await endOf(store())
      const stopping = new AbortController()
      const waits = [store().log.wake(stopping.signal), store().log.wake(stopping.signal, after)]
      stopping.abort()
      await Promise.all([...waits, store().log.wake(stopping.signal, after)])
    })

    test('a reader without a position is let go after the idle time even when nothing happens', async () => {
      await store().log.wake(new AbortController().signal)
    })
  })

const expectOrder = (events: readonly Recorded[]) => {
  const last = new Map<string, bigint>()
  events.forEach((event, i) => {
    if (i > 0) expect(event.position > events[i - 1]!.position).toBe(true)
    const before = last.get(event.stream)
    if (before !== undefined) expect(event.revision).toBe(before + 1n)
    last.set(event.stream, event.revision)
  })
}
