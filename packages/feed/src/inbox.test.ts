import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { ForeignPosition, memoryEventStore, type EventLog, type Recorded } from '@wushe/event-store'
import { fillerOf } from './filler.ts'
import { openFollowing, record, until, witness, type OpenFollowing } from './following.fixture.ts'
import { NotYet, openInbox, type Inbox, type InboxEvent } from './inbox.ts'
import { requestRebuild } from './rebuild.ts'
import { sharedTail } from './tail.ts'
import { inTransaction, sendAll } from './transaction.ts'

let f: OpenFollowing
let inbox: Inbox
beforeEach(async () => {
  f = await openFollowing()
  inbox = openInbox({ pool: f.pool })
})
afterEach(() => f.close())

const learnt = async () => (await inbox.page('start', { limit: 100_000 })).events as InboxEvent[]
const ids = (events: Recorded[]) => events.map(({ id }) => id)
const recorded = async (log: EventLog) => (await log.page('start', { limit: 100_000 })).events
const put = async (
  events: Recorded[],
  ...how: Parameters<typeof fillerOf> extends [Inbox, ...infer How] ? How : never
) => {
  const filler = fillerOf(inbox, ...how)
  await inTransaction(f.pool, [], async (client) =>
    sendAll(client, (await filler.apply(events, client, (table) => table)) ?? []),
  )
  filler.committed?.()
}

test('two services are copied into one order without gaps, each event once, as it was', async () => {
  const [cases, resources] = [f.store, memoryEventStore()]
  const [one, two] = [f.start(fillerOf(inbox, 'case')), f.start(fillerOf(inbox, 'resources'), { over: resources.log })]
  for (let round = 0; round < 30; round++) {
    await record(cases, `case-${round % 3}`, [
      { a: round, sealed: { 'note.x': { ct: 'abc' } } },
      { '10': 1, '9': 2, '': null },
    ])
    await record(resources, 'offer-1', 3)
  }
  await one.waitFor((await recorded(cases.log)).at(-1)!.position, 5000)
  await two.waitFor((await recorded(resources.log)).at(-1)!.position, 5000)
  const all = await learnt()
  expect(all.map(({ position }) => position)).toEqual(
    Array.from({ length: 150 }, (_, i) => `in:${(i + 1).toString(16).padStart(16, '0')}`),
  )
  const from = (source: string) => all.filter((event) => event.source === source)
  for (const [source, log] of [
    ['case', cases.log],
    ['resources', resources.log],
  ] as const)
    expect(from(source).map(({ source: _, learntAt: __, position: ___, ...event }) => event)).toEqual(
      (await recorded(log)).map(({ position: _, ...event }) => event),
    )
})

test('what the evidence commits to keeps its bytes', async () => {
  const canonical = '{"":null,"10":{"2":1,"10":2,"b":"é","a":[{"3":0,"1":0}]},"9":-0.5,"text":"\\"1\\":"}'
  await record(f.store, 'case-1', 1)
  const [event] = await recorded(f.log)
  await put([{ ...event!, data: JSON.parse(canonical) }], 'case')
  const [row] = await f.rows<{ data: string }>('select data::text as data from inbox.events')
  expect(row!.data).toBe('{"":null,"10":{"10":2,"2":1,"a":[{"1":0,"3":0}],"b":"é"},"9":-0.5,"text":"\\"1\\":"}')
})

test('two fillers that race add each event once', async () => {
  for (let stream = 0; stream < 20; stream++) await record(f.store, `case-${stream}`, 10)
  const all = await recorded(f.log)
  const batches = [
    [0, 60],
    [30, 90],
    [90, 140],
    [60, 200],
    [140, 200],
  ] as const
  for (let at = 0; at < all.length; at += 40)
    await Promise.all(
      batches.map(async (_, i) => {
        const from = Math.max(0, at - i * 7)
        await put(all.slice(from, at + 40), 'case')
      }),
    )
  expect(ids(await learnt())).toEqual(ids(all))
})

test('two processes that follow the same service add each event once', async () => {
  f.start(fillerOf(inbox, 'case'))
  f.start(fillerOf(openInbox({ pool: f.process() }), 'case'), { in: f.process() })
  for (let round = 0; round < 50; round++) await record(f.store, `case-${round % 5}`, 4)
  await until(async () => (await learnt()).length === 200)
  expect(ids(await learnt())).toEqual(ids(await recorded(f.log)))
})

test('failure mode 14: each event is learnt later than the one before, whatever the clocks of its source say', async () => {
  await record(f.store, 'case-1', 6)
  const clocks = [
    '2026-01-01T00:00:00.000005Z',
    '2025-01-01T00:00:00Z',
    '2999-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z',
    '2999-01-01T00:00:00Z',
    'soon',
  ]
  const events = (await recorded(f.log)).map((event, i) => ({ ...event, meta: { recordedAt: clocks[i] } }))
  await put(events.slice(0, 3), 'case')
  await put(events.slice(3), 'case')
  const times = (await learnt()).map(({ learntAt }) => learntAt)
  expect(times.slice(0, 2)).toEqual(['2026-01-01T00:00:00.000005Z', '2026-01-01T00:00:00.000006Z'])
  expect(times).toEqual([...new Set(times)].sort())
  expect(Date.parse(times.at(-1)!)).toBeLessThan(Date.now() + 1000)
})

test('after a moment is settled nothing is learnt at or before it, so that what was known then stays so', async () => {
  await record(f.store, 'case-1', 4)
  const events = (await recorded(f.log)).map((event, i) => ({
    ...event,
    meta: { recordedAt: `2026-01-01T00:00:0${i}Z` },
  }))
  await put(events.slice(0, 2), 'case')
  await inbox.settle('2026-02-01T00:00:00.5Z')
  await inbox.settle('2026-01-15T00:00:00Z')
  await put(events.slice(2), 'case')
  expect((await learnt()).map(({ learntAt }) => learntAt)).toEqual([
    '2026-01-01T00:00:00.000000Z',
    '2026-01-01T00:00:01.000000Z',
    '2026-02-01T00:00:00.500001Z',
    '2026-02-01T00:00:00.500002Z',
  ])
  const known = await Promise.all(
    [
      '2025-12-31T00:00:00Z',
      '2026-01-01T00:00:00Z',
      '2026-02-01T00:00:00.5Z',
      '2026-02-01T00:00:00.500001Z',
      '2027-01-01T00:00:00Z',
    ].map(inbox.positionAt),
  )
  expect(known).toEqual(['start', ...['1', '2', '3', '4'].map((n) => `in:000000000000000${n}`)])
  await expect(inbox.settle('2999-01-01T00:00:00Z')).rejects.toThrow(NotYet)
})

test('a gap in a stream stops a filler that follows everything', async () => {
  await record(f.store, 'case-1', 5)
  const gappy: EventLog = {
    ...f.log,
    page: async (...asked) => {
      const page = await f.log.page(...asked)
      return { ...page, events: page.events.filter(({ revision }) => revision !== 3n) }
    },
  }
  const { health } = f.start(fillerOf(inbox, 'case', 'everything'), { over: gappy })
  await until(() => health().status === 'stopped')
  expect(health().error?.message).toBe('case-1 has a gap: revision 3 is missing before revision 4.')
  expect(await learnt()).toHaveLength(3)
})

test('a filter that comes to let more pass adds what was left out, once', async () => {
  for (let round = 0; round < 4; round++) {
    await record(f.store, 'case-1', 2, 'Opened')
    await record(f.store, 'case-1', 1, 'Closed')
  }
  const narrow = f.start(fillerOf(inbox, 'case', { types: ['Closed'] }))
  const last = (await recorded(f.log)).at(-1)!.position
  await narrow.waitFor(last, 5000)
  await narrow.stop()
  expect(await learnt()).toHaveLength(4)
  const wide = f.start(fillerOf(inbox, 'case', 'everything'))
  await until(() => wide.health().status === 'running' && wide.health().position === last)
  expect((await learnt()).map(({ revision }) => Number(revision)).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 12 }, (_, i) => i),
  )
})

test('a filtered page says how far it looked', async () => {
  await record(f.store, 'case-1', 50)
  await record(f.store, 'offer-1', 1, 'Offered')
  await put(await recorded(f.log), 'case')
  const head = await inbox.head()
  const ask = (options: Parameters<EventLog['page']>[1]) => inbox.page('start', options)
  expect(await ask({ limit: 10, filter: { types: ['Nothing'] } })).toEqual({
    events: [],
    scannedTo: head,
    caughtUp: true,
  })
  expect(await ask({ limit: 10, filter: { types: ['Offered'], categories: ['case'] } })).toMatchObject({ events: [] })
  expect((await ask({ limit: 10, filter: { categories: ['offer'] } })).events).toHaveLength(1)
  const first = await ask({ limit: 10, filter: { types: ['Happened'] } })
  expect(first).toMatchObject({ scannedTo: 'in:000000000000000a', caughtUp: false })
  await expect(inbox.page('pg:0000000000000001' as never, { limit: 1 })).rejects.toThrow(ForeignPosition)
})

test('a position of a source is answered with the place up to which the inbox must be read', async () => {
  const other = memoryEventStore()
  f.start(fillerOf(inbox, 'case', { types: ['Opened'] }))
  f.start(fillerOf(inbox, 'resources'), { over: other.log })
  const beforeAny = await record(f.store, 'case-1', 1, 'Unheard')
  expect(await inbox.localPositionOf('case', beforeAny, 5000)).toBe('start')
  const opened = await record(f.store, 'case-1', 2, 'Opened')
  const later = await record(f.store, 'case-1', 3, 'Unheard')
  const place = await inbox.localPositionOf('case', later, 5000)
  expect(place).toBe(await inbox.localPositionOf('case', opened, 5000))
  expect(place).toBe('in:0000000000000002')
  await record(other, 'offer-1', 5)
  await until(async () => (await learnt()).length === 7)
  expect(await inbox.localPositionOf('case', opened, 5000)).toBe(place)
  expect(await openInbox({ pool: f.process() }).localPositionOf('case', later, 5000)).toBe(place)
  expect(await inbox.localPositionOf('case', 'mem:ffffffffffffffff' as never, 20)).toBeUndefined()
})

test('who waits for the inbox hears of events within milliseconds, of those of another process soon after', async () => {
  const signal = new AbortController().signal
  const heard = async (fill: () => Promise<unknown>) => {
    const waited = openInbox({ pool: f.process() })
    const before = await waited.head()
    let start = performance.now()
    const here = [inbox, waited].map(async (one) => {
      await one.wake(signal, before)
      return performance.now() - start
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
    start = performance.now()
    await fill()
    return Promise.all(here)
  }
  await record(f.store, 'case-1', 3)
  const events = await recorded(f.log)
  const [near, far] = await heard(() => put(events, 'case'))
  expect(near).toBeLessThan(200)
  expect(far).toBeLessThan(400)
})

test('a projection over the inbox is an ordinary follower, and is built anew like one', async () => {
  f.start(fillerOf(inbox, 'case'))
  const { waitFor } = f.start(witness(), { over: sharedTail(inbox) })
  const last = await record(f.store, 'case-1', 20)
  const place = await inbox.localPositionOf('case', last, 5000)
  expect(await waitFor(place as never, 5000)).toBe(true)
  await f.pool.query('update t.seen set stream = null')
  await requestRebuild(f.pool, 'witness')
  await until(async () => (await f.rows('select 1 from t.seen where stream is null')).length === 0)
  expect(await f.rows('select count(*)::int as n, max(position) as last from t.seen')).toEqual([{ n: 20, last: place }])
})

test('failure mode 13: a hundred thousand events are read along their index and a page of them is all that is sorted, with statistics and before there are any', async () => {
  await f.pool.query(`
    alter table inbox.events set (autovacuum_enabled = false);
    insert into inbox.events
      select i, 'case', 'case-' || i / 10, i % 10, gen_random_uuid(), 'Happened', 1, now(), '{}', null, '{}', '',
          'mem:' || lpad(to_hex(i), 16, '0'), timestamptz 'epoch' + i * interval '1 s'
        from generate_series(1, 100000) i;
    update inbox.head set position = 100000`)
  const pool = f.process(1)
  const { page } = openInbox({ pool })
  expect((await page('start', { limit: 500 })).events).toHaveLength(500)
  await pool.query('set plan_cache_mode = force_generic_plan')
  const { rows } = await pool.query(`select name from pg_prepared_statements where statement like '%inbox.head h%'`)
  for (const statistics of [false, true]) {
    if (statistics) await f.pool.query('analyze inbox.events')
    for (const filter of ['null, null', `'{Happened}', null`, `null, '{case}'`]) {
      const explained = await pool.query(`explain (costs off) execute "${rows[0].name}" (50000, 500, ${filter})`)
      const plan = explained.rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(plan).toMatch(/Index Scan using events_pkey/)
      expect(plan).not.toMatch(/Seq Scan on events|Bitmap|Sort(?! Key)[^]*Sort(?! Key)/)
    }
  }
})
