import { expect, test } from '@jest/globals'
import { status } from '@grpc/grpc-js'
import { collect, endOf, follow, newCommand, newStream, opened, readOn, several, ticks } from '../../test/examples.ts'
import { withDouble } from '../../test/with-double.ts'
import { Unavailable } from '../event-store.ts'
import { openCursor } from './cursor.ts'
import { openSession } from './session.ts'

const { double, store, open } = withDouble()

test.each([
  ['an error', status.UNAVAILABLE],
  ['being cancelled', status.CANCELLED],
  ['being too slow for the server', status.ABORTED],
  ['a friendly end', status.OK],
])('a subscription lost by %s goes on without gap or repetition', async (_, code) => {
  const reader = follow(store().log, await endOf(store()), 10)
  const stream = newStream()
  for (let i = 0; i < 60; i++) {
    await store().append(stream, 'any', [opened()])
    if (i % 15 === 7) double().dropSubscriptions(code)
  }
  await reader.until(() => reader.seen.length >= 60)
  await reader.stop()
  expect(reader.seen.map(({ revision }) => Number(revision))).toEqual(Array.from({ length: 60 }, (_, i) => i))
  expect(double().counts.subscriptions).toBeGreaterThan(1)
})

test('a reader so slow that the server drops him gets everything once, and holds no more than the bound', async () => {
  const from = await endOf(store())
  const stream = newStream()
  const big = { data: JSON.stringify({ text: 'x'.repeat(2_000) }) }
  for (let i = 0; i < 12; i++) await store().append(stream, 'any', several(400, big))
  double().dropSlow(100)
  const seen: number[] = []
  for (let after = from, done = false; !done;) {
    const page = await store().log.page(after, { limit: 500 })
    seen.push(...page.events.map(({ revision }) => Number(revision)))
    after = page.scannedTo
    done = page.caughtUp
    if (seen.length > 500) continue
    for (const start = performance.now(); double().counts.drops === 0 && performance.now() - start < 10_000;)
      await ticks(10)
    // The bound, and what is on the way.
    expect(double().counts.sent - seen.length).toBeLessThanOrEqual(2_000 + 300)
  }
  expect(seen).toEqual(Array.from({ length: 4_800 }, (_, i) => i))
  expect(double().counts.drops).toBeGreaterThan(0)
})

test('a checkpoint does not overtake events that a reader who was stopped has not taken yet', async () => {
  const after = await endOf(store())
  const stream = newStream()
  for (let i = 0; i < 3; i++) await store().append(stream, 'any', several(700))
  const session = openSession({ url: double().url, patience: 3_000, timeout: 3_000 })
  // The server sends one after 2,000 events; five of those then wait in the client.
  const cursor = openCursor({ session, prefixes: ['case-'], after, full: 1_995 })
  for (let sent = -1; sent < double().counts.sent; await ticks(200)) sent = double().counts.sent
  const seen: number[] = []
  for (const start = performance.now(); seen.length < 2_100 && performance.now() - start < 3_000;) {
    const item = cursor.take()
    if (item?.event) seen.push(Number(item.event.revision))
    else if (!item) await cursor.change(50)
  }
  cursor.close()
  await session.close()
  expect(seen).toEqual(Array.from({ length: 2_100 }, (_, i) => i))
})

test('while the server is away it is asked ever more rarely, and afterwards nothing is missing', async () => {
  const reader = follow(open({ patience: 20_000 }).log, await endOf(store()), 10)
  const stream = newStream()
  await store().append(stream, 'any', [opened()])
  await reader.until(() => reader.seen.length === 1)
  double().way.block()
  const before = double().way.tried()
  await ticks(3_000)
  // At most at 0, 250, 750, 1750 … ms if chance always waits longest, and the channel may try each twice.
  expect(double().way.tried() - before).toBeLessThanOrEqual(24)
  double().way.unblock()
  await store().append(stream, 'any', [opened()])
  await reader.until(() => reader.seen.length === 2)
  await reader.stop()
  expect(reader.seen.map(({ revision }) => Number(revision))).toEqual([0, 1])
})

test('a server that is not there is waited for, then everything is Unavailable', async () => {
  double().way.block()
  const impatient = open({ patience: 300 })
  const start = performance.now()
  const attempts = [
    ...Array.from({ length: 50 }, () => impatient.append(newStream(), 'no_stream', [opened()])),
    impatient.append(newStream(), 'any', [opened()], { command: newCommand() }),
    collect(impatient.read(newStream())),
    impatient.traceOf(newCommand().id),
    impatient.log.page('start', { limit: 1 }),
    impatient.log.head(),
  ]
  const results = await Promise.allSettled(attempts)
  expect(results.filter((result) => result.status === 'fulfilled' || !(result.reason instanceof Unavailable))).toEqual(
    [],
  )
  expect(performance.now() - start).toBeLessThan(5_000)
})

test('where nothing is ours, the position moves on all the same, and is where reading goes on', async () => {
  const from = await endOf(store())
  for (let i = 0; i < 4_500; i++) double().writeForeign('elsewhere-1')
  const { events, scannedTo } = await readOn(store().log, from)
  expect(events).toEqual([])
  expect(scannedTo > from).toBe(true)
  const event = opened()
  await store().append(newStream(), 'any', [event])
  expect((await readOn(open().log, scannedTo)).events.map(({ id }) => id)).toEqual([event.id])
})

test('the log shows neither commands nor what belongs to the server or to other services', async () => {
  const from = await endOf(store())
  double().writeForeign('$stats-1')
  double().writeForeign('caseFile-1')
  await store().append(newStream(), 'any', [opened()], { command: newCommand() })
  double().writeForeign('$$case-1')
  expect((await readOn(store().log, from)).events).toHaveLength(1)
  expect(await store().log.head()).toBe((await readOn(store().log, from)).events[0]!.position)
})
