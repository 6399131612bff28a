import { postgreSQLEventStoreConsumer, postgreSQLProjection } from '@event-driven-io/emmett-postgresql'
import type { EventStore } from '@wushe/event-store'
import { applyFeedSchema, createRecordTable, follow, recordFollower, sharedTail } from '@wushe/feed'
import type { Pool } from 'pg'
import { activityRecord } from '../services/case/src/activity/activity-record.ts'
import { openEmmett } from './append.ts'
import { as, openLog } from './databases.ts'
import { fact, factAsValue, streamName } from './facts.ts'
import { story } from './fill.ts'
import { compared, type Bench, type Line, type Measure } from './measure.ts'
import { interleaved, type Contender } from './rounds.ts'

const perStream = 10
const types = story(perStream)

/** A read model of all activities, from nothing. */
export const catchUp: Measure = {
  id: 'P1',
  limit: 420,
  take: async (bench): Promise<Line[]> => {
    const total = bench.quick ? 20_000 : 200_000
    // Emmett would take ten minutes a round for as many; its rate is the same for fewer.
    const fewer = bench.quick ? 500 : 2000
    const log = await openLog(bench)
    const { store, pool } = log.open()
    const client = await pool.connect()
    await applyFeedSchema(client)
    await client.query(`
      create schema summary;
      create table summary.activities (stream text primary key, tenant text, title text, held bigint, changed timestamptz)`)
    client.release()
    await createRecordTable(pool, activityRecord.table)
    bench.say(`writing ${total.toLocaleString('en')} events`)
    await write(store, total)

    const theirs = await emmettConsumer(bench, fewer)
    const best = await fastest(bench, theirs)
    const rounds = await interleaved(
      { ours: ours(store, pool, total), SQL: inSql(pool, total), emmett: theirs(), 'emmett tuned': theirs(best) },
      bench,
      {
        turns: 1,
      },
    )
    const title = `catch-up of one read model, ${total.toLocaleString('en')} events`
    const theirsToo = { emmett: 20, 'emmett tuned': 5 }
    const [besideSql, besideEmmett, besideTuned] = compared(title, 'events/s', rounds, 'ours', {
      SQL: null,
      ...theirsToo,
    })
    return [
      // One or the other: a machine may be fast enough for both.
      {
        ...besideEmmett!,
        ok: besideEmmett!.ok || besideEmmett!.value >= 50_000,
        against: `emmett’s consumer (over ${fewer.toLocaleString('en')})`,
      },
      { ...besideTuned!, against: `emmett’s, ${best} at a time` },
      { ...besideSql!, against: 'INSERT … SELECT … GROUP BY' },
    ]
  },
}

/** As a client with 24 connections writes them: streams grow side by side, event by event. */
const write = async (store: EventStore, total: number) => {
  let left = total / perStream
  const writer = async () => {
    while (left-- > 0) {
      const name = streamName()
      for (const [at, type] of types.entries()) {
        const result = await store.append(name, at === 0 ? 'no_stream' : BigInt(at - 1), [fact(type)])
        if (!result.ok) throw new Error(result.reason)
      }
    }
  }
  await Promise.all(Array.from({ length: 24 }, writer))
}

/** The product's own follower, which keeps every version of every record, from the first event to the last. */
const ours =
  (store: EventStore, pool: Pool, total: number): Contender =>
  async () => {
    await pool.query(`truncate ${activityRecord.table}; delete from es.checkpoints`)
    const head = await store.log.head()
    if (head === 'start') throw new Error('The log is empty.')
    const end = new AbortController()
    const start = performance.now()
    const log = sharedTail(store.log)
    const running = follow(log, recordFollower(activityRecord), { pool, owner: 'bench', signal: end.signal })
    const arrived = await running.waitFor(head, 120_000)
    const ms = performance.now() - start
    end.abort()
    await running.done
    const { rows } = await pool.query(`select count(*) from ${activityRecord.table}`)
    if (!arrived || Number(rows[0].count) !== total) throw new Error(`${rows[0].count} of ${total} versions are there.`)
    return { count: total, ms }
  }

const inSql =
  (pool: Pool, total: number): Contender =>
  async () => {
    await pool.query('truncate summary.activities')
    const start = performance.now()
    const { rowCount } = await pool.query(`
      insert into summary.activities
      select stream, min(meta ->> 'tenant'), min(data ->> 'title'), count(*) filter (where type = 'ActivityHeld'), max(at)
      from es.events group by stream`)
    if (rowCount !== total / perStream) throw new Error(`${rowCount} rows were written.`)
    return { count: total, ms: performance.now() - start }
  }

/** Of the sizes of a batch that its own bench tries. */
const fastest = async (bench: Bench, theirs: (batchSize: number) => Contender) => {
  const rates = new Map<number, number>()
  for (const batchSize of [100, 250, 500, 1000, 2000]) {
    const { count, ms } = await theirs(batchSize)(0)
    rates.set(batchSize, (count * 1000) / ms)
    bench.say(`emmett, ${batchSize} at a time: ${Math.round(rates.get(batchSize)!)}/s`)
  }
  return [...rates.keys()].reduce((best, size) => (rates.get(size)! > rates.get(best)! ? size : best))
}

/** Its consumer, as it is when nothing is set or with a batch of that size, with one upsert for each event. */
const emmettConsumer = async (bench: Bench, total: number): Promise<(batchSize?: number) => Contender> => {
  const store = await openEmmett(bench, 4)
  const url = bench.postgres.url('emmett')
  for (let i = 0; i < total / perStream; i++)
    await store.appendToStream(
      streamName(),
      types.map((type) => factAsValue(type)),
    )
  let round = 0
  return (batchSize) => async () => {
    const table = `held_${++round}`
    await as(url, (client) => client.query(`create table ${table} (stream text primary key, held bigint)`))
    let seen = 0
    let last = 0
    const consumer = postgreSQLEventStoreConsumer({
      connectionString: url,
      stopWhen: { noMessagesLeft: true },
      ...(batchSize !== undefined && { pulling: { batchSize } }),
    })
    consumer.projector({
      processorId: `bench ${round}`,
      projection: postgreSQLProjection({
        name: `bench ${round}`,
        canHandle: ['ActivityPlanned', 'ActivityHeld'],
        handle: async (events, { connection: { client } }) => {
          const query = client as unknown as Pool
          for (const { type, metadata } of events) {
            await query.query({
              name: table,
              text: `insert into ${table} as t values ($1, $2) on conflict (stream) do update set held = t.held + excluded.held`,
              values: [(metadata as { streamName: string }).streamName, type === 'ActivityHeld' ? 1 : 0],
            })
            seen++
          }
          last = performance.now()
        },
      }),
    })
    const start = performance.now()
    await consumer.start()
    await consumer.close()
    if (seen !== total) throw new Error(`Emmett’s consumer saw ${seen} of ${total} events.`)
    return { count: total, ms: last - start }
  }
}
