import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { newDatabase, type Database } from '../../test/database.ts'
import { collect, newCommand, newStream, opened, revisionsOf, ticks } from '../../test/examples.ts'
import type { Command, EventStore, Revision } from '../event-store.ts'

let database: Database
let store: EventStore
beforeAll(async () => {
  database = await newDatabase()
  store = database.store()
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

test('of several who want the same revision the first gets it, and the others are told where the stream is', async () => {
  const stream = newStream()
  await store.append(stream, 'no_stream', [opened()])
  const [mine, other] = [opened(), opened()]
  const results = await Promise.all([
    store.append(stream, 0n, [mine, opened()]),
    store.append(stream, 0n, [other]),
    store.append(stream, 0n, [opened(), opened(), opened()]),
    store.append(stream, 2n, [opened()]),
  ])
  expect(results).toMatchObject([
    { ok: true, revision: 2n, replayed: false },
    { ok: false, reason: 'conflict', actual: 2n },
    { ok: false, reason: 'conflict', actual: 2n },
    { ok: true, revision: 3n, replayed: false },
  ])
})

test('the same event, or the same command, sent twice at once is recorded once and answered twice', async () => {
  const stream = newStream()
  const [event, command] = [opened(), newCommand()]
  const twice = await Promise.all([
    store.append(stream, 'no_stream', [event]),
    store.append(stream, 'no_stream', [{ ...event, id: event.id.toUpperCase() }]),
    store.append(stream, 'no_stream', [opened()]),
  ])
  expect(twice).toMatchObject([
    { ok: true, replayed: false },
    { ok: true, revision: 0n, replayed: true },
    { ok: false },
  ])
  const ordered = opened()
  const commanded = await Promise.all([
    store.append(stream, 0n, [ordered], { command }),
    store.append(stream, 0n, [ordered], { command }),
    store.append(stream, 0n, [opened()], { command: newCommand() }),
    store.append(stream, 0n, [ordered], { command: { ...command, fingerprint: 'dead' } }),
  ])
  expect(commanded).toMatchObject([
    { ok: true, revision: 1n, replayed: false },
    { ok: true, revision: 1n, replayed: true },
    { ok: false, reason: 'conflict', actual: 1n },
    { ok: false, reason: 'command-reused', trace: { stream, first: 1n, last: 1n } },
  ])
  expect(await revisionsOf(store, stream)).toEqual([0n, 1n])
})

test.each([
  ['without commands', () => undefined],
  ['with commands', newCommand],
])(
  'many writers of one stream, %s, all come through, each event once',
  async (_, command: () => Command | undefined) => {
    const stream = newStream()
    await store.append(stream, 'no_stream', [opened()])
    const written: string[] = []
    const writer = async () => {
      for (let events = 0; events < 10; events++) {
        const event = opened()
        const its = command()
        for (let last: Revision = 0n; ;) {
          const result = await store.append(stream, last, [event], its ? { command: its } : {})
          if (result.ok) break
          if (result.reason !== 'conflict' || result.actual === 'no_stream') throw new Error(result.reason)
          last = result.actual
        }
        written.push(event.id)
      }
    }
    await Promise.all(Array.from({ length: 16 }, writer))
    const [, ...read] = await collect(store.read(stream))
    expect(read.map(({ revision }) => revision)).toEqual(written.map((_, at) => BigInt(at + 1)))
    expect(read.map(({ id }) => id).toSorted()).toEqual(written.toSorted())
  },
)

test('whoever waits for one stream holds up nobody who writes to another', async () => {
  const [busy, quiet] = [newStream(), newStream()]
  await store.append(busy, 'no_stream', [opened()])
  await database.owner.query('begin')
  await database.owner.query('select from es.streams where name = $1 for update', [busy])
  const waiting = Promise.all(Array.from({ length: 5 }, () => store.append(busy, 0n, [opened()])))
  await ticks(50)
  expect(await store.append(quiet, 'no_stream', [opened()])).toMatchObject({ ok: true })
  expect(await store.append(quiet, 0n, [opened()])).toMatchObject({ ok: true })
  await database.owner.query('commit')
  expect((await waiting).filter(({ ok }) => ok)).toHaveLength(1)
})
