import { randomBytes, randomUUID } from 'node:crypto'
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql'
import type { Command } from '@wushe/event-store'
import { Pool } from 'pg'
import { openDatabase, openLog } from './databases.ts'
import { fact, factAsValue, streamName } from './facts.ts'
import { compared, type Bench, type Line, type Measure } from './measure.ts'
import { openMessageDb } from './message-db.ts'
import { rawInsert } from './raw.ts'
import { bursts, interleaved, workers, type Contender } from './rounds.ts'

type Way = (work: () => Promise<unknown>) => Contender

/** One event, each on a new stream. */
const append = (
  id: string,
  title: string,
  {
    way,
    connections,
    raw,
    emmett,
    messageDb,
  }: { way: Way; connections: number; raw: number; emmett: number | null; messageDb?: number },
): Measure => ({
  id,
  limit: 120,
  take: async (bench): Promise<Line[]> => {
    const log = await openLog(bench)
    const { store } = log.open()
    const pool = log.pool(connections)
    const theirs = await openEmmett(bench, connections)
    const eventide = messageDb === undefined ? undefined : await openMessageDb(bench, connections)

    const ours = (command: boolean) => async () => {
      const remembered = command ? { command: newCommand() } : {}
      const result = await store.append(streamName(), 'no_stream', [fact()], remembered)
      if (!result.ok) throw new Error(result.reason)
    }
    const rounds = await interleaved(
      {
        ours: way(ours(false)),
        raw: way(() => rawInsert(pool, streamName(), 0, fact())),
        emmett: way(() =>
          theirs.appendToStream(streamName(), [factAsValue()], { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' }),
        ),
        ...(eventide && { 'message-db': way(() => eventide.append(streamName(), factAsValue())) }),
        'ours with command': way(ours(true)),
      },
      bench,
    )
    return [
      ...compared(title, 'events/s', rounds, 'ours', {
        raw,
        emmett,
        ...(eventide && { 'message-db': messageDb! }),
      }),
      ...compared(`${title}, and its command remembered`, 'events/s', rounds, 'ours with command', { raw: null }),
    ]
  },
})

export const appends: Measure[] = [
  append('A1', 'append, one after the other', {
    way: (work) => workers(1, work),
    connections: 1,
    raw: 0.8,
    emmett: null,
  }),
  append('A2', 'append, 16 side by side', {
    way: (work) => workers(16, work),
    connections: 16,
    raw: 0.7,
    emmett: null,
    messageDb: 2.5,
  }),
  append('A3', 'append, 1,000 at once', { way: (work) => bursts(1000, work), connections: 10, raw: 4, emmett: 10 }),
]

export const openEmmett = async (bench: Bench, connections: number) => {
  const pool = new Pool({ connectionString: await openDatabase(bench, 'emmett'), max: connections })
  pool.on('error', () => {})
  bench.atEnd(() => pool.end())
  const store = getPostgreSQLEventStore(bench.postgres.url('emmett'), { connectionOptions: { pool } })
  bench.atEnd(() => store.close())
  await store.schema.migrate()
  return store
}

/** Its fingerprint is as long as the host's. */
export const newCommand = (): Command => ({ id: randomUUID(), fingerprint: randomBytes(32).toString('hex') })
