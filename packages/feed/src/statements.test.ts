import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { memoryEventStore, type EventStore, type Recorded } from '@wushe/event-store'
import { sql, type Projection } from '@wushe/slice'
import fc from 'fast-check'
import type pg from 'pg'
import type { Follower } from './follower.ts'
import { openFollowing, record, type OpenFollowing } from './following.fixture.ts'
import { statementFollower } from './statements.ts'
import { inTransaction, sendAll } from './transaction.ts'

let f: OpenFollowing
let store: EventStore
beforeAll(async () => {
  f = await openFollowing()
  await f.pool.query('create table t.case_list (id text primary key, n int not null default 1, last text)')
})
beforeEach(async () => {
  store = memoryEventStore()
  await f.pool.query('truncate t.case_list')
})
afterAll(() => f.close())

const caseList = {
  name: 'case-list',
  revision: 1,
  tables: ['t.case_list'],
  following: {
    case: {
      Opened: ({ streamId }: { streamId: string }) => sql`insert into t.case_list (id) values (${streamId})`,
      Changed: ({ streamId, data }: { streamId: string; data: { to: string } }) => [
        sql`update t.case_list set n = n * 2 where id = ${streamId}`,
        sql`insert into t.case_list (id, last) values (${streamId}, ${data.to})
            on conflict (id) do update set n = case_list.n + 1, last = excluded.last`,
      ],
    },
    resources: { Opened: ({ streamId }: { streamId: string }) => sql`delete from t.case_list where id = ${streamId}` },
  },
} as unknown as Projection

const written = async (apply: Follower['apply'], client: pg.PoolClient, batch: Recorded[]) =>
  sendAll(client, (await apply(batch, client, (table) => table)) ?? [])
const events = async () => (await store.log.page('start', { limit: 1000 })).events
const list = () => f.rows('select * from t.case_list order by id')

test('the statements of an event run in order, and events in the order of the log', async () => {
  await record(store, 'case-1', 1, 'Opened')
  await record(store, 'case-1', [{ to: 'a' }, { to: 'b' }], 'Changed')
  await record(store, 'case-1', 1, 'Unheard')
  const { apply, filter } = statementFollower(caseList, { service: 'case' })
  expect(filter).toEqual({ types: ['Opened', 'Changed'] })
  await inTransaction(f.pool, [], async (client) => written(apply, client, await events()))
  expect(await list()).toEqual([{ id: '1', n: 7, last: 'b' }])
})

test('over an inbox an event goes to the handler of the service that it came from', async () => {
  await record(store, 'case-1', 1, 'Opened')
  await record(store, 'case-2', 1, 'Opened')
  await record(store, 'case-1', 1, 'Opened')
  const [one, two, three] = await events()
  const { apply } = statementFollower(caseList, { service: 'reporting' })
  const inbox = [
    { ...one!, source: 'case' },
    { ...two!, source: 'case' },
    { ...three!, source: 'resources' },
  ]
  await inTransaction(f.pool, [], (client) => written(apply, client, inbox))
  expect(await list()).toEqual([{ id: '2', n: 1, last: null }])
})

test('handlers see old events in today’s shape', async () => {
  await record(store, 'case-1', [{ target: 'a' }], 'Changed')
  const upcasters = { Changed: { 1: ({ target }: { target: string }) => ({ to: target }) } }
  const { apply } = statementFollower(caseList, { service: 'case', upcasters })
  await inTransaction(f.pool, [], async (client) => written(apply, client, await events()))
  expect(await list()).toEqual([{ id: '1', n: 1, last: 'a' }])
})

test('a statement that fails says what failed first', async () => {
  await record(store, 'case-1', 2, 'Opened')
  const { apply } = statementFollower(caseList, { service: 'case' })
  const applied = inTransaction(f.pool, [], async (client) => written(apply, client, await events()))
  await expect(applied).rejects.toMatchObject({ code: '23505' })
})

test('written elsewhere, every mention of a table is of the other one, and of no other', async () => {
  const statement = (text: string) => ({ text, values: [] })
  const projection = {
    ...caseList,
    tables: ['t.case_list', 't.case_list_by_day', 't.t'],
    following: {
      case: {
        Opened: () => [
          statement('insert into t.case_list select * from t.case_list_archive a, t.case_list_by_day, u.case_list'),
          statement('update t.case_list set n = case_list.n + t.case_list.n where my_case_list.n = a.case_list.n'),
          statement('select t.t.x from t.t'),
        ],
      },
    },
  } as unknown as Projection
  await record(store, 'case-1', 1, 'Opened')
  const { apply } = statementFollower(projection, { service: 'case' })
  const left = await apply(await events(), undefined as never, (table) => `${table}__next`)
  expect(left!.map(({ text }) => text)).toEqual([
    'insert into t.case_list__next select * from t.case_list_archive a, t.case_list_by_day__next, u.case_list',
    'update t.case_list__next set n = case_list__next.n + t.case_list__next.n where my_case_list.n = a.case_list.n',
    'select t.t__next.x from t.t__next',
  ])
})

test('any split into batches, on connections that pipeline and on others, gives the same table', async () => {
  const plain = new (f.pool.constructor as typeof pg.Pool)({ connectionString: f.database.url, max: 1 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ stream: fc.integer({ min: 1, max: 5 }), to: fc.string({ minLength: 1 }) }), {
        minLength: 1,
        maxLength: 60,
      }),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
      async (story, sizes) => {
        store = memoryEventStore()
        await f.pool.query('truncate t.case_list')
        for (const { stream, to } of story) await record(store, `case-${stream}`, [{ to }], 'Changed')
        const all = await events()
        const { apply } = statementFollower(caseList, { service: 'case' })
        for (let done = 0, step = 0; done < all.length; step++) {
          const size = sizes[step % sizes.length]!
          const batch = all.slice(done, done + size)
          await inTransaction(step % 2 === 0 ? f.pool : plain, [], (client) => written(apply, client, batch))
          done += size
        }
        const expected = new Map<string, { n: number; last: string }>()
        for (const { stream, to } of story) {
          const before = expected.get(String(stream))
          expected.set(String(stream), { n: before ? before.n * 2 + 1 : 1, last: to })
        }
        expect(await list()).toEqual([...expected].sort().map(([id, of]) => ({ id, ...of })))
      },
    ),
    { numRuns: 30 },
  )
  await plain.end()
})
