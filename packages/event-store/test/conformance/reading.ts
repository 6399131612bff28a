import { describe, expect, test } from '@jest/globals'
import type { EventStore } from '../../src/index.ts'
import { collect, newStream, opened, several } from '../examples.ts'

export const reading = (store: () => EventStore) =>
  describe('reading a stream', () => {
    test('18 · forwards, backwards, from a revision and only so many', async () => {
      const stream = newStream()
      await store().append(stream, 'no_stream', several(10))
      const read = async (options: Parameters<EventStore['read']>[1]) =>
        (await collect(store().read(stream, options))).map(({ revision }) => Number(revision))

      expect(await read({})).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      expect(await read({ from: 7n })).toEqual([7, 8, 9])
      expect(await read({ from: 2n, limit: 3 })).toEqual([2, 3, 4])
      expect(await read({ backwards: true })).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
      expect(await read({ backwards: true, limit: 1 })).toEqual([9])
      expect(await read({ backwards: true, from: 2n })).toEqual([2, 1, 0])
      expect(await read({ from: 10n })).toEqual([])
      expect(await read({ limit: 0 })).toEqual([])
      expect(await read({ backwards: true, limit: 0 })).toEqual([])
    })

    test('18 · a long stream is read to its end in both directions, and a reader may leave early', async () => {
      const stream = newStream()
      await store().append(stream, 'no_stream', several(1000))
      await store().append(stream, 999n, several(237))
      const all = Array.from({ length: 1237 }, (_, i) => BigInt(i))
      const revisions = async (options: Parameters<EventStore['read']>[1]) =>
        (await collect(store().read(stream, options))).map(({ revision }) => revision)

      expect(await revisions({})).toEqual(all)
      expect(await revisions({ from: 3n, limit: 1100 })).toEqual(all.slice(3, 1103))
      expect(await revisions({ backwards: true })).toEqual(all.toReversed())
      for await (const { revision } of store().read(stream)) if (revision === 3n) break
    })

    test('18 · streams read at once are each read whole', async () => {
      const streams = await Promise.all(
        Array.from({ length: 100 }, async (_, i) => {
          const stream = newStream()
          await store().append(stream, 'no_stream', several((i % 5) + 1))
          return stream
        }),
      )
      const events = await Promise.all(streams.map((stream) => collect(store().read(stream))))
      expect(events.map(({ length }) => length)).toEqual(streams.map((_, i) => (i % 5) + 1))
      expect(events.flat().every(({ revision }) => revision < 5n)).toBe(true)
      expect(events.map(([first]) => first!.stream)).toEqual(streams)
    })

    test('19 · a stream that does not exist has no events', async () => {
      expect(await collect(store().read(newStream()))).toEqual([])
      expect(await collect(store().read(newStream(), { backwards: true }))).toEqual([])
    })

    test('20 · data comes back exactly: unicode, numbers as they were written, empty things, order of keys', async () => {
      const texts = [
        '{"z":1,"a":2,"\\u00e9":"é","𠮷":"👩‍👩‍👧 中文 \\u0001 \\\\u0000"}',
        '{"zero":-0,"large":1e21,"exact":"9007199254740993","precise":0.1,"long":1234567890.123456789}',
        '{"nothing":null,"object":{},"list":[],"nested":{"a":[null,{"b":null}]}}',
        '{"2":"b","1":"a","twice":1,"quote":"\\"","slash":"\\/","line":"a\\nb"}',
      ]
      const stream = newStream()
      await store().append(
        stream,
        'no_stream',
        texts.map((data) => opened({ data, sealed: data, meta: data })),
      )
      const events = await collect(store().read(stream))
      for (const field of ['data', 'sealed', 'meta'] as const) {
        expect(events.map((event) => event[field])).toEqual(texts.map((text) => JSON.parse(text)))
        expect(events.map((event) => JSON.stringify(event[field]))).toEqual(
          texts.map((text) => JSON.stringify(JSON.parse(text))),
        )
      }
    })

    test('21 · everything about an event comes back as it was given, with its place and time', async () => {
      const stream = newStream()
      const event = opened({ type: 'CaseReopened', schema: 3, sealed: '{"note":"c2VhbGVk"}', entry: allBytes })
      const before = Date.now()
      const result = await store().append(stream, 'no_stream', [event, opened()])
      const [first, second] = await collect(store().read(stream))
      expect(first).toEqual({
        id: event.id,
        type: 'CaseReopened',
        schema: 3,
        stream,
        revision: 0n,
        position: expect.any(String),
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
        data: JSON.parse(event.data),
        sealed: { note: 'c2VhbGVk' },
        meta: JSON.parse(event.meta),
        entry: expect.anything(),
      })
      expect(new Uint8Array(first!.entry)).toEqual(allBytes)
      expect(Math.abs(Date.parse(first!.at) - before)).toBeLessThan(60_000)
      expect(second!.sealed).toBeNull()
      expect(result).toMatchObject({ ok: true, position: second!.position })
    })
  })

const allBytes = Uint8Array.from({ length: 256 }, (_, i) => i)
