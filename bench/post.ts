import { join } from 'node:path'
import { startChild } from './child.ts'
import { openLog } from './databases.ts'
import type { Load, Loaded } from './load.ts'
import { compared, limited, type Line, type Measure } from './measure.ts'
import type { Ours } from './post-ours.ts'
import { interleaved, type Contender } from './rounds.ts'

const connections = 32
/** As many as each service of ours has. */
const pool = 4

/** The whole way of a request, from the first byte to the answer that it is recorded. */
export const wholePost: Measure = {
  id: 'H1',
  limit: 150,
  take: async (bench): Promise<Line[]> => {
    const { pid, url } = bench.postgres
    const log = await openLog(bench)
    const ours = await startChild<Ours>(bench, 'post-ours', {
      dir: join(bench.dir, 'ours'),
      postgres: { pid, url: url() },
    })
    const bare = await startChild<{ url: string }>(bench, 'post-bare', { url: log.url, connections: pool })
    const load = await startChild(bench, 'load', {})

    const took: Loaded[] = []
    const post =
      (to: string, headers: Record<string, string>, told: (loaded: Loaded) => unknown = () => {}): Contender =>
      async (ms) => {
        const body = JSON.stringify({ ...activity, agreementId: ours.hello.agreementId })
        const asked: Load = { url: to, path: '/v1/activities', headers, body, connections, ms }
        const loaded = await load.ask<Loaded>(asked)
        told(loaded)
        return loaded
      }
    const authorization = `Bearer ${ours.hello.keys.contractor}`
    const rounds = await interleaved(
      {
        ours: post(ours.hello.url, { Authorization: authorization }, (loaded) => took.push(loaded)),
        'bare Express': post(bare.hello.url, { Authorization: authorization }),
      },
      { ...bench, roundMs: bench.roundMs * 3 },
      { turns: 2 },
    )
    const counted = took.slice(2)
    return [
      ...compared(title, 'requests/s', rounds, 'ours', { 'bare Express': 0.6 }),
      limited(
        '  of ours, the median answer after',
        'ms',
        counted.map(({ p50 }) => p50),
        null,
      ),
      limited(
        '  of ours, 99 % of the answers within',
        'ms',
        counted.map(({ p99 }) => p99),
        null,
      ),
    ]
  },
}

const title = `whole POST, ${connections} connections`
const activity = { kind: 'lecture', title: '防溺水讲座', plannedOccurrences: 1, occurredOn: '2023-05-01' }
