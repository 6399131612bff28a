import type { Pool } from 'pg'
import type { Command, EventStore } from '@wushe/event-store'
import { newCommand } from './append.ts'
import { openLog } from './databases.ts'
import { fact, streamName } from './facts.ts'
import { compared, limited, type Line, type Measure } from './measure.ts'
import { rawAppend, rawVersion } from './raw.ts'
import { interleaved, type Contender } from './rounds.ts'

const writers = 16

/**
 * Everybody wants to write to one stream: each command looks where the stream is and appends there; who was too late tries
 * again at once, with the revision that he was told.
 */
export const hot: Measure = {
  id: 'A5',
  limit: 240,
  take: async (bench): Promise<Line[]> => {
    const log = await openLog(bench)
    const { store } = log.open()
    const pool = log.pool(writers)
    await pool.query('create table raw.streams (name text primary key, version bigint) with (fillfactor = 80)')

    const turns = 2
    const successes = { ours: [] as number[][], command: [] as number[][], raw: [] as number[][] }
    const rounds = await interleaved(
      {
        ours: crowd(() => ours(store), successes.ours),
        raw: crowd(() => inSql(pool), successes.raw),
        'ours with command': crowd(() => ours(store, newCommand), successes.command),
      },
      { ...bench, roundMs: bench.roundMs * 6 },
      { turns },
    )
    const uneven = (of: number[][]) =>
      Array.from({ length: of.length / turns }, (_, round) => {
        const each = of.slice(round * turns, (round + 1) * turns)
        const sums = each[0]!.map((_, writer) => each.reduce((sum, one) => sum + one[writer]!, 0))
        // Who had no luck at all counts as though he had had it once.
        return Math.max(...sums) / Math.max(1, Math.min(...sums))
      }).slice(1)
    const title = `append to one stream, ${writers} writers`
    return [
      ...compared(title, 'events/s', rounds, 'ours', { raw: 0.7 }),
      limited('  the luckiest writer’s events ÷ the unluckiest’s', '×', uneven(successes.ours), 2),
      limited('  … of raw', '×', uneven(successes.raw), null),
      ...compared(`${title}, and its command remembered`, 'events/s', rounds, 'ours with command', { raw: null }),
      limited('  the luckiest writer’s events ÷ the unluckiest’s', '×', uneven(successes.command), null),
    ]
  },
}

type Stream = {
  last: () => Promise<bigint>
  /** The revision to try next when somebody else was faster; undefined when it was written. */
  append: (last: bigint) => Promise<bigint | undefined>
}

const crowd =
  (open: () => Promise<Stream>, successes: number[][]): Contender =>
  async (ms) => {
    const stream = await open()
    const wins = Array.from({ length: writers }, () => 0)
    const start = performance.now()
    await Promise.all(
      wins.map(async (_, writer) => {
        let last: bigint | undefined
        while (performance.now() - start < ms) {
          last = await stream.append(last ?? (await stream.last()))
          if (last === undefined) wins[writer]!++
        }
      }),
    )
    successes.push(wins)
    return { count: wins.reduce((sum, one) => sum + one), ms: performance.now() - start }
  }

const ours = async (store: EventStore, command?: () => Command): Promise<Stream> => {
  const stream = streamName()
  await store.append(stream, 'no_stream', [fact()])
  return {
    last: async () => {
      for await (const { revision } of store.read(stream, { backwards: true, limit: 1 })) return revision
      throw new Error('The stream is empty.')
    },
    append: async (last) => {
      const result = await store.append(stream, last, [fact()], command ? { command: command() } : {})
      if (result.ok) return undefined
      if (result.reason !== 'conflict' || result.actual === 'no_stream') throw new Error(result.reason)
      return result.actual
    },
  }
}

const inSql = async (pool: Pool): Promise<Stream> => {
  const stream = streamName()
  await pool.query('insert into raw.streams values ($1, 0)', [stream])
  const last = () => rawVersion(pool, stream)
  return { last, append: async (known) => ((await rawAppend(pool, stream, known, fact())) ? undefined : last()) }
}
