import { expect, test } from '@jest/globals'
import { status } from '@grpc/grpc-js'
import { newCommand, newStream, opened, several } from '../../test/examples.ts'
import { withDouble } from '../../test/with-double.ts'
import { Unavailable, type Command, type NewEvent } from '../event-store.ts'

const { double, store, open, idsIn } = withDouble()
const idsOf = (events: readonly NewEvent[]) => events.map(({ id }) => id)
const intended = (command: Command) => double().stored(`command-${command.id}`)

const sendIntentionOnly = async (stream: string, events: readonly NewEvent[], command: Command) => {
  const dying = open({ patience: 100 })
  double().next(
    ...Array.from({ length: 50 }, () => ({ kind: 'refuse', code: status.UNAVAILABLE, of: stream }) as const),
  )
  await expect(dying.append(stream, 'any', events, { command })).rejects.toThrow(Unavailable)
  double().heal()
  expect(intended(command)).toHaveLength(1)
  expect(idsIn(stream)).toEqual([])
  expect(await store().traceOf(command.id)).toBeUndefined()
}

test('a command whose sender died between intention and events is carried out when it is sent again', async () => {
  const stream = newStream()
  const command = newCommand()
  const events = several(2)
  await sendIntentionOnly(stream, events, command)
  expect(await store().append(stream, 'no_stream', events, { command })).toMatchObject({
    ok: true,
    revision: 1n,
    replayed: true,
  })
  expect(idsIn(stream)).toEqual(idsOf(events))
  expect(await store().traceOf(command.id)).toEqual({ fingerprint: command.fingerprint, stream, first: 0n, last: 1n })
  expect(intended(command)).toHaveLength(1)
})

test('a command whose sender died is carried out before the same command with another request is refused', async () => {
  const stream = newStream()
  const command = newCommand()
  const events = several(2)
  await sendIntentionOnly(stream, events, command)
  const trace = { fingerprint: command.fingerprint, stream, first: 0n, last: 1n }
  const other = newStream()
  expect(
    await store().append(other, 'no_stream', [opened()], { command: { ...command, fingerprint: 'beef' } }),
  ).toEqual({
    ok: false,
    reason: 'command-reused',
    trace,
  })
  expect(idsIn(stream)).toEqual(idsOf(events))
  expect(idsIn(other)).toEqual([])
})

test('an intention whose place was taken is void, and the command may record other events', async () => {
  const stream = newStream()
  const command = newCommand()
  await sendIntentionOnly(stream, several(2), command)
  const theirs = opened()
  await store().append(stream, 'no_stream', [theirs])
  expect(await store().traceOf(command.id)).toBeUndefined()
  const mine = several(2)
  expect(await store().append(stream, 0n, mine, { command })).toMatchObject({ ok: true, revision: 2n, replayed: false })
  expect(idsIn(stream)).toEqual(idsOf([theirs, ...mine]))
  expect(await store().traceOf(command.id)).toEqual({ fingerprint: command.fingerprint, stream, first: 1n, last: 2n })
})

test('a command that was refused because the stream was not so far is not carried out when the stream gets there', async () => {
  const stream = newStream()
  const command = newCommand()
  await store().append(stream, 'no_stream', [opened()])
  expect(await store().append(stream, 1n, [opened()], { command })).toMatchObject({ reason: 'conflict', actual: 0n })
  expect(intended(command)).toHaveLength(0)
  await store().append(stream, 0n, [opened()])
  const events = [opened()]
  expect(await store().append(stream, 1n, events, { command })).toMatchObject({
    ok: true,
    revision: 2n,
    replayed: false,
  })
  expect(idsIn(stream).at(-1)).toBe(events[0]!.id)
})

test('an intention whose answer was lost is written once', async () => {
  const stream = newStream()
  const command = newCommand()
  const events = several(2)
  double().next({ kind: 'lose', code: status.UNAVAILABLE, of: 'command-' })
  expect(await store().append(stream, 'any', events, { command })).toMatchObject({ ok: true, replayed: false })
  expect(intended(command)).toHaveLength(1)
  expect(idsIn(stream)).toEqual(idsOf(events))
})

test('of two processes that carry out one command at once, with the same or with other events, one records', async () => {
  const other = open()
  for (const theirs of [undefined, several(1)]) {
    const stream = newStream()
    const command = newCommand()
    const events = several(2)
    const results = await Promise.all([
      ...Array.from({ length: 6 }, () => store().append(stream, 'any', events, { command })),
      ...Array.from({ length: 6 }, () => other.append(stream, 'any', theirs ?? events, { command })),
    ])
    expect(results.filter((result) => result.ok && !result.replayed)).toHaveLength(1)
    expect(results.filter((result) => !result.ok && result.reason === 'conflict')).toEqual([])
    const trace = await store().traceOf(command.id)
    expect(idsIn(stream)).toHaveLength(Number(trace!.last) + 1)
  }
})

test('two services on one server do not hear of each other’s commands', async () => {
  const [one, other] = [open({ service: 'case' }), open({ service: 'access' })]
  const command = newCommand()
  expect(await one.append(newStream(), 'any', [opened()], { command })).toMatchObject({ ok: true, replayed: false })
  expect(await other.append(newStream(), 'any', [opened()], { command })).toMatchObject({ ok: true, replayed: false })
})
