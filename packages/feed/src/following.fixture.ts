import { randomUUID } from 'node:crypto'
import { applySchema, memoryEventStore, type EventLog, type EventStore, type Position } from '@wushe/event-store'
import { testDatabase } from '@wushe/testkit/postgres'
import pg from 'pg'
import type { Follower } from './follower.ts'
import { applyInboxSchema } from './inbox-schema.ts'
import { follow, type FollowOptions, type Running } from './runner.ts'
import { applyFeedSchema } from './schema.ts'

/** A database for followers, and a log to follow. */
export const openFollowing = async () => {
  const database = await testDatabase('feed')
  const pools: pg.Pool[] = []
  const stops: (() => Promise<void>)[] = []

  /** The connections of one more process. */
  const process = (max = 4) => {
    const pool = new pg.Pool({ connectionString: database.url, max, pipeline: true } as pg.PoolConfig)
    pool.on('error', () => {})
    pools.push(pool)
    return pool
  }

  const pool = process()
  const client = await pool.connect()
  await applySchema(client, { role: new URL(database.url).username })
  await applyFeedSchema(client)
  await applyInboxSchema(client)
  await client.query('create schema t; create table t.seen (position text primary key, stream text, revision bigint)')
  client.release()
  const store = memoryEventStore()

  return {
    database,
    pool,
    process,
    store,
    log: store.log,
    /** Follows until the test ends, or `stop` is called. */
    start: (
      follower: Follower,
      { over = store.log, in: where = pool, ...options }: Start = {},
    ): Running & { stop: Stop } => {
      const ending = new AbortController()
      const running = follow(over, follower, { pool: where, owner: 'test', signal: ending.signal, ...options })
      const stop = async () => {
        ending.abort()
        await running.done
      }
      stops.push(stop)
      return { ...running, stop }
    },
    rows: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await pool.query<Row>(text, values)).rows,
    close: async () => {
      await Promise.all(stops.map((stop) => stop()))
      await Promise.all(pools.map((pool) => pool.end()))
      await database.drop()
    },
  }
}

export type OpenFollowing = Awaited<ReturnType<typeof openFollowing>>
type Stop = () => Promise<void>
type Start = { over?: EventLog; in?: pg.Pool; log?: (line: string) => void } & Pick<FollowOptions, 'onProgress'>

/** Appends events of one type to a stream; answers the position of the last. */
export const record = async (
  store: EventStore,
  stream: string,
  events: number | readonly object[] = 1,
  type = 'Happened',
): Promise<Position> => {
  const data = typeof events === 'number' ? Array.from({ length: events }, () => ({})) : events
  const meta = { recordedAt: '2026-03-03T10:12:09.123Z', tenant: 'org_1' }
  const result = await store.append(
    stream,
    'any',
    data.map(({ sealed = null, ...facts }: { sealed?: object | null }) => ({
      ...{ id: randomUUID(), type, schema: 1, data: JSON.stringify(facts), meta: JSON.stringify(meta) },
      ...{ sealed: sealed && JSON.stringify(sealed), entry: Buffer.from('entry') },
    })),
  )
  if (!result.ok) throw new Error(result.reason)
  return result.position
}

/** Notes each event it sees, once: a second time would break the primary key. */
export const witness = (over: Partial<Follower> = {}): Follower => ({
  name: 'witness',
  revision: 1,
  filter: {},
  onPoison: 'stop',
  tables: ['t.seen'],
  apply: async (events, client, table) => {
    for (const { position, stream, revision } of events)
      await client.query(`insert into ${table('t.seen')} values ($1, $2, $3)`, [position, stream, revision])
  },
  ...over,
})

/** Waits until it is so, or fails. */
export const until = async (isSo: () => boolean | Promise<boolean>, ms = 10_000) => {
  const end = performance.now() + ms
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`It was not so within ${ms} ms.`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** A door that is shut until it is opened. */
export const door = () => {
  let open = () => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, opened }
}
