import { describe, expect, test } from '@jest/globals'
import type { EventStore } from '../../src/index.ts'
import { newCommand, newStream, opened, revisionsOf, several } from '../examples.ts'

export const repeating = (store: () => EventStore) =>
  describe('repeating an append', () => {
    test('13 · the same events at the same revision get the first answer and are not recorded again', async () => {
      const stream = newStream()
      const first = several(2)
      const created = await store().append(stream, 'no_stream', first)
      expect(await store().append(stream, 'no_stream', first)).toEqual({ ...created, replayed: true })
      const second = several(2)
      const appended = await store().append(stream, 1n, second)
      expect(await store().append(stream, 1n, second)).toEqual({ ...appended, replayed: true })
      expect(await revisionsOf(store(), stream)).toEqual([0n, 1n, 2n, 3n])
    })

    test('14 · also after others have appended', async () => {
      const stream = newStream()
      const mine = several(2)
      const created = await store().append(stream, 'no_stream', mine)
      await store().append(stream, 1n, several(3))
      expect(await store().append(stream, 'no_stream', mine)).toEqual({ ...created, replayed: true })
      expect(await revisionsOf(store(), stream)).toHaveLength(5)
    })

    test('15 · events of which only some are there are a conflict', async () => {
      const stream = newStream()
      const mine = several(2)
      await store().append(stream, 'no_stream', mine)
      const conflict = { ok: false, reason: 'conflict', actual: 1n }
      expect(await store().append(stream, 'no_stream', [...mine, opened()])).toEqual(conflict)
      expect(await store().append(stream, 'no_stream', [mine[0]!, opened()])).toEqual(conflict)
      expect(await store().append(stream, 0n, [mine[1]!, opened()])).toEqual(conflict)
      expect(await store().append(stream, 'no_stream', mine.toReversed())).toEqual(conflict)
    })

    test('16 · other events at the same revision are a conflict', async () => {
      const stream = newStream()
      await store().append(stream, 'no_stream', [opened()])
      const other = await store().append(stream, 'no_stream', [opened()])
      expect(other).toEqual({ ok: false, reason: 'conflict', actual: 0n })
    })

    test('17 · the same event may stand in two streams', async () => {
      const event = opened()
      expect(await store().append(newStream(), 'no_stream', [event])).toMatchObject({ ok: true, replayed: false })
      expect(await store().append(newStream(), 'no_stream', [event])).toMatchObject({ ok: true, replayed: false })
    })

    test('a command leaves a trace of what it wrote', async () => {
      const stream = newStream()
      const command = newCommand()
      await store().append(stream, 'no_stream', several(2))
      expect(await store().traceOf(command.id)).toBeUndefined()
      await store().append(stream, 1n, several(3), { command })
      expect(await store().traceOf(command.id)).toEqual({
        fingerprint: command.fingerprint,
        stream,
        first: 2n,
        last: 4n,
      })
      expect(await store().traceOf('not a uuid')).toBeUndefined()
    })

    test('traces asked for at once are each of their own command', async () => {
      const commands = Array.from({ length: 40 }, () => newCommand())
      const streams = commands.map(() => newStream())
      await Promise.all(commands.map((command, i) => store().append(streams[i]!, 'any', [opened()], { command })))
      const traces = await Promise.all(commands.map(({ id }) => store().traceOf(id)))
      expect(traces.map((trace) => trace?.stream)).toEqual(streams)
    })

    test.each(['no_stream', 'any'] as const)(
      'a command repeated with the same events gets the first answer, with %s, also after others have appended',
      async (expected) => {
        const stream = newStream()
        const command = newCommand()
        const events = several(2)
        const first = await store().append(stream, expected, events, { command })
        expect(await store().append(stream, expected, events, { command })).toEqual({ ...first, replayed: true })
        await store().append(stream, 1n, [opened()])
        expect(await store().append(stream, expected, events, { command })).toEqual({ ...first, replayed: true })
        expect(await store().append(stream, 2n, events, { command })).toEqual({ ...first, replayed: true })
        expect(await revisionsOf(store(), stream)).toEqual([0n, 1n, 2n])
      },
    )

    test('a command never records anything else: other events, another request, another stream', async () => {
      const stream = newStream()
      const command = newCommand()
      const events = [opened()]
      await store().append(stream, 'no_stream', events, { command })
      const trace = { fingerprint: command.fingerprint, stream, first: 0n, last: 0n }
      const refused = { ok: false, reason: 'command-reused', trace }

      expect(await store().append(stream, 0n, [opened()], { command })).toEqual(refused)
      expect(await store().append(stream, 'no_stream', [opened()], { command })).toEqual(refused)
      expect(await store().append(stream, 0n, [...events, opened()], { command })).toEqual(refused)
      const otherRequest = { ...command, fingerprint: 'ffff' }
      expect(await store().append(stream, 'no_stream', events, { command: otherRequest })).toEqual(refused)
      const other = newStream()
      for (const expected of ['no_stream', 'any', 0n] as const)
        expect(await store().append(other, expected, events, { command })).toEqual(refused)
      expect(await revisionsOf(store(), stream)).toEqual([0n])
      expect(await revisionsOf(store(), other)).toEqual([])
    })

    test('of twenty appends that carry out one command at once, in one stream or many, exactly one records', async () => {
      const command = newCommand()
      const streams = Array.from({ length: 20 }, () => newStream())
      const results = await Promise.all(
        streams.map((stream) => store().append(stream, 'no_stream', [opened()], { command })),
      )
      expect(results.filter(({ ok }) => ok)).toHaveLength(1)
      const refusals = results.filter(({ ok }) => !ok)
      expect(refusals).toEqual(Array(19).fill(expect.objectContaining({ reason: 'command-reused' })))
      const counts = await Promise.all(streams.map(async (stream) => (await revisionsOf(store(), stream)).length))
      expect(counts.reduce((a, b) => a + b)).toBe(1)

      const stream = newStream()
      const events = several(2)
      const once = newCommand()
      const same = await Promise.all(
        Array.from({ length: 20 }, () => store().append(stream, 'any', events, { command: once })),
      )
      expect(same.filter((result) => result.ok && !result.replayed)).toHaveLength(1)
      expect(same.filter((result) => result.ok && result.replayed)).toHaveLength(19)
      expect(await revisionsOf(store(), stream)).toEqual([0n, 1n])
    })

    test('an append that is refused leaves its command free', async () => {
      const stream = newStream()
      const command = newCommand()
      await store().append(stream, 'no_stream', [opened()])
      const refused = await store().append(stream, 'no_stream', [opened()], { command })
      expect(refused).toEqual({ ok: false, reason: 'conflict', actual: 0n })
      expect(await store().traceOf(command.id)).toBeUndefined()
      expect(await store().append(stream, 0n, [opened()], { command })).toMatchObject({ ok: true, replayed: false })
    })
  })
