import { join } from 'node:path'
import { freePort } from '@wushe/embedded-postgres'
import { startChild } from './child.ts'
import type { Load, Loaded } from './load.ts'
import { compared, limited, type Line, type Measure } from './measure.ts'
import { connections, stepsOf } from './post.ts'
import type { Served } from './post-served.ts'
import { processorTime } from './processes.ts'
import { interleaved, type Contender } from './rounds.ts'
import type { Sink, Sunk } from './sink.ts'

/** The whole way of a request, with somebody who wants to know of it and without. */
export const telemetry: Measure = {
  id: 'H1T',
  limit: 180,
  take: async (bench): Promise<Line[]> => {
    const sink = await startChild<Sink>(bench, 'sink', {})
    const metricsPort = await freePort()
    const servers = {
      told: await startChild<Served>(bench, 'post-served', {
        dir: join(bench.dir, 'told'),
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: sink.hello.url,
          OTEL_TRACES_SAMPLER_ARG: '0.1',
          METRICS_PORT: String(metricsPort),
        },
      }),
      silent: await startChild<Served>(bench, 'post-served', { dir: join(bench.dir, 'silent'), env: {} }),
    }
    const load = await startChild(bench, 'load', {})
    const took: Record<keyof typeof servers, number[]> = { told: [], silent: [] }
    const post =
      (to: keyof typeof servers): Contender =>
      async (ms) => {
        const { url, keys, agreementId, pid } = servers[to].hello
        const headers = { Authorization: `Bearer ${keys.contractor}`, 'If-Match': '*' }
        const asked: Load = { url, headers, steps: stepsOf(agreementId), connections, ms }
        const before = processorTime([pid])
        const loaded = await load.ask<Loaded>(asked)
        took[to].push((processorTime([pid]) - before) / loaded.count)
        return loaded
      }
    const turns = 2
    const rounds = await interleaved(
      { told: post('told'), silent: post('silent') },
      { ...bench, roundMs: bench.roundMs * 3 },
      { turns },
    )
    await demandTold(metricsPort, await sink.ask<Sunk>({}))
    const [line] = compared('whole POST with metrics and 10 % traced', 'requests/s', rounds, 'told', { silent: 0.85 })
    return [
      { ...line!, against: 'without either' },
      limited('  processor time for one', 'ms', took.told.slice(turns), null),
      limited('  … without either', 'ms', took.silent.slice(turns), null),
    ]
  },
}

/** What says nothing costs nothing. */
const demandTold = async (port: number, { requests, bytes }: Sunk) => {
  if (requests === 0 || bytes === 0) throw new Error('No traces have arrived.')
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  if (!/^http_server_request_duration\w*count.* [1-9]/m.test(metrics))
    throw new Error(`The metrics tell of no requests:\n${metrics.slice(0, 500)}`)
}
