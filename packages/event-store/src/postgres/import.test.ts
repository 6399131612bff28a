import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { adminUrl, connect, newDatabase, type Database } from '../../test/database.ts'
import { collect, newStream, opened, readOn, revisionsOf, several, ticks, visible } from '../../test/examples.ts'
import { NotStorable, type AppendResult, type EventStore } from '../event-store.ts'
import { importStreams } from './import.ts'

let database: Database
let store: EventStore
let owner: Client
beforeAll(async () => {
  database = await newDatabase()
  store = database.store()
  owner = database.owner
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

const streams = (count: number, events: number) =>
  Array.from({ length: count }, () => ({ stream: newStream(), events: several(events) }))

const lastOf = (results: readonly AppendResult[]) => results.at(-1)!

test('readers find what was imported as though it had been appended, in its place among what was', async () => {
  const before = await visible(store, await store.append(newStream(), 'no_stream', [opened()]))
  const imported = streams(3, 700)
  const results = await importStreams(owner, imported)
  const after = newStream()
  await visible(store, await store.append(after, 'no_stream', [opened()]))

  const { events } = await readOn(store.log, before)
  expect(events.map(({ stream }) => stream)).toEqual([
    ...imported.flatMap(({ stream, events }) => events.map(() => stream)),
    after,
  ])
  const positions = events.map(({ position }) => position)
  expect(positions).toEqual([...new Set(positions)].toSorted())
  for (const [i, { stream, events }] of imported.entries()) {
    const read = await collect(store.read(stream))
    expect(read.map(({ revision }) => revision)).toEqual(events.map((_, at) => BigInt(at)))
    expect(read.map(({ id }) => id)).toEqual(events.map(({ id }) => id))
    expect(results[i]).toEqual({ ok: true, revision: 699n, position: read.at(-1)!.position, replayed: false })
    // An append of the same events finds them, and the stream goes on after them.
    expect(await store.append(stream, 'no_stream', events)).toEqual({ ...results[i], replayed: true })
    expect(await store.append(stream, 699n, [opened()])).toMatchObject({ ok: true, revision: 700n })
  }
})

test('every field comes back as it would from an append', async () => {
  const event = opened({
    data: '{"title":"防溺水讲座","n":1e21,"z":-0,"nested":{"a":null,"b":{}}}',
    sealed: '{"v":"🐉"}',
    entry: new Uint8Array([0, 1, 254, 255]),
  })
  const plain = opened({ schema: 32_767, entry: new Uint8Array() })
  const [imported, appended] = [newStream(), newStream()]
  const began = Date.now()
  await importStreams(owner, [{ stream: imported, events: [event, plain] }])
  await store.append(appended, 'no_stream', [event, plain])
  const fields = async (stream: string) =>
    (await collect(store.read(stream))).map(({ stream: _, position: __, at: ___, ...rest }) => rest)
  expect(await fields(imported)).toEqual(await fields(appended))
  const [first] = await collect(store.read(imported))
  expect(Date.parse(first!.at)).toBeGreaterThan(began - 1000)
  expect(Date.parse(first!.at)).toBeLessThan(Date.now() + 1000)
  const bytes = await owner.query('select data::text from es.events where stream = $1 and revision = 0', [imported])
  expect(bytes.rows).toEqual([{ data: event.data }])
})

test('a stream that is there with other events is refused, and only that stream', async () => {
  const [one, taken, three] = streams(3, 2)
  await store.append(taken!.stream, 'no_stream', [opened(), opened(), opened()])
  const results = await importStreams(owner, [one!, taken!, three!])
  expect(results).toMatchObject([
    { ok: true, revision: 1n },
    { ok: false, reason: 'conflict', actual: 2n },
    { ok: true },
  ])
  expect(await revisionsOf(store, taken!.stream)).toEqual([0n, 1n, 2n])
  expect(await revisionsOf(store, three!.stream)).toEqual([0n, 1n])
})

test('the same import again adds nothing and answers the same, also when the streams have gone on', async () => {
  const all = streams(3, 5)
  const results = await importStreams(owner, all.slice(0, 2))
  await store.append(all[0]!.stream, 4n, [opened()])
  const again = await importStreams(owner, all)
  expect(again.slice(0, 2)).toEqual(results.map((result) => ({ ...result, replayed: true })))
  expect(again[2]).toMatchObject({ ok: true, replayed: false })
  expect(await revisionsOf(store, all[0]!.stream)).toHaveLength(6)
  expect(await revisionsOf(store, all[1]!.stream)).toHaveLength(5)
})

test.each([
  ['text that is no JSON', opened({ data: '{"half":' })],
  ['an id that is no UUID', opened({ id: 'one' })],
])('%s keeps everything of its import out', async (_, broken) => {
  const all = streams(3, 400)
  const events = [...all[1]!.events.slice(0, 200), broken, ...all[1]!.events.slice(200)]
  const guilty = { ...all[1]!, events }
  await expect(importStreams(owner, [all[0]!, guilty, all[2]!])).rejects.toThrow(NotStorable)
  for (const { stream } of all) expect(await revisionsOf(store, stream)).toEqual([])
  expect(await importStreams(owner, all)).toMatchObject(all.map(() => ({ ok: true, revision: 399n, replayed: false })))
})

test.each([
  [
    'that is there twice',
    [
      { stream: 'case-1', events: [opened()] },
      { stream: 'case-1', events: [opened()] },
    ],
  ],
  ['without events', [{ stream: newStream(), events: [] }]],
  ['with a name that is none', [{ stream: 'case', events: [opened()] }]],
])('a stream %s is refused', async (_, all) => {
  await expect(importStreams(owner, all)).rejects.toThrow(NotStorable)
})

test('an import that is killed in the middle leaves nothing, and can be repeated', async () => {
  const all = streams(4, 500)
  const [importer, other] = await Promise.all([connect(database.ownerUrl), connect(database.ownerUrl)])
  // Its streams are there already and its events on the way when it comes to this lock.
  await other.query('begin')
  await other.query('lock table es.events in share mode')
  const { rows } = await importer.query('select pg_backend_pid() as pid')
  const killed = importStreams(importer, all).then(
    () => 'came through',
    () => 'failed',
  )
  await waitingForLock(rows[0].pid)
  await owner.query('select pg_terminate_backend($1)', [rows[0].pid])
  expect(await killed).toBe('failed')
  await other.query('rollback')
  await Promise.all([importer.end().catch(() => {}), other.end()])
  for (const { stream } of all) expect(await revisionsOf(store, stream)).toEqual([])
  expect((await owner.query(`select from es.streams where name = $1`, [all[0]!.stream])).rowCount).toBe(0)
  expect(await importStreams(owner, all)).toMatchObject(all.map(() => ({ ok: true, replayed: false })))
})

const waitingForLock = async (pid: number) => {
  for (let tries = 0; tries < 500; tries++) {
    const { rows } = await owner.query('select wait_event_type from pg_stat_activity where pid = $1', [pid])
    if (rows[0]?.wait_event_type === 'Lock') return
    await ticks(10)
  }
  throw new Error('It does not wait.')
}

test('readers see an import only below the horizon', async () => {
  const before = await visible(store, await store.append(newStream(), 'no_stream', [opened()]))
  const stranger = await connect(adminUrl())
  await stranger.query('begin')
  await stranger.query('select pg_current_xact_id()')
  const results = await importStreams(owner, streams(2, 3))
  expect(await store.log.head()).toBe(before)
  expect((await store.log.page(before, { limit: 10 })).events).toEqual([])
  await stranger.query('commit')
  await stranger.end()
  await visible(store, lastOf(results))
  expect((await store.log.page(before, { limit: 10 })).events).toHaveLength(6)
})

test('whoever waits for new events hears of an import', async () => {
  await visible(store, await store.append(newStream(), 'no_stream', [opened()]))
  const head = await store.log.head()
  const woken = store.log.wake(AbortSignal.timeout(5000), head)
  const results = await importStreams(owner, streams(1, 1))
  await woken
  await visible(store, lastOf(results))
})

test('imports and appends of the same streams at the same time: each stream is one of theirs, whole and in order', async () => {
  const mine = streams(20, 20)
  const theirs = mine.map(({ stream }) => ({ stream, events: several(20) })).reverse()
  const [one, two] = await Promise.all([connect(database.ownerUrl), connect(database.ownerUrl)])
  const [first, second, appended] = await Promise.all([
    importStreams(one, mine),
    importStreams(two, theirs),
    Promise.all(mine.map(({ stream }) => store.append(stream, 'no_stream', several(20)))),
  ])
  await Promise.all([one.end(), two.end()])
  for (const [i, { stream }] of mine.entries()) {
    const answers = [first[i]!, second[19 - i]!, appended[i]!]
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    const read = await collect(store.read(stream))
    expect(read.map(({ revision }) => revision)).toEqual(Array.from({ length: 20 }, (_, at) => BigInt(at)))
    const positions = read.map(({ position }) => position)
    expect(positions).toEqual(positions.toSorted())
  }
})

test('a log with the horizon of its writers is imported into as well', async () => {
  const isolated = await newDatabase({ horizon: 'writers' })
  const its = isolated.store({ horizon: 'writers' })
  const results = await importStreams(isolated.owner, streams(2, 3))
  expect(await its.log.head()).toBe(lastOf(results).ok && (lastOf(results) as { position: string }).position)
  await its.close()
  await isolated.drop()
})

test('the service itself may not import', async () => {
  const service = await connect(database.serviceUrl)
  await expect(importStreams(service, streams(1, 1))).rejects.toMatchObject({ code: '42501' })
  await service.end()
})

test('nothing to import is nothing done', async () => {
  expect(await importStreams(owner, [])).toEqual([])
})
