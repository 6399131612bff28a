import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { startCluster, type Cluster } from '@wushe/embedded-postgres'
import {
  applySchema,
  checkCluster,
  ClusterBehindLog,
  postgresEventStore,
  repair,
  type EventLog,
  type Position,
  type Recorded,
} from '@wushe/event-store'
import pg from 'pg'
import { record, until, witness } from './following.fixture.ts'
import { follow } from './runner.ts'
import { applyFeedSchema } from './schema.ts'
import { sharedTail } from './tail.ts'

const password = 'test'
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
const dirs: string[] = []
let cluster: Cluster
let closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  cluster = await newCluster()
})
afterEach(async () => {
  for (const close of closing.reverse()) await close()
  closing = []
})
afterAll(async () => {
  await cluster.stop()
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true, maxRetries: 20 })
})

const newCluster = () => {
  const dir = mkdtempSync(join(tmpdir(), 'wushe-restart-'))
  dirs.push(dir)
  return startCluster({ dir, password, settings })
}

/** Where it was, as a server is that was restarted. */
const startAgain = async () => {
  cluster = await startCluster({ dir: cluster.dir, password, settings, port: cluster.port })
}

/** With an event log, and a table for each follower that will be there. */
const newDatabase = async (name: string, followers: string[], on = cluster) => {
  const server = await connect(on.url())
  await server.query(`create database ${name}`)
  await server.end()
  const client = await connect(on.url(name))
  await applySchema(client, { role: 'wushe' })
  await applyFeedSchema(client)
  await client.query('create schema t')
  for (const follower of followers)
    await client.query(`create table t.${follower} (position text primary key, stream text, revision bigint)`)
  closing.push(() => client.end())
  return { url: on.url(name), client }
}

const connect = async (url: string) => {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  return client
}

/** What one process has: the connections of its store, and the one that hears of other processes' events. */
const openProcess = ({ url }: { url: string }) => {
  const pool = new pg.Pool({ connectionString: url, max: 4, pipeline: true, connectionTimeoutMillis: 5000 } as object)
  pool.on('error', () => {})
  const store = postgresEventStore({ pool, listenUrl: url, patience: 30_000 })
  closing.push(() => pool.end(), store.close)
  return { pool, store, log: sharedTail(store.log) }
}

/** A process with a follower in it, which notes what it sees in the table of its name. */
const startFollower = (database: { url: string }, name: string) => {
  const { pool, log } = openProcess(database)
  const ending = new AbortController()
  const follower = witness({
    ...{ name, tables: [`t.${name}`] },
    apply: (events, client, table) => witness().apply(events, client, () => table(`t.${name}`)),
  })
  const running = follow(log, follower, { pool, owner: name, signal: ending.signal })
  const stop = async () => {
    ending.abort()
    await running.done
  }
  closing.push(stop)
  return { ...running, stop, seen: () => seenBy(pool, name) }
}

const seenBy = async (db: pg.Pool | pg.Client, follower: string) =>
  (await db.query<{ position: Position }>(`select position from t.${follower} order by position`)).rows.map(
    ({ position }) => position,
  )

test('failure mode 8: after a restart of the server events flow within five seconds, to whoever reads a log and to followers, and no handle is left behind', async () => {
  const database = await newDatabase('restarted', ['follower'])
  const { store } = openProcess(database)
  const follower = startFollower(database, 'follower')
  const { log, pool } = openProcess(database)
  const tail = readOn(log)
  closing.push(tail.stop)
  const arrives = async (last: Position, events: number) => {
    expect(await follower.waitFor(last, 5_000)).toBe(true)
    await until(() => tail.seen.length === events, 5_000)
  }
  await arrives(await record(store, 'case-1', 2), 2)
  const spare = await unaccounted(pool)

  for (let restart = 1; restart <= 3; restart++) {
    await cluster.stop()
    // What is recorded meanwhile waits for the server.
    const meanwhile = record(store, `case-${restart}`, 1)
    await pause(200 * restart)
    await startAgain()
    const start = performance.now()
    await meanwhile
    await arrives(await record(store, 'case-1', 1), 2 + restart * 2)
    expect(performance.now() - start).toBeLessThan(5_000)
  }
  expect(await follower.seen()).toHaveLength(8)
  expect(follower.health()).toMatchObject({ status: 'running', lagSeconds: 0 })
  // Also those come back that only listen, each once, and no socket is open that is no connection.
  await until(async () => (await connections(pool, 'listen es_committed')) === 3, 20_000)
  await until(async () => (await unaccounted(pool)) <= spare)
})

test('failure mode 9: twenty subscribers whose server is away knock ever more rarely and not in step, at little cost, and all come back', async () => {
  const away = process.env['WUSHE_LONG'] ? 30_000 : 4_000
  const names = Array.from({ length: 20 }, (_, i) => `reader_${i}`)
  const database = await newDatabase('storm', names)
  const { store } = openProcess(database)
  const followers = names.map((name) => startFollower(database, name))
  const last = await record(store, 'case-1', 3)
  for (const { waitFor } of followers) expect(await waitFor(last, 10_000)).toBe(true)

  await cluster.stop()
  const door = await closedDoor(cluster.port)
  const cpu = process.cpuUsage()
  await pause(away)
  const { user, system } = process.cpuUsage(cpu)
  await door.close()
  await startAgain()
  const later = await record(store, 'case-1', 3)
  for (const { waitFor } of followers) expect(await waitFor(later, 15_000)).toBe(true)
  for (const { seen } of followers) expect(await seen()).toHaveLength(6)

  // Each process has three who knock: its store twice a second at most, and two whose pauses double.
  expect(door.knocks.length).toBeLessThan(20 * (10 + (2 * away) / 1000))
  expect(knocksIn(door.knocks, away - 1000, away)).toBeLessThan(20 * 2)
  // In step, twenty would come at once, and then nobody for half a second at least.
  const tenths = Array.from({ length: (away - 1000) / 100 }, (_, i) => 1000 + i * 100)
  const lively = tenths.filter((from) => knocksIn(door.knocks, from, from + 100) > 0)
  expect(lively.length).toBeGreaterThan(tenths.length / 4)
  expect((user + system) / 1000 / away).toBeLessThan(0.2)
}, 90_000)

test('failure mode 15: a log that was restored into a cluster behind it is refused; once it is repaired, readers go on where they were, without a loss', async () => {
  const original = await newDatabase('original', ['reader'])
  const writer = openProcess(original)
  await original.client.query(
    'do $$ begin for i in 1..20000 loop perform pg_current_xact_id(); commit; end loop; end $$',
  )
  for (let stream = 0; stream < 3; stream++) await record(writer.store, `case-${stream}`, 5)
  const reader = startFollower(original, 'reader')
  expect(await reader.waitFor(await record(writer.store, 'case-1', 1), 10_000)).toBe(true)
  await reader.stop()
  await record(writer.store, 'case-1', 4)
  const { events: written } = await writer.store.log.page('start', { limit: 100 })
  expect(written).toHaveLength(20)

  const fresh = await newCluster()
  try {
    const restored = await newDatabase('restored', ['reader'], fresh)
    for (const table of ['es.events', 'es.streams', 'es.commands', 'es.checkpoints', 't.reader'])
      await copy(table, original.client, restored.client)
    await restored.client.query('update es.meta set xid_offset = $1', [
      (await original.client.query('select xid_offset from es.meta')).rows[0].xid_offset,
    ])
    await expect(checkCluster(restored.client)).rejects.toThrow(ClusterBehindLog)
    await repair(restored.client)
    await checkCluster(restored.client)

    expect(await seenBy(restored.client, 'reader')).toEqual(written.slice(0, 16).map(({ position }) => position))
    const { store } = openProcess(restored)
    const again = startFollower(restored, 'reader')
    expect(await again.waitFor(await record(store, 'case-2', 3), 10_000)).toBe(true)
    const { events } = await store.log.page('start', { limit: 100 })
    expect(events.slice(0, 20)).toEqual(written)
    expect(events.slice(20).map(({ stream, revision }) => `${stream} ${revision}`)).toEqual(
      [5, 6, 7].map((revision) => `case-2 ${revision}`),
    )
    expect(await again.seen()).toEqual(events.map(({ position }) => position))
  } finally {
    for (const close of closing.splice(0).reverse()) await close()
    await fresh.stop()
  }
}, 60_000)

/** As a dump and its restore do. */
const copy = async (table: string, from: pg.Client, to: pg.Client) => {
  const { rows } = await from.query(`select array_agg(t::text) as rows from ${table} t`)
  await to.query(`insert into ${table} select (r::${table}).* from unnest($1::text[]) r`, [rows[0].rows ?? []])
}

/** What is open in this process, by kind. */
const handles = (kind: string) => process.getActiveResourcesInfo().filter((name) => name === kind).length
const connections = async (pool: pg.Pool, lastSaid = '%') => {
  const text = `select count(*)::int as n from pg_stat_activity where datname = current_database() and query like $1`
  return (await pool.query<{ n: number }>(text, [lastSaid])).rows[0]!.n
}

/** The sockets of this process that are no connection: the most seen in a moment, for a pool may just open or end one. */
const unaccounted = async (pool: pg.Pool) => {
  const seen: number[] = []
  for (let look = 0; look < 10; look++) {
    seen.push(handles('TCPSocketWrap') - (await connections(pool)))
    await pause(20)
  }
  return Math.max(...seen)
}

/** Nobody is behind it; it notes when it was knocked at, in milliseconds. */
const closedDoor = async (port: number) => {
  const start = performance.now()
  const knocks: number[] = []
  const door = createServer((socket) => {
    knocks.push(performance.now() - start)
    socket.on('error', () => {}).destroy()
  })
  await new Promise<void>((resolve) => door.listen(port, '127.0.0.1', resolve))
  return { knocks, close: () => new Promise((resolve) => door.close(resolve)) }
}

const knocksIn = (knocks: readonly number[], from: number, to: number) =>
  knocks.filter((at) => at >= from && at < to).length

/** Reads a log until it is stopped, and asks again whatever goes wrong. */
const readOn = (log: EventLog, from: Position | 'start' = 'start') => {
  const stopping = new AbortController()
  const seen: Recorded[] = []
  const run = async () => {
    for (let after = from; !stopping.signal.aborted;) {
      const page = await log.page(after, { limit: 100 })
      seen.push(...page.events)
      after = page.scannedTo
      if (page.caughtUp) await log.wake(stopping.signal, after)
    }
  }
  const ended = run()
  return {
    seen,
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}
