import { describe, expect, test } from '@jest/globals'
import { Unavailable, type AppendResult } from '../../src/index.ts'
import type { StoreUnderTest } from '../conformance.ts'
import { collect, endOf, follow, newCommand, newStream, opened, revisionsOf, several, ticks } from '../examples.ts'

/** Cases 31 and 32 only where connections can be cut. */
export const faults = (made: () => StoreUnderTest, makeStore: () => Promise<StoreUnderTest>) =>
  describe('when something breaks', () => {
    test('31 · connections cut in the middle of appends leave exactly one copy of each', async () => {
      const { store, cut } = made()
      if (!cut) return
      let lastCut: Promise<void> | undefined
      let done = 0
      let doneAtCut = -1
      const cutting = setInterval(() => {
        // A machine that is busy with other things gets through a few appends between two cuts too.
        if (done === doneAtCut) return
        doneAtCut = done
        lastCut = cut()
      }, 40)
      try {
        const expectations = ['no_stream', 'any'] as const
        const writers = Array.from({ length: 12 }, async (_, writer) => {
          for (let i = 0; i < 25; i++) {
            const stream = newStream()
            const events = several(1 + (i % 2))
            const options = writer % 3 === 0 ? { command: newCommand() } : {}
            const result = await store.append(stream, expectations[writer % 2]!, events, options)
            expect(result).toMatchObject({ ok: true, revision: BigInt(events.length - 1) })
            const stored = (await collect(store.read(stream))).map(({ id }) => id)
            expect(stored).toEqual(events.map(({ id }) => id))
            done++
          }
        })
        await Promise.all(writers)
      } finally {
        clearInterval(cutting)
        await lastCut
      }
    })

    test('32 · connections cut under a reader do not stop it', async () => {
      const { store, cut } = made()
      if (!cut) return
      const reader = follow(store.log, await endOf(store), 10)
      const stream = newStream()
      for (let i = 0; i < 40; i++) {
        await store.append(stream, 'any', [opened()], { command: newCommand() })
        if (i % 8 === 0) await cut()
        await ticks(5)
      }
      await reader.until(() => reader.seen.length >= 40)
      await reader.stop()
      expect(reader.seen.map(({ revision }) => Number(revision))).toEqual(Array.from({ length: 40 }, (_, i) => i))
    })

    test('32 · what another process appends arrives too', async () => {
      const { store, another } = made()
      if (!another) return
      const other = another()
      const reader = follow(store.log, await endOf(store))
      const stream = newStream()
      for (let i = 0; i < 5; i++) {
        await other.append(stream, 'any', [opened()])
        await ticks(60)
      }
      await reader.until(() => reader.seen.length >= 5)
      await reader.stop()
      await other.close()
      expect(reader.seen.map(({ stream }) => stream)).toEqual(Array(5).fill(stream))
    })

    test('34 · closing finishes what was accepted, lets readers go and refuses what comes later', async () => {
      const { store, end } = await makeStore()
      const stream = newStream()
      const accepted = Array.from({ length: 300 }, () => store.append(newStream(), 'no_stream', [opened()]))
      const last = store.append(stream, 'any', [opened()])
      const waiting = store.log.wake(new AbortController().signal, await endOf(store))
      await store.close()
      await waiting
      const results: AppendResult[] = await Promise.all([...accepted, last])
      expect(results.filter(({ ok }) => ok)).toHaveLength(301)
      await expect(store.append(newStream(), 'any', [opened()])).rejects.toThrow(Unavailable)
      await expect(store.log.page('start', { limit: 1 })).rejects.toThrow(Unavailable)
      await expect((async () => revisionsOf(store, stream))()).rejects.toThrow(Unavailable)
      await store.close()
      await end?.()
    })
  })
