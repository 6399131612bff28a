import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { postgresEventStore, type EventLog, type Recorded } from '@wushe/event-store'
import type pg from 'pg'
import { door, openFollowing, record, until, witness, type OpenFollowing } from './following.fixture.ts'
import { redrive } from './parked.ts'
import { sharedTail } from './tail.ts'
import { waitForCheckpoint } from './waiting.ts'

let f: OpenFollowing
beforeEach(async () => {
  f = await openFollowing()
})
afterEach(() => f.close())

const seen = async () =>
  (await f.rows<{ position: string }>('select position from t.seen order by position')).map(({ position }) => position)
const recorded = async () => (await f.log.page('start', { limit: 10_000 })).events.map(({ position }) => position)

test('every event is applied once, over any number of restarts', async () => {
  for (let round = 0; round < 5; round++) {
    for (let stream = 0; stream < 7; stream++) await record(f.store, `case-${stream}`, 1 + ((round + stream) % 4))
    const { waitFor, stop } = f.start(witness())
    if (round % 2 === 0) await waitFor((await recorded()).at(-1)!, 5000)
    await stop()
  }
  const { waitFor } = f.start(witness())
  expect(await waitFor((await recorded()).at(-1)!, 5000)).toBe(true)
  expect(await seen()).toEqual(await recorded())
})

test('failure mode 6: a connection that dies between applying and committing leaves nothing half done', async () => {
  let deaths = 0
  const dying = witness({
    apply: async (events, client, table) => {
      await witness().apply(events, client, table)
      if (deaths++ >= 2) return
      const { rows } = await client.query('select pg_backend_pid() as pid')
      await f.pool.query('select pg_terminate_backend($1)', [rows[0].pid])
    },
  })
  const said: string[] = []
  const { waitFor, health } = f.start(dying, { log: (line) => said.push(line) })
  const last = await record(f.store, 'case-1', 20)
  expect(await waitFor(last, 5000)).toBe(true)
  expect(deaths).toBe(3)
  expect(await seen()).toEqual(await recorded())
  expect(health()).toMatchObject({ status: 'running', position: last, lagSeconds: 0, parked: 0 })
  expect(said.at(-1)).toBe('witness: running again.')
})

test('a second process stands by and takes over when the first one ends', async () => {
  const first = f.start(witness())
  await first.waitFor(await record(f.store, 'case-1'), 5000)
  const second = f.start(witness(), { in: f.process() })
  const last = await record(f.store, 'case-1')
  expect(await second.waitFor(last, 5000)).toBe(true)
  expect(second.health().status).toBe('standby')
  await first.stop()
  await record(f.store, 'case-1', 3)
  await until(() => second.health().status === 'running')
  expect(await second.waitFor((await recorded()).at(-1)!, 5000)).toBe(true)
  expect(await seen()).toEqual(await recorded())
})

test('failure mode 6: who was believed dead and comes back writes no more', async () => {
  const pause = door()
  const inside = door()
  let paused = false
  const log: EventLog = {
    ...f.log,
    page: async (...asked) => {
      const page = await f.log.page(...asked)
      if (page.events.length > 0 && paused) {
        inside.open()
        await pause.opened
      }
      return page
    },
  }
  const zombie = f.start(witness(), { over: log })
  await zombie.waitFor(await record(f.store, 'case-1', 3), 5000)
  paused = true
  await record(f.store, 'case-1', 3)
  await inside.opened
  await loseLocks(f.pool)

  const heir = f.start(witness(), { in: f.process() })
  await until(() => heir.health().status === 'running')
  expect(await heir.waitFor((await recorded()).at(-1)!, 5000)).toBe(true)
  pause.open()
  await until(() => zombie.health().status === 'standby')
  expect(await seen()).toEqual(await recorded())
  const last = await record(f.store, 'case-1', 3)
  expect(await heir.waitFor(last, 5000)).toBe(true)
  expect(await seen()).toEqual(await recorded())
})

test('failure mode 6: who is paused inside a transaction past the take-over either commits before the heir begins, or not at all', async () => {
  const pause = door()
  const inside = door()
  const slow = witness({
    apply: async (events, client, table) => {
      await witness().apply(events, client, table)
      inside.open()
      await pause.opened
    },
  })
  f.start(slow)
  await record(f.store, 'case-1', 3)
  await inside.opened
  await loseLocks(f.pool)
  const heir = f.start(witness(), { in: f.process() })
  await until(async () => (await waitingForLock()) > 0)
  pause.open()
  expect(await heir.waitFor(await record(f.store, 'case-1', 3), 5000)).toBe(true)
  await until(() => heir.health().status === 'running')
  expect(await seen()).toEqual(await recorded())
})

const refusing = (is: (event: Recorded) => boolean, over: Parameters<typeof witness>[0] = {}) =>
  witness({
    apply: async (events, client, table) => {
      const bad = events.find(is)
      if (bad) await client.query(`select 1 / 0`)
      await witness().apply(events, client, table)
    },
    ...over,
  })

test('failure mode 7: an event that cannot be applied is found among many, and stops its own follower only', async () => {
  for (let stream = 0; stream < 60; stream++) await record(f.store, `case-${stream}`, 5)
  const poison = (await f.log.page('start', { limit: 1000 })).events[137]!
  const money = f.start(refusing(({ id }) => id === poison.id))
  const other = f.start(witness({ name: 'other', tables: [], apply: async () => {} }))
  await until(() => money.health().status === 'stopped')
  const all = await recorded()
  expect(await seen()).toEqual(all.slice(0, 137))
  expect(money.health()).toMatchObject({
    position: all[136],
    error: { code: '22012', event: { id: poison.id, stream: poison.stream } },
  })
  expect(money.health().lagSeconds).toBeGreaterThan(0)
  expect(await money.waitFor(all[200]!, 5000)).toBe(false)
  expect(await waitForCheckpoint(f.process(), 'witness', all[200]!, 5000)).toBe(false)
  expect(await other.waitFor(all.at(-1)!, 5000)).toBe(true)
})

test('a follower that stopped goes on where it was, after it was mended and told so', async () => {
  let mended = false
  await record(f.store, 'case-1', 9)
  const { health, waitFor } = f.start(refusing(({ revision }) => revision === 4n && !mended))
  await until(() => health().status === 'stopped')
  mended = true
  await redrive(f.process(), 'witness')
  await until(() => health().status === 'running')
  expect(await waitFor((await recorded()).at(-1)!, 5000)).toBe(true)
  expect(await seen()).toEqual(await recorded())
})

test('failure mode 7: a parked event holds back its own stream in order, and both go on when redriven', async () => {
  let mended = false
  const bad = ({ stream, revision }: Recorded) => stream === 'case-3' && revision === 2n && !mended
  for (let round = 0; round < 3; round++)
    for (let stream = 0; stream < 8; stream++) await record(f.store, `case-${stream}`, 2)
  const { health, waitFor, stop } = f.start(refusing(bad, { onPoison: 'park' }))
  await waitFor((await recorded()).at(-1)!, 5000)
  expect(health()).toMatchObject({ status: 'running', parked: 4 })
  expect(await held('case-3')).toEqual(['0', '1'])
  expect(await f.rows('select count(*)::int as n from t.seen')).toEqual([{ n: 44 }])
  const poison = (await f.log.page('start', { limit: 1000 })).events.find(bad)!
  expect(await f.rows('select event_id, stream, error, attempts from feed.parked order by position')).toEqual([
    { event_id: poison.id, stream: 'case-3', error: expect.objectContaining({ code: '22012' }), attempts: 1 },
    ...Array(3).fill(expect.objectContaining({ stream: 'case-3', error: null, attempts: 0 })),
  ])

  // Also what comes later, and after a restart, waits behind.
  await stop()
  const again = f.start(refusing(bad, { onPoison: 'park' }))
  await again.waitFor(await record(f.store, 'case-3'), 5000)
  expect(again.health().parked).toBe(5)

  expect(await redrive(f.pool, 'witness')).toBe(5)
  await until(async () => (await attempts()) === 2)
  expect(again.health().parked).toBe(5)

  mended = true
  await redrive(f.pool, 'witness')
  await until(() => again.health().parked === 0)
  expect(await held('case-3')).toEqual(['0', '1', '2', '3', '4', '5', '6'])
  await again.waitFor(await record(f.store, 'case-3'), 5000)
  expect(await seen()).toEqual(await recorded())
})

test('what is asked for while nobody follows is done when somebody does', async () => {
  let mended = false
  await record(f.store, 'case-1', 4)
  const parking = refusing(({ revision }) => revision === 1n && !mended, { onPoison: 'park' })
  const first = f.start(parking)
  await first.waitFor((await recorded()).at(-1)!, 5000)
  await first.stop()
  mended = true
  expect(await redrive(f.pool, 'witness')).toBe(3)
  const { health } = f.start(parking)
  await until(() => health().status === 'running' && health().parked === 0)
  expect(await seen()).toEqual(await recorded())
})

test('a page full of events that cannot be applied is parked whole', async () => {
  for (let stream = 0; stream < 40; stream++) await record(f.store, `case-${stream}`)
  const { health, waitFor } = f.start(refusing(() => true, { onPoison: 'park' }))
  expect(await waitFor((await recorded()).at(-1)!, 10_000)).toBe(true)
  expect(health().parked).toBe(40)
})

test('a missing table is nobody’s event: the follower stops even where it may park', async () => {
  await f.pool.query('drop table t.seen')
  await record(f.store, 'case-1', 5)
  const { health } = f.start(witness({ onPoison: 'park' }))
  await until(() => health().status === 'stopped')
  expect(health()).toMatchObject({ error: { code: '42P01' }, parked: 0 })
})

test('who waits for a position is answered as soon as it was read, also where nothing in it was for the follower', async () => {
  const elsewhere = f.process()
  const { waitFor } = f.start(witness({ filter: { types: ['NeverHappens'] } }), { over: sharedTail(f.log) })
  const here: number[] = []
  const there: number[] = []
  for (let round = 0; round < 9; round++) {
    const position = await record(f.store, 'case-1')
    await Promise.all([
      timed(here, async () => expect(await waitFor(position, 5000)).toBe(true)),
      timed(there, async () => expect(await waitForCheckpoint(elsewhere, 'witness', position, 5000)).toBe(true)),
    ])
  }
  expect(median(here)).toBeLessThan(50)
  // Without somebody waiting it would be kept once a second.
  expect(median(there)).toBeLessThan(300)
  const future = 'mem:ffffffffffffffff' as never
  expect(await waitFor(future, 30)).toBe(false)
  expect(await waitForCheckpoint(elsewhere, 'witness', future, 30)).toBe(false)
})

test('how far the log was read is kept, though nothing in it was for the follower', async () => {
  const { stop, waitFor } = f.start(witness({ filter: { types: ['NeverHappens'] } }))
  const last = await record(f.store, 'case-1', 10)
  await waitFor(last, 5000)
  await stop()
  expect(await f.rows('select position from es.checkpoints')).toEqual([{ position: last }])
})

test('a follower on the event store in PostgreSQL sees an event within milliseconds', async () => {
  const pool = f.process()
  const store = postgresEventStore({ pool })
  const { waitFor } = f.start(witness(), { over: sharedTail(store.log), in: pool })
  await waitFor(await record(store, 'case-0'), 5000)
  const waits: number[] = []
  for (let i = 0; i < 40; i++) {
    const position = await record(store, `case-${i % 5}`)
    await timed(waits, () => waitFor(position, 5000))
  }
  const { events } = await store.log.page('start', { limit: 100 })
  expect(await seen()).toEqual(events.map(({ position }) => position))
  expect(median(waits)).toBeLessThan(50)
  await store.close()
})

test('failure mode 15: a checkpoint of another store stops the follower with a clear error', async () => {
  const pool = f.process()
  const store = postgresEventStore({ pool })
  const before = f.start(witness())
  await before.waitFor(await record(f.store, 'case-1'), 5000)
  await before.stop()
  const { health, stop } = f.start(witness(), { over: store.log })
  await until(() => health().status === 'stopped')
  expect(health().error?.message).toMatch(/not a position of this store/)
  await stop()
  await f.pool.query(`update es.checkpoints set position = 'es:' || repeat('0', 32)`)
  const again = f.start(witness(), { over: store.log })
  await until(() => again.health().status === 'stopped')
  expect(again.health().error?.message).toMatch(/es:0{32} is not a position of this store/)
  expect(await f.rows('select position from es.checkpoints')).toEqual([{ position: `es:${'0'.repeat(32)}` }])
  await store.close()
})

test('a follower at rest asks the database nothing', async () => {
  const { waitFor } = f.start(witness())
  await waitFor(await record(f.store, 'case-1'), 5000)
  const observer = f.process()
  const asked = async (since: string) =>
    (
      await observer.query<{ query: string }>(
        `select query from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and query_start > $1`,
        [since],
      )
    ).rows
  const now = async () => (await observer.query<{ now: string }>('select clock_timestamp()::text as now')).rows[0]!.now
  await new Promise((resolve) => setTimeout(resolve, 200))
  const since = await now()
  await new Promise((resolve) => setTimeout(resolve, 1500))
  expect(await asked(since)).toEqual([])
})

const held = async (stream: string) =>
  (await f.rows<{ revision: string }>('select revision from t.seen where stream = $1 order by 1', [stream])).map(
    ({ revision }) => revision,
  )

const attempts = async () => (await f.rows<{ n: number }>('select max(attempts) as n from feed.parked'))[0]!.n

/** In our database: others share the server. */
const waitingForLock = async () => {
  const [found] = await f.rows<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
  )
  return found!.n
}

/** As if the process had gone silent: its locks are free, and it does not know yet. */
const loseLocks = (pool: pg.Pool) =>
  pool.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database =
    (select oid from pg_database where datname = current_database())`)

const timed = async (times: number[], work: () => Promise<unknown>) => {
  const start = performance.now()
  await work()
  times.push(performance.now() - start)
}

const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1]
