import { expect, test } from '@jest/globals'
import { status } from '@grpc/grpc-js'
import type { Fault } from '../../test/eventstoredb-double.ts'
import { collect, newCommand, newStream, opened, several, ticks } from '../../test/examples.ts'
import { withDouble } from '../../test/with-double.ts'
import { Unavailable, type Expected, type NewEvent } from '../event-store.ts'

const { double, store, open, idsIn } = withDouble()
const idsOf = (events: readonly NewEvent[]) => events.map(({ id }) => id)

test('an append at a wrong revision is sent once, and answered with the revision the stream has', async () => {
  const stream = newStream()
  await store().append(stream, 'no_stream', several(3))
  const before = double().counts.appends
  expect(await store().append(stream, 0n, [opened()])).toEqual({ ok: false, reason: 'conflict', actual: 2n })
  expect(double().counts.appends - before).toBe(1)
  expect(idsIn(stream)).toHaveLength(3)
})

const expectations: [string, Expected, boolean][] = [
  ['a new stream', 'no_stream', false],
  ['an exact revision', 1n, false],
  ['any revision', 'any', false],
  ['a stream that exists', 'stream_exists', false],
  ['a new stream, as a command', 'no_stream', true],
  ['an exact revision, as a command', 1n, true],
  ['any revision, as a command', 'any', true],
]
const written: [string, Omit<Fault & { kind: 'lose' }, 'of'> | Omit<Fault & { kind: 'tear' | 'silence' }, 'of'>][] = [
  ['a time-out', { kind: 'lose', code: status.DEADLINE_EXCEEDED }],
  ['a connection torn', { kind: 'tear' }],
  ['silence', { kind: 'silence' }],
]
for (const [name, fault] of written)
  test.each(expectations)(
    `events written and then answered with ${name} stand there once (%s)`,
    async (_, expected, asCommand) => {
      const impatient = open({ timeout: 200 })
      const stream = newStream()
      const before = expected === 'no_stream' ? [] : several(2)
      if (before.length > 0) await store().append(stream, 'any', before)
      const events = several(2)
      const command = asCommand ? newCommand() : undefined
      double().next({ ...fault, of: stream })
      const result = await impatient.append(stream, expected, events, command && { command })
      expect(result).toMatchObject({ ok: true, revision: BigInt(before.length + 1), replayed: !command })
      expect(idsIn(stream)).toEqual(idsOf([...before, ...events]))
      const last = (await collect(store().read(stream))).at(-1)
      expect(result).toMatchObject({ position: last!.position })
    },
  )

test.each([
  ['unavailable', status.UNAVAILABLE],
  ['cancelled', status.CANCELLED],
  ['aborted', status.ABORTED],
  ['internal', status.INTERNAL],
])('an append that the server did not take, because it was %s, is sent again and is new', async (_, code) => {
  const stream = newStream()
  const events = several(2)
  double().next({ kind: 'refuse', code }, { kind: 'refuse', code })
  expect(await store().append(stream, 'no_stream', events)).toMatchObject({ ok: true, replayed: false })
  expect(idsIn(stream)).toEqual(idsOf(events))
})

test.each(['no_stream', 'any'] as const)(
  'a write that the server carries out only after it was asked again comes too late (%s)',
  async (expected) => {
    const stream = newStream()
    const events = several(2)
    double().next({ kind: 'late', ms: 300 })
    expect(await store().append(stream, expected, events)).toMatchObject({ ok: true, revision: 1n })
    await ticks(400)
    expect(idsIn(stream)).toEqual(idsOf(events))
  },
)

test('a connection torn while many appends wait for their answers leaves each of them there once', async () => {
  let letGo = () => {}
  const until = new Promise<void>((resolve) => (letGo = resolve))
  const appends = Array.from({ length: 12 }, () => ({ stream: newStream(), events: several(2) }))
  double().next(...appends.map(({ stream }) => ({ kind: 'hold', until, of: stream }) as const))
  const answers = appends.map(({ stream, events }, i) => store().append(stream, i % 2 ? 'any' : 'no_stream', events))
  while (appends.some(({ stream }) => double().stored(stream).length === 0)) await ticks(5)
  double().way.cut()
  letGo()
  expect(await Promise.all(answers)).toEqual(Array(12).fill(expect.objectContaining({ ok: true, revision: 1n })))
  for (const { stream, events } of appends) expect(idsIn(stream)).toEqual(idsOf(events))
})

test('what the server forbids is not asked twice', async () => {
  double().next({ kind: 'refuse', code: status.PERMISSION_DENIED })
  await expect(store().append(newStream(), 'no_stream', [opened()])).rejects.not.toThrow(Unavailable)
  expect(double().counts.appends).toBe(1)
})

test('a repetition is known as one, also by a process that has just begun and where the server has lost the position', async () => {
  const stream = newStream()
  const events = several(2)
  const first = await store().append(stream, 'no_stream', events)
  expect(await open().append(stream, 'no_stream', events)).toEqual({ ...first, replayed: true })
  double().forgetPositions()
  expect(await open().append(stream, 'no_stream', events)).toEqual({ ...first, replayed: true })
  expect(idsIn(stream)).toEqual(idsOf(events))
})
