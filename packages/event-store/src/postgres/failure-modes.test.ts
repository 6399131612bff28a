import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import type { Client } from 'pg'
import { connect, newDatabase, type Database } from '../../test/database.ts'
import { collect, endOf, opened, readOn, several, ticks } from '../../test/examples.ts'
import { ForeignPosition, type Position } from '../event-store.ts'

let database: Database
let clients: Client[]
beforeEach(async () => {
  database = await newDatabase()
  clients = []
})
afterEach(async () => {
  jest.restoreAllMocks()
  await Promise.all(clients.map((client) => client.end()))
  await database.drop()
})

const session = async () => {
  const client = await connect(database.serviceUrl)
  clients.push(client)
  return client
}

/** Until somebody in our database waits for another one's transaction. */
const oneWaits = async () => {
  for (const start = performance.now(); performance.now() - start < 10_000; await ticks(5)) {
    const { rows } = await database.owner.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (rows.length > 0) return
  }
  throw new Error('Nobody waits.')
}

const append = async (client: Client, stream: string, expected: number) =>
  (
    await client.query(
      `select status, revision, position from es.append($1, $2, array[gen_random_uuid()], array['CaseOpened'],
         array[1::smallint], array['{}'::json], array[null::json], array['{}'::json], array['\\x00'::bytea])`,
      [stream, expected],
    )
  ).rows[0]
const appendOne = async (client: Client, stream: string, expected: number) =>
  (
    await client.query(
      `select es.append_one($1, $2, gen_random_uuid(), 'CaseOpened', 1::smallint, '{}', null, '{}', '', null, null)
         is not null as appended`,
      [stream, expected],
    )
  ).rows[0].appended
/** Several streams at once, one event each; answers those that were lost, from 1. */
const appendMany = async (client: Client, streams: string[], expected: number) => {
  const all = (value: string) => streams.map(() => value)
  const numbers = streams.map((_, i) => i)
  const { rows } = await client.query(
    `select lost from es.append_many($1, $2, $3, $4, $5, $6, $7, (select array_agg(gen_random_uuid()) from unnest($1::text[])),
       $8, $9, $10, $11, $10, $12)`,
    [
      ...[streams, all(String(expected)), all('1'), numbers, streams.map(() => null), streams.map(() => null)],
      ...[numbers.map((i) => i + 1), all('CaseOpened'), all('1'), all('{}'), streams.map(() => null), all('\\x00')],
    ],
  )
  return rows[0].lost
}

test.each([
  ['creates a stream', -1],
  ['appends at the same revision', 0],
])(
  'failure mode 3: who %s while another does is told of the conflict, and never that it worked, by whichever function',
  async (_, expected) => {
    const [first, second] = [await session(), await session()]
    const revision = expected + 1
    const there = async (stream: string) =>
      (await database.owner.query('select count(*)::int as n from es.events where stream = $1', [stream])).rows[0].n
    const race = async <Answer>(stream: string, act: () => Promise<Answer>, end: 'commit' | 'rollback') => {
      if (expected === 0) await append(second, stream, -1)
      await first.query('begin')
      expect(await append(first, stream, expected)).toMatchObject({ status: 1, revision: String(revision) })
      const later = act()
      await oneWaits()
      await first.query(end)
      return later
    }

    const conflict = { status: 0, revision: String(revision), position: null }
    expect(await race('case-1', () => append(second, 'case-1', expected), 'commit')).toEqual(conflict)
    expect(await race('case-2', () => appendOne(second, 'case-2', expected), 'commit')).toBe(false)
    const three = ['case-other', 'case-3', 'case-another']
    if (expected === 0) for (const stream of [three[0]!, three[2]!]) await append(second, stream, -1)
    expect(await race('case-3', () => appendMany(second, three, expected), 'commit')).toEqual([2])
    for (const stream of ['case-1', 'case-2', ...three]) expect(await there(stream)).toBe(revision + 1)

    // Where the first one comes to nothing, the second one's turn is not lost.
    const done = { status: 1, revision: String(revision) }
    expect(await race('case-4', () => append(second, 'case-4', expected), 'rollback')).toMatchObject(done)
    expect(await race('case-5', () => appendOne(second, 'case-5', expected), 'rollback')).toBe(true)
    expect(await race('case-6', () => appendMany(second, ['case-6'], expected), 'rollback')).toEqual([])
    for (const stream of ['case-4', 'case-5', 'case-6']) expect(await there(stream)).toBe(revision + 1)
  },
)

test('failure mode 4: what many append at once, whatever the revision, is stored to the last event that was acknowledged, and nothing else is', async () => {
  const stores = [database.store(), database.store(), database.store()]
  let lastCut: Promise<void> | undefined
  const cutting = setInterval(() => (lastCut = database.cut()), 150)
  const acknowledged = await Promise.all(
    Array.from({ length: 24 }, async (_, writer) => {
      const ids: string[] = []
      for (let i = 0; i < 20; i++) {
        const events = several(1 + ((writer + i) % 3))
        const result = await stores[writer % 3]!.append(`case-${(writer * 7 + i) % 4}`, 'any', events)
        expect(result).toMatchObject({ ok: true })
        ids.push(...events.map(({ id }) => id))
      }
      return ids
    }),
  )
  clearInterval(cutting)
  await lastCut
  const { rows } = await database.owner.query(
    'select stream, revision::int, id from es.events order by stream, revision',
  )
  expect(rows.map(({ id }) => id).sort()).toEqual(acknowledged.flat().sort())
  for (const stream of ['case-0', 'case-1', 'case-2', 'case-3']) {
    const revisions = rows.filter((row) => row.stream === stream).map(({ revision }) => revision)
    expect(revisions).toEqual(revisions.map((_, i) => i))
  }
  await Promise.all(stores.map((store) => store.close()))
})

test('failure mode 14: with a server in Shanghai and a client whose clock is wrong, revisions alone are the order, and times are the server’s, in UTC, and never fall', async () => {
  await database.owner.query(`alter database ${database.name} set timezone = 'Asia/Shanghai'`)
  const store = database.store({ timezone: 'Asia/Shanghai' })
  const now = Date.now()
  const clock = jest.spyOn(Date, 'now')
  for (let day = 0; day < 12; day++) {
    clock.mockReturnValue(now + (day % 2 === 0 ? 1 : -1) * day * 86_400_000)
    const meta = JSON.stringify({ recordedAt: new Date(Date.now()).toISOString() })
    await store.append(`case-${day % 2}`, 'any', several(1 + (day % 3), { meta }))
  }
  clock.mockRestore()
  await endOf(store)
  const { events } = await readOn(store.log, 'start', { categories: ['case'] })
  expect(events).toHaveLength(24)
  for (const stream of ['case-0', 'case-1']) {
    const read = await collect(store.read(stream))
    expect(read.map(({ revision }) => revision)).toEqual(read.map((_, i) => BigInt(i)))
    expect(events.filter((event) => event.stream === stream)).toEqual(read)
  }
  const times = events.map(({ at }) => at)
  expect(times).toEqual(times.toSorted())
  expect(times.every((at) => /Z$/.test(at) && Math.abs(Date.parse(at) - Date.now()) < 60_000)).toBe(true)
  await store.close()
})

test('failure mode 14: beyond what a JavaScript number holds, revisions and positions are exact, and positions are text in JSON', async () => {
  const store = database.store()
  await store.append('case-1', 'no_stream', [opened()])
  const last = 2n ** 53n
  await database.owner.query('update es.streams set revision = $1', [last])
  await database.owner.query('update es.meta set xid_offset = 1::bigint << 40')
  const appended = await store.append('case-1', last, several(3))
  expect(appended).toMatchObject({ ok: true, revision: last + 3n })
  const events = await collect(store.read('case-1', { from: last }))
  expect(events.map(({ revision }) => revision)).toEqual([last + 1n, last + 2n, last + 3n])
  const positions = events.map(({ position }) => BigInt(`0x${position.slice(3)}`))
  expect(positions).toEqual([positions[0], positions[0]! + 1n, positions[0]! + 2n])
  expect(positions[0]).toBeGreaterThan(last)

  await endOf(store)
  const kept = JSON.parse(JSON.stringify(events.map(({ position }) => position))) as Position[]
  const rest = await Promise.all(kept.map(async (position) => (await readOn(store.log, position)).events))
  expect(rest.map((after) => after.filter(({ stream }) => stream === 'case-1').length)).toEqual([2, 1, 0])
  expect(await collect(store.read('case-1', { from: last + 3n }))).toEqual(events.slice(2))
  await store.close()
})

test('failure mode 15: a checkpoint of another kind of store is refused and never taken for a place of ours', async () => {
  const store = database.store()
  for (const foreign of [`es:${'0'.repeat(31)}1`, 'mem:0000000000000001', 'in:0000000000000001'] as Position[])
    await expect(store.log.page(foreign, { limit: 1 })).rejects.toThrow(ForeignPosition)
  await store.close()
})
