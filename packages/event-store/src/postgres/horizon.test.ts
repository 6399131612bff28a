import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { adminUrl, connect, newDatabase, type Database } from '../../test/database.ts'
import { collect, endOf, follow, newStream, opened, several, ticks } from '../../test/examples.ts'
import { horizonLag } from './horizon.ts'

let databases: Database[] = []
let others: Client[] = []
const database = async (...options: Parameters<typeof newDatabase>) => {
  const made = await newDatabase(...options)
  databases.push(made)
  return made
}
/** Somebody with nothing to do with us: another database of the cluster, an open transaction that has written. */
const stranger = async (application = 'stranger') => {
  const client = await connect(adminUrl())
  others.push(client)
  await client.query(`set application_name = '${application}'`)
  await client.query('begin')
  await client.query('select pg_current_xact_id()')
  return client
}
beforeEach(() => {
  databases = []
  others = []
})
afterEach(async () => {
  await Promise.all(others.map((client) => client.end()))
  await Promise.all(databases.map(({ drop }) => drop()))
})

test('failure mode 2: an open transaction anywhere in the cluster holds readers up; it is named, and once it ends they go on', async () => {
  const { store: open, pool, owner } = await database()
  const store = open()
  const before = await endOf(store)
  expect((await horizonLag(pool())).seconds).toBe(0)

  const client = await stranger('forgotten session')
  const reader = follow(store.log, before)
  const appended = await store.append(newStream(), 'no_stream', several(2))
  await ticks(150)
  expect(reader.seen).toEqual([])
  expect(await store.log.head()).toBe(before)

  const lag = await horizonLag(pool())
  expect(lag.seconds).toBeGreaterThan(0.1)
  expect(lag.blockers).toContainEqual(expect.objectContaining({ application: 'forgotten session' }))
  const seenByOwner = (await horizonLag(owner)).blockers.find(({ application }) => application === 'forgotten session')
  expect(seenByOwner!.seconds).toBeGreaterThan(0.1)

  await client.query('commit')
  await reader.until(() => reader.seen.length === 2)
  await reader.stop()
  expect(reader.seen.at(-1)).toMatchObject({ position: appended.ok && appended.position })
  await endOf(store)
  expect((await horizonLag(pool())).seconds).toBe(0)
  await store.close()
})

test('a transaction that only reads holds nobody up', async () => {
  const { store: open, owner } = await database()
  const store = open()
  await owner.query('begin isolation level repeatable read')
  await owner.query('select count(*) from es.events')
  await endOf(store)
  await owner.query('commit')
  await store.close()
})

test('failure mode 2: with the horizon of its writers a log is not held up by strangers, nor by who writes beside it', async () => {
  const { store: open, owner } = await database({ horizon: 'writers' })
  await owner.query('create table beside (n int)')
  const store = open({ horizon: 'writers' })
  await stranger()
  await owner.query('begin')
  await owner.query('insert into beside values (1)')
  const reader = follow(store.log, 'start')
  const result = await store.append(newStream(), 'no_stream', [opened()])
  expect(await store.log.head()).toBe(result.ok && result.position)
  await reader.until(() => reader.seen.length === 1)
  await reader.stop()
  expect(reader.seen).toHaveLength(1)
  await owner.query('commit')
  await store.close()
})

test.each(['snapshot', 'writers'] as const)(
  'failure mode 1: what is committed late has its place before what was committed meanwhile, and no reader passes it (%s)',
  async (horizon) => {
    const { store: open, owner, pool } = await database({ horizon })
    const store = open({ horizon })
    const before = await endOf(store)
    const reader = follow(store.log, before)
    await owner.query('begin')
    await owner.query(appendText('case-slow'))
    expect(await store.append('case-quick', 'no_stream', [opened()])).toMatchObject({ ok: true })
    // Who knows no horizon sees the quick one by now, and will go on after it.
    const { rows } = await pool().query(`select stream from es.events where stream like 'case-%'`)
    expect(rows).toEqual([{ stream: 'case-quick' }])
    await ticks(100)
    expect(reader.seen).toEqual([])
    expect(await store.log.head()).toBe(before)
    await owner.query('commit')
    await reader.until(() => reader.seen.length === 2)
    await reader.stop()
    expect(reader.seen.map(({ stream }) => stream)).toEqual(['case-slow', 'case-quick'])
    await store.close()
  },
)

test('with the horizon of its writers an append must come first in its transaction, as it comes before readers’ backs', async () => {
  const { owner } = await database({ horizon: 'writers' })
  await owner.query('begin')
  await owner.query('select pg_current_xact_id()')
  await expect(owner.query(appendText('case-late'))).rejects.toMatchObject({ code: '25001' })
  await owner.query('rollback')
  await owner.query('begin')
  await owner.query(appendText('case-1'))
  await owner.query(appendText('case-2'))
  await owner.query('commit')
})

test('the horizon of the writers is refused by a log that was not set up for it', async () => {
  const { store: open } = await database()
  const store = open({ horizon: 'writers' })
  await expect(store.log.head()).rejects.toThrow('not set up')
  await store.close()
})

test('failure mode 5: an event is never put before one that its stream already has: the older transaction gives way', async () => {
  const { store: open, owner } = await database()
  const store = open()
  const reader = follow(store.log, 'start')
  await store.append('case-1', 'no_stream', [opened()])
  await owner.query('begin')
  await owner.query(appendText('case-other'))
  const younger = await store.append('case-1', 0n, [opened()])
  expect(younger).toMatchObject({ ok: true, revision: 1n })
  await owner.query('savepoint s')
  for (const expected of [1, -2, -3]) {
    await expect(owner.query(appendText('case-1', expected))).rejects.toMatchObject({ code: '40001' })
    await owner.query('rollback to s')
  }
  expect((await owner.query(appendText('case-1', 0))).rows).toMatchObject([{ status: 0, revision: '1' }])
  await owner.query('commit')
  await store.append('case-1', 1n, several(2))
  const positions = (await collect(store.read('case-1'))).map(({ position }) => position)
  expect(positions).toEqual(positions.toSorted())
  await reader.until(() => reader.seen.length === 5)
  await reader.stop()
  const inStream = (name: string) => reader.seen.filter(({ stream }) => stream === name).map(({ revision }) => revision)
  expect(inStream('case-1')).toEqual([0n, 1n, 2n, 3n])
  expect(inStream('case-other')).toEqual([0n])
  await store.close()
})

test('who waits for an append that is under way gets his turn or the truth, never a wrong order', async () => {
  const { store: open, owner } = await database()
  const store = open()
  await store.append('case-1', 'no_stream', [opened()])
  await owner.query('begin')
  await owner.query(appendText('case-1', 0))
  const stale = store.append('case-1', 0n, [opened()])
  const any = store.append('case-1', 'any', [opened()])
  await ticks(50)
  await owner.query('commit')
  expect(await stale).toMatchObject({ ok: false, reason: 'conflict' })
  expect(await any).toMatchObject({ ok: true, revision: 2n })
  await store.close()
})

test('a transaction that has used up its places is refused more', async () => {
  const { owner } = await database()
  await owner.query('begin')
  await owner.query(`set local es.used = '1048575'`)
  await expect(owner.query(appendText('case-1'))).rejects.toMatchObject({ code: '54000' })
  await owner.query('rollback')
})

const appendText = (stream: string, expected = -1) => `
  select * from es.append('${stream}', ${expected}, array[gen_random_uuid()], array['CaseOpened'], array[1::smallint],
    array['{}'::json], array[null::json], array['{}'::json], array['\\x00'::bytea])`
