import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { EventLog } from '@wushe/event-store'
import pg from 'pg'
import { door, openFollowing, record, until, witness, type OpenFollowing } from './following.fixture.ts'
import type { Follower } from './follower.ts'
import { redrive } from './parked.ts'
import { rebuildProgress, requestRebuild, UnknownFollower, type Progress } from './rebuild.ts'

let f: OpenFollowing
beforeEach(async () => {
  f = await openFollowing()
  await f.pool.query('create index seen_by_stream on t.seen (stream) where revision > 0')
})
afterEach(() => f.close())

const rows = (table = 't.seen') =>
  f.rows<{ position: string; stream: string }>(`select position, stream from ${table} order by 1`)
const seen = async () => (await rows()).map(({ position }) => position)
const recorded = async () => (await f.log.page('start', { limit: 100_000 })).events.map(({ position }) => position)
const rebuilt = async () => (await rebuildProgress(f.pool, 'witness').catch(() => undefined))?.state === 'done'

/** Another reading of the same events, as after a change of the code. */
const marking = (mark: string, revision: number, over: Partial<Follower> = {}) =>
  witness({
    revision,
    apply: async (events, client, table) => {
      for (const { position, revision } of events)
        await client.query(`insert into ${table('t.seen')} values ($1, $2, $3)`, [position, mark, revision])
    },
    ...over,
  })
const marks = async () => [...new Set((await rows()).map(({ stream }) => stream))]

test('a rebuild while events arrive and readers read loses nothing and shows no missing table', async () => {
  for (let stream = 0; stream < 20; stream++) await record(f.store, `case-${stream}`, 40)
  const { waitFor, health } = f.start(witness())
  await waitFor((await recorded()).at(-1)!, 10_000)
  await f.pool.query(`update t.seen set stream = 'spoilt' where position < 'mem:0000000000000100'`)

  let over = false
  const counts: number[] = []
  const readers = [0, 1, 2].map(async (i) => {
    const client = new pg.Client({ connectionString: f.database.url })
    await client.connect()
    while (!over) {
      const query = { text: 'select count(*)::int as n from t.seen', ...(i > 0 && { name: `reader ${i}` }) }
      const { rows } = await client.query<{ n: number }>(query)
      counts.push(rows[0]!.n)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await client.end()
  })
  const writer = (async () => {
    for (let round = 0; !over; round++) {
      await record(f.store, `case-${round % 30}`, 2)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  })()

  try {
    await requestRebuild(f.process(), 'witness')
    await until(rebuilt)
    await new Promise((resolve) => setTimeout(resolve, 100))
  } finally {
    over = true
    await Promise.all([...readers, writer])
  }
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(800)
  expect(await waitFor((await recorded()).at(-1)!, 5000)).toBe(true)
  expect(await seen()).toEqual(await recorded())
  expect(await marks()).not.toContain('spoilt')
  expect(health().status).toBe('running')
  const progress = await rebuildProgress(f.pool, 'witness')
  expect(progress?.total).toBe(progress?.done)
  expect(progress?.done).toBeGreaterThanOrEqual(800)
  expect(await f.rows(`select name, version from es.checkpoints`)).toEqual([{ name: 'witness', version: 1 }])
})

test('the new tables have the names of the old ones, of their indexes, and their rights', async () => {
  await f.pool.query('grant select on t.seen to public; grant insert on t.seen to pg_monitor with grant option')
  const described = () =>
    f.rows(`select indexname, indexdef, (select relacl::text from pg_class where oid = 't.seen'::regclass)
            from pg_indexes where schemaname = 't' order by 1`)
  const before = await described()
  await record(f.store, 'case-1', 3)
  f.start(witness())
  for (let again = 0; again < 2; again++) {
    await until(async () => (await f.rows('select 1 from es.checkpoints')).length > 0)
    await requestRebuild(f.pool, 'witness')
    await until(rebuilt)
    expect(await described()).toEqual(before)
  }
})

test('a raised revision builds anew while the old table serves, with progress', async () => {
  for (let stream = 0; stream < 40; stream++) await record(f.store, `case-${stream}`, 50)
  const old = f.start(marking('old', 1))
  await old.waitFor((await recorded()).at(-1)!, 10_000)
  await old.stop()
  await record(f.store, 'case-1', 5)

  const half = door()
  const told: Progress[] = []
  const gated: EventLog = {
    ...f.log,
    page: async (after, options) => {
      if (after !== 'start' && after > 'mem:0000000000000400' && options.limit > 1) await half.opened
      return f.log.page(after, options)
    },
  }
  const { health, waitFor } = f.start(marking('new', 2), { over: gated, onProgress: (progress) => told.push(progress) })
  await until(async () => (await rows('t.seen__next').catch(() => [])).length >= 1000)
  expect(health().status).toBe('building')
  expect(await marks()).toEqual(['old'])
  expect(await rows()).toHaveLength(2000)
  expect(await rebuildProgress(f.pool, 'witness')).toMatchObject({ state: 'building', total: expect.any(Number) })
  half.open()
  await until(() => health().status === 'running')
  expect(await waitFor((await recorded()).at(-1)!, 5000)).toBe(true)
  expect(await marks()).toEqual(['new'])
  expect(await seen()).toEqual(await recorded())
  expect(told.at(-1)).toEqual({ done: 2005, total: 2005 })
  expect(told.every(({ done, total }) => done <= total)).toBe(true)
})

test('while a newer revision builds, the older one in another process keeps serving, and is then superseded', async () => {
  await record(f.store, 'case-1', 30)
  const old = f.start(marking('old', 1))
  await old.waitFor((await recorded()).at(-1)!, 5000)

  const gate = door()
  const gated: EventLog = { ...f.log, page: async (...asked) => gate.opened.then(() => f.log.page(...asked)) }
  const young = f.start(marking('new', 2), { over: gated, in: f.process() })
  await until(() => young.health().status === 'building')
  expect(await old.waitFor(await record(f.store, 'case-1', 5), 5000)).toBe(true)
  expect(await marks()).toEqual(['old'])

  gate.open()
  await until(() => young.health().status === 'running')
  await record(f.store, 'case-1', 5)
  await until(() => old.health().status === 'superseded')
  expect(await young.waitFor((await recorded()).at(-1)!, 5000)).toBe(true)
  expect(await marks()).toEqual(['new'])
  expect(await seen()).toEqual(await recorded())

  // The way back is asked for, and open once the newer one is gone.
  await requestRebuild(f.pool, 'witness')
  await until(rebuilt)
  await young.stop()
  expect(await marks()).toEqual(['new'])
  await requestRebuild(f.pool, 'witness')
  await until(() => old.health().status === 'running')
  expect(await marks()).toEqual(['old'])
  expect(await seen()).toEqual(await recorded())
})

test('a rebuild that was killed starts over, also in another process', async () => {
  await record(f.store, 'case-1', 30)
  const stuck = door()
  const inside = door()
  let first = true
  const { stop, waitFor } = f.start(
    marking('mark', 1, {
      apply: async (events, client, table) => {
        if (table('t.seen') !== 't.seen' && first) {
          first = false
          inside.open()
          await stuck.opened
        }
        await marking('mark', 1).apply(events, client, table)
      },
    }),
  )
  await waitFor((await recorded()).at(-1)!, 5000)
  await requestRebuild(f.pool, 'witness')
  await inside.opened
  // The process is gone: its connections with it.
  await f.process().query(`select pg_terminate_backend(pid) from pg_stat_activity
                           where datname = current_database() and pid <> pg_backend_pid()`)
  stuck.open()
  void stop()
  const heir = f.start(marking('mark', 1), { in: f.process() })
  await until(rebuilt)
  await until(() => heir.health().status === 'running')
  expect(await heir.waitFor(await record(f.store, 'case-1', 3), 5000)).toBe(true)
  expect(await seen()).toEqual(await recorded())
  expect(await f.rows(`select to_regclass('t.seen__next') as twin`)).toEqual([{ twin: null }])
})

test('a rebuild that is asked for while nobody follows begins when somebody does', async () => {
  await record(f.store, 'case-1', 4)
  const first = f.start(marking('old', 1))
  await first.waitFor((await recorded()).at(-1)!, 5000)
  await first.stop()
  await requestRebuild(f.pool, 'witness')
  expect(await rebuildProgress(f.pool, 'witness')).toMatchObject({ state: 'requested' })
  f.start(marking('new', 1))
  await until(rebuilt)
  expect(await marks()).toEqual(['new'])
})

test('of two processes only one builds', async () => {
  await record(f.store, 'case-1', 30)
  const built: string[] = []
  const counting = (who: string) =>
    marking('mark', 1, {
      apply: async (events, client, table) => {
        if (table('t.seen') !== 't.seen') built.push(who)
        await marking('mark', 1).apply(events, client, table)
      },
    })
  const one = f.start(counting('one'))
  await one.waitFor((await recorded()).at(-1)!, 5000)
  f.start(counting('two'), { in: f.process() })
  await requestRebuild(f.pool, 'witness')
  await until(rebuilt)
  expect(new Set(built)).toEqual(new Set(['one']))
  expect(await seen()).toEqual(await recorded())
})

test('a rebuild that meets an event it cannot apply says so, and the old table goes on serving', async () => {
  await record(f.store, 'case-1', 9)
  let broken = false
  const { waitFor, health } = f.start(
    witness({
      apply: async (events, client, table) => {
        if (broken && events.some(({ revision }) => revision === 5n)) await client.query('select 1 / 0')
        await witness().apply(events, client, table)
      },
    }),
  )
  await waitFor((await recorded()).at(-1)!, 5000)
  broken = true
  await requestRebuild(f.pool, 'witness')
  await until(async () => (await rebuildProgress(f.pool, 'witness'))?.state === 'failed')
  expect((await rebuildProgress(f.pool, 'witness'))?.error).toMatchObject({
    code: '22012',
    event: { stream: 'case-1' },
  })
  expect(await waitFor(await record(f.store, 'case-2', 2), 5000)).toBe(true)
  expect(health().status).toBe('running')
  expect(await seen()).toEqual(await recorded())
  expect(await f.rows(`select name from es.checkpoints`)).toEqual([{ name: 'witness' }])
})

test('a rebuild by mended code takes a stopped follower past the event that stopped it', async () => {
  await record(f.store, 'case-1', 9)
  let mended = false
  const { waitFor, health } = f.start(
    witness({
      apply: async (events, client, table) => {
        if (!mended && events.some(({ revision }) => revision === 5n)) await client.query('select 1 / 0')
        await witness().apply(events, client, table)
      },
    }),
  )
  await until(() => health().status === 'stopped')
  mended = true
  await requestRebuild(f.pool, 'witness')
  await until(() => health().status === 'running')
  expect(await waitFor((await recorded()).at(-1)!, 5000)).toBe(true)
  expect(await seen()).toEqual(await recorded())
})

test('what the new tables had to park is parked after the switch, and what the old ones had parked is not', async () => {
  for (let stream = 0; stream < 5; stream++) await record(f.store, `case-${stream}`, 3)
  let bad = 'case-2'
  const { waitFor, health } = f.start(
    witness({
      onPoison: 'park',
      apply: async (events, client, table) => {
        if (events.some(({ stream, revision }) => stream === bad && revision === 1n)) await client.query('select 1 / 0')
        await witness().apply(events, client, table)
      },
    }),
  )
  await waitFor((await recorded()).at(-1)!, 5000)
  expect(health().parked).toBe(2)
  bad = 'case-4'
  await requestRebuild(f.pool, 'witness')
  await until(rebuilt)
  expect(await f.rows('select name, stream, attempts from feed.parked order by position')).toEqual([
    { name: 'witness', stream: 'case-4', attempts: 1 },
    { name: 'witness', stream: 'case-4', attempts: 0 },
  ])
  bad = ''
  await redrive(f.pool, 'witness')
  await until(() => health().parked === 0)
  expect(await seen()).toEqual(await recorded())
})

test('a follower without tables follows from the start again when its revision is raised', async () => {
  await record(f.store, 'case-1', 3)
  const told: string[] = []
  const relay = (revision: number) =>
    witness({
      revision,
      tables: [],
      apply: async (events) => void told.push(...events.map(({ position }) => position)),
    })
  const first = f.start(relay(1))
  await first.waitFor((await recorded()).at(-1)!, 5000)
  await first.stop()
  const second = f.start(relay(2))
  await until(() => told.length === 6)
  expect(await second.waitFor((await recorded()).at(-1)!, 5000)).toBe(true)
  expect(told).toEqual([...(await recorded()), ...(await recorded())])
})

test('a rebuild of what nobody follows is refused', async () => {
  await expect(requestRebuild(f.pool, 'nobody')).rejects.toThrow(UnknownFollower)
  expect(await rebuildProgress(f.pool, 'nobody')).toBeUndefined()
})
