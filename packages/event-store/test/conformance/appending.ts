import { describe, expect, test } from '@jest/globals'
import { limits, NotStorable, type EventStore } from '../../src/index.ts'
import { newCommand, newStream, opened, revisionsOf, several } from '../examples.ts'

export const appending = (store: () => EventStore) =>
  describe('appending', () => {
    test('1 · a new stream begins at revision 0', async () => {
      const stream = newStream()
      const result = await store().append(stream, 'no_stream', [opened()])
      expect(result).toEqual({ ok: true, revision: 0n, position: expect.any(String), replayed: false })
      expect(await revisionsOf(store(), stream)).toEqual([0n])
    })

    test('2 · a stream that exists is not created again, and the answer says how far it has come', async () => {
      const stream = newStream()
      await store().append(stream, 'no_stream', several(3))
      const again = await store().append(stream, 'no_stream', [opened()])
      expect(again).toEqual({ ok: false, reason: 'conflict', actual: 2n })
    })

    test('3 · who knows the last revision may append after it', async () => {
      const stream = newStream()
      await store().append(stream, 'no_stream', several(2))
      expect(await store().append(stream, 1n, [opened()])).toMatchObject({ ok: true, revision: 2n })
    })

    test('4 · who knows an older revision is told the last one', async () => {
      const stream = newStream()
      await store().append(stream, 'no_stream', several(2))
      expect(await store().append(stream, 0n, [opened()])).toEqual({ ok: false, reason: 'conflict', actual: 1n })
      expect(await revisionsOf(store(), stream)).toEqual([0n, 1n])
    })

    test('5 · a revision that is not reached yet is a conflict, also where there is no stream', async () => {
      const stream = newStream()
      const missing = await store().append(stream, 0n, [opened()])
      expect(missing).toEqual({ ok: false, reason: 'conflict', actual: 'no_stream' })
      await store().append(stream, 'no_stream', [opened()])
      expect(await store().append(stream, 7n, [opened()])).toEqual({ ok: false, reason: 'conflict', actual: 0n })
    })

    test('6 · "the stream exists" is refused where it does not and enough where it does', async () => {
      const stream = newStream()
      const missing = await store().append(stream, 'stream_exists', [opened()])
      expect(missing).toEqual({ ok: false, reason: 'conflict', actual: 'no_stream' })
      await store().append(stream, 'no_stream', [opened()])
      expect(await store().append(stream, 'stream_exists', several(2))).toMatchObject({ ok: true, revision: 2n })
    })

    test('7 · "any" creates a stream and goes on with it', async () => {
      const stream = newStream()
      expect(await store().append(stream, 'any', [opened()])).toMatchObject({ ok: true, revision: 0n })
      expect(await store().append(stream, 'any', several(2))).toMatchObject({ ok: true, revision: 2n })
      expect(await revisionsOf(store(), stream)).toEqual([0n, 1n, 2n])
    })

    test('8 · the events of one append follow each other without a gap', async () => {
      const stream = newStream()
      expect(await store().append(stream, 'no_stream', several(5))).toMatchObject({ ok: true, revision: 4n })
      expect(await store().append(stream, 4n, several(3))).toMatchObject({ ok: true, revision: 7n })
      expect(await revisionsOf(store(), stream)).toEqual([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n])
    })

    test('9 · an append of nothing is refused', async () => {
      await expect(store().append(newStream(), 'any', [])).rejects.toThrow(NotStorable)
    })

    test('10 · of twenty who create a stream at once, exactly one does', async () => {
      const stream = newStream()
      const results = await atOnce(20, () => store().append(stream, 'no_stream', [opened()]))
      expect(results.filter(({ ok }) => ok)).toHaveLength(1)
      expect(results.filter(({ ok }) => !ok)).toEqual(Array(19).fill({ ok: false, reason: 'conflict', actual: 0n }))
      expect(await revisionsOf(store(), stream)).toEqual([0n])
    })

    test('11 · of twenty who append at the same revision, exactly one does', async () => {
      const stream = newStream()
      await store().append(stream, 'no_stream', [opened()])
      const results = await atOnce(20, () => store().append(stream, 0n, [opened()]))
      expect(results.filter(({ ok }) => ok)).toHaveLength(1)
      expect(await revisionsOf(store(), stream)).toEqual([0n, 1n])
    })

    test('12 · twenty who append whatever the revision all do, one after the other', async () => {
      const stream = newStream()
      const results = await atOnce(20, () => store().append(stream, 'any', [opened()]))
      const revisions = results.map((result) => (result.ok ? Number(result.revision) : -1)).sort((a, b) => a - b)
      expect(revisions).toEqual(Array.from({ length: 20 }, (_, i) => i))
      expect(await revisionsOf(store(), stream)).toHaveLength(20)
    })

    test.each([
      ['without an id', 'case'],
      ['with an empty id', 'case-'],
      ['without a category', '-1'],
      ['with a capital first', 'Case-1'],
      ['with a space', 'case-a b'],
      ['with an accent', 'case-é'],
      ['with a line end', 'case-1\n'],
      ['with a sign first', '$case-1'],
      ['longer than the limit', `case-${'x'.repeat(limits.streamName - 4)}`],
      ['of ten thousand characters', `case-${'x'.repeat(10_000)}`],
    ])('22 · a name %s is refused', async (_, name) => {
      await expect(store().append(name, 'any', [opened()])).rejects.toThrow(NotStorable)
    })

    test('22 · a name may be as long as the limit and holds letters, digits and _ . : - after its category', async () => {
      const name = `caseFile-${'x.Y_9:-'.repeat(40)}`.slice(0, limits.streamName)
      expect(await store().append(name, 'any', [opened()])).toMatchObject({ ok: true })
    })

    test('23 · more than a thousand events or 900 kB are refused before anything is sent', async () => {
      const megabyte = opened({ data: JSON.stringify({ text: 'x'.repeat(1_000_000) }) })
      await expect(store().append(newStream(), 'any', [megabyte])).rejects.toThrow(NotStorable)
      await expect(store().append(newStream(), 'any', several(1001))).rejects.toThrow(NotStorable)
      const stream = newStream()
      const full = { data: JSON.stringify({ text: 'é'.repeat(420_000) }) }
      expect(await store().append(stream, 'any', [opened(full)])).toMatchObject({ ok: true })
      expect(await store().append(stream, 0n, several(1000))).toMatchObject({ ok: true, revision: 1000n })
    })

    test.each([
      ['the character U+0000', { data: '{"a":"\\u0000"}' }],
      ['a lone surrogate', { meta: '{"a":"\ud800"}' }],
      ['what is not JSON', { sealed: '{"a":' }],
      ['an id that is no UUID', { id: 'first' }],
      ['an empty type', { type: '' }],
      ['a schema below 1', { schema: 0 }],
    ])('23 · %s is refused and leaves no trace', async (_, deviation) => {
      const stream = newStream()
      const command = newCommand()
      const events = [opened(), opened(deviation)]
      await expect(store().append(stream, 'no_stream', events, { command })).rejects.toThrow(NotStorable)
      expect(await revisionsOf(store(), stream)).toEqual([])
      expect(await store().traceOf(command.id)).toBeUndefined()
    })
  })

const atOnce = <T>(count: number, act: () => Promise<T>) => Promise.all(Array.from({ length: count }, act))
