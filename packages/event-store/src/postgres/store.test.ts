import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Pool } from 'pg'
import { eventStoreConformance } from '../../test/conformance.ts'
import { newDatabase, type Database } from '../../test/database.ts'
import { collect, endOf, follow, newCommand, newStream, opened, several, ticks } from '../../test/examples.ts'
import { lossyWire } from '../../test/lossy-wire.ts'
import { NotStorable, Unavailable, type EventStore } from '../event-store.ts'
import { postgresEventStore } from './store.ts'

eventStoreConformance('postgres', async () => {
  const database = await newDatabase()
  return { store: database.store(), another: () => database.store(), cut: database.cut, end: database.drop }
})

eventStoreConformance('postgres with the horizon of its writers', async () => {
  const database = await newDatabase({ horizon: 'writers' })
  const open = () => database.store({ horizon: 'writers' })
  return { store: open(), another: open, cut: database.cut, end: database.drop }
})

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

test('appends that come together go out together: 32 streams in one statement, a thousand in a few', async () => {
  let statements = 0
  const count = () => statements++
  database.pool().on('acquire', count)
  const appendTo = (streams: number) =>
    Promise.all(Array.from({ length: streams }, () => store.append(newStream(), 'no_stream', [opened()])))

  await ticks(30)
  await appendTo(32)
  expect(statements).toBeLessThanOrEqual(2) // one, and perhaps its announcement
  statements = 0
  expect((await appendTo(1000)).every(({ ok }) => ok)).toBe(true)
  expect(statements).toBeLessThanOrEqual(12)
  database.pool().off('acquire', count)
})

test('reads that come together go out together', async () => {
  const streams = Array.from({ length: 32 }, () => newStream())
  await Promise.all(streams.map((stream) => store.append(stream, 'no_stream', several(20))))
  await ticks(30)
  let statements = 0
  const count = () => statements++
  database.pool().on('acquire', count)
  const events = await Promise.all(streams.map((stream) => collect(store.read(stream))))
  database.pool().off('acquire', count)
  expect(events.flat()).toHaveLength(640)
  expect(statements).toBeLessThanOrEqual(2)
})

test('one append that is in conflict, broken or repeated does not hurt the 255 that travel with it', async () => {
  const existing = newStream()
  await store.append(existing, 'no_stream', several(2))
  const repeated = [opened()]
  const repeatedStream = newStream()
  await store.append(repeatedStream, 'no_stream', repeated)
  const twice = newStream()

  const results = await Promise.allSettled([
    ...Array.from({ length: 125 }, () => store.append(newStream(), 'no_stream', several(2))),
    store.append(existing, 'no_stream', [opened()]),
    store.append(newStream(), 'no_stream', [opened({ data: '{"not":json}' })]),
    store.append(repeatedStream, 'no_stream', repeated),
    store.append(twice, 'no_stream', [opened()]),
    store.append(twice, 'no_stream', [opened()]),
    ...Array.from({ length: 125 }, () => store.append(newStream(), 'no_stream', [opened()], { command: newCommand() })),
  ])
  const [conflict, broken, replayed, ...both] = results.splice(125, 5)
  expect(conflict).toMatchObject({ value: { ok: false, reason: 'conflict', actual: 1n } })
  expect(broken).toMatchObject({ reason: expect.any(NotStorable) })
  expect(replayed).toMatchObject({ value: { ok: true, revision: 0n, replayed: true } })
  expect(both.map((result) => result.status === 'fulfilled' && result.value.ok).sort()).toEqual([false, true])
  expect(results.every((result) => result.status === 'fulfilled' && result.value.ok)).toBe(true)
})

test('data is kept byte for byte as it was given', async () => {
  const stream = newStream()
  const data = '{ "b" :1,"a":  -0.10e+2, "a":"\\u00e9é" }'
  await store.append(stream, 'no_stream', [opened({ data, sealed: data, meta: data })])
  await Promise.all([0, 1].map(() => store.append(newStream(), 'no_stream', [opened({ data })])))
  const { rows } = await database.owner.query(
    'select data::text, sealed::text, meta::text from es.events where stream = $1',
    [stream],
  )
  expect(rows).toEqual([{ data, sealed: data, meta: data }])
})

test('times are in UTC, whatever the zone of the session', async () => {
  const shanghai = database.store({ timezone: 'Asia/Shanghai' })
  const stream = newStream()
  await shanghai.append(stream, 'any', several(2))
  const [first, second] = await collect(shanghai.read(stream))
  expect(Math.abs(Date.parse(first!.at) - Date.now())).toBeLessThan(60_000)
  expect(first!.at).toBe(second!.at)
  await shanghai.close()
})

test('without a connection that listens, polling finds what another process appends', async () => {
  const pool = new Pool({ connectionString: database.serviceUrl, max: 2 })
  const deaf = postgresEventStore({ pool })
  const reader = follow(deaf.log, await endOf(store))
  await ticks(200)
  await store.append(newStream(), 'no_stream', [opened()])
  await reader.until(() => reader.seen.length > 0)
  await reader.stop()
  expect(reader.seen).toHaveLength(1)
  await deaf.close()
  await pool.end()
})

test('who waits on a quiet log asks the server about twice a second', async () => {
  const pool = new Pool({ connectionString: database.serviceUrl, max: 2 })
  const quiet = postgresEventStore({ pool })
  const after = await endOf(store)
  const stopping = new AbortController()
  const waits = Array.from({ length: 5 }, () => quiet.log.wake(stopping.signal, after))
  await ticks(2500)
  let statements = 0
  pool.on('acquire', () => statements++)
  await ticks(2000)
  stopping.abort()
  await Promise.all(waits)
  expect(statements).toBeGreaterThanOrEqual(2)
  expect(statements).toBeLessThanOrEqual(6)
  await quiet.close()
  await pool.end()
})

test.each([
  ['a new stream', 1, 'no_stream', undefined],
  ['whatever revision', 1, 'any', undefined],
  ['whatever revision, as a command', 1, 'any', newCommand()],
  ['new streams, together', 40, 'no_stream', undefined],
] as const)(
  'an append to %s whose answer was lost on the way is not made twice',
  async (_, count, expected, command) => {
    const wire = await lossyWire(database.serviceUrl)
    const pool = new Pool({ connectionString: wire.url, max: 1 })
    const store = postgresEventStore({ pool })
    await endOf(store)
    await ticks(50)
    const appends = Array.from({ length: count }, () => ({ stream: newStream(), events: several(2) }))
    wire.loseNext()
    const results = await Promise.all(
      appends.map(({ stream, events }) => store.append(stream, expected, events, command && { command })),
    )
    expect(results).toEqual(Array(count).fill(expect.objectContaining({ ok: true, revision: 1n, replayed: true })))
    for (const { stream, events } of appends)
      expect((await collect(store.read(stream))).map(({ id }) => id)).toEqual(events.map(({ id }) => id))
    await store.close()
    await pool.end()
    await wire.close()
  },
)

test('a server that is not there is waited for, then everything is Unavailable, also what queued up meanwhile', async () => {
  const pool = new Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/nowhere', max: 2 })
  const store = postgresEventStore({ pool, patience: 300 })
  const start = performance.now()
  const attempts = [
    ...Array.from({ length: 600 }, () => store.append(newStream(), 'no_stream', [opened()])),
    store.append(newStream(), 'any', [opened()]),
    collect(store.read(newStream())),
    collect(store.read(newStream(), { backwards: true })),
    store.traceOf('0b9f7a3c-3f0e-4b61-9d0c-0c8f8f5f2a11'),
    store.log.page('start', { limit: 1 }),
  ]
  const results = await Promise.allSettled(attempts)
  expect(results.every((result) => result.status === 'rejected' && result.reason instanceof Unavailable)).toBe(true)
  expect(performance.now() - start).toBeGreaterThan(250)
  expect(performance.now() - start).toBeLessThan(3_000)
  await store.close()
  await pool.end()
})

test('closing ends every connection the store made itself', async () => {
  const store = database.store({ listenUrl: `${database.serviceUrl}?application_name=listener` })
  const listeners = async (wanted: number) => {
    for (const start = performance.now(); performance.now() - start < 10_000; await ticks(5)) {
      const { rows } = await database.owner.query(
        `select count(*)::int as n from pg_stat_activity where usename = $1 and application_name = 'listener'`,
        [database.name],
      )
      if (rows[0].n === wanted) return wanted
    }
    return undefined
  }
  expect(await listeners(1)).toBe(1)
  await store.close()
  expect(await listeners(0)).toBe(0)
})
