// A process of the bench: a log, a follower of it, and facts at a steady pace, as one service has them.
import { setTimeout as pause } from 'node:timers/promises'
import { postgresEventStore, type EventStore } from '@wushe/event-store'
import { applyFeedSchema, createRecordTable, follow, recordFollower, sharedTail } from '@wushe/feed'
import { Pool } from 'pg'
import { activityRecord } from '../services/case/src/activity/activity-record.ts'
import { asChild, childOptions } from './child.ts'
import { fact, streamName } from './facts.ts'
import { story } from './fill.ts'

export type Pace = { seconds: number; perSecond: number }
/** Lags in ms, one for each event; resident memory in MB, once a second; how many events were written. */
export type Steady = { lags: number[]; resident: number[]; count: number; ms: number }

const { url } = childOptions<{ url: string }>()
const pool = new Pool({ connectionString: url, max: 4, pipeline: true } as never)
pool.on('error', () => {})
await applyFeedSchema(pool as never)
await createRecordTable(pool, activityRecord.table)
const store = postgresEventStore({ pool })

/** When each event was acknowledged, until it is in the read model. Whichever of the two comes last takes the time. */
const acknowledged = new Map<string, number>()
const arrived = new Set<string>()
let lags: Float64Array
let taken = 0
const take = (ms: number) => void (taken < lags.length && (lags[taken++] = ms))

const record = recordFollower(activityRecord)
let batch: string[] = []
const ending = new AbortController()
const following = follow(
  sharedTail(store.log, { keep: 1000 }),
  {
    ...record,
    apply: async (events, client, table) => {
      batch = events.map(({ id }) => id)
      await record.apply(events, client, table)
    },
    committed: () => {
      record.committed?.()
      const now = performance.now()
      for (const id of batch) {
        const since = acknowledged.get(id)
        if (since === undefined) arrived.add(id)
        else take(now - since)
        acknowledged.delete(id)
      }
    },
  },
  { pool, owner: 'bench', signal: ending.signal },
)

asChild(
  {},
  {
    answer: (pace: Pace) => run(pace),
    stop: async () => {
      ending.abort()
      await following.done
      await store.close()
      await pool.end()
    },
  },
)

/** Of a second. */
const slices = 100

async function run({ seconds, perSecond }: Pace): Promise<Steady> {
  // Its memory is taken now, and not little by little while memory is watched.
  lags = new Float64Array(seconds * perSecond).fill(0)
  taken = 0
  const resident: number[] = []
  const start = performance.now()
  const watching = setInterval(() => resident.push(process.memoryUsage.rss() / 1e6), 1000)
  const streams = Array.from({ length: perSecond / 10 }, () => writer(store))
  let count = 0
  for (let slice = 0; slice < seconds * slices; slice++) {
    // Every few milliseconds a few, as the facts of many people come.
    await pause(Math.max(0, start + (slice * 1000) / slices - performance.now()))
    for (let i = 0; i < perSecond / slices; i++) void streams[count++ % streams.length]!()
  }
  await pause(1000)
  const ms = performance.now() - start - 1000
  clearInterval(watching)
  return { lags: [...lags.subarray(0, taken)], resident, count: taken, ms }
}

/** Goes on with its stream, and with a new one when it is long enough. One event at a time. */
function writer(store: EventStore) {
  const types = story(10)
  let at = 0
  let name = streamName()
  let before: Promise<unknown> = Promise.resolve()
  return () => (before = before.then(next))

  async function next() {
    const event = fact(types[at]!)
    const result = await store.append(name, at === 0 ? 'no_stream' : BigInt(at - 1), [event])
    if (!result.ok) throw new Error(result.reason)
    if (arrived.delete(event.id)) take(0)
    else acknowledged.set(event.id, performance.now())
    at = (at + 1) % types.length
    if (at === 0) name = streamName()
  }
}
