import { metrics as api, type BatchObservableResult, type Meter, type ObservableGauge } from '@opentelemetry/api'
import { setTimeout as pause } from 'node:timers/promises'
import { horizonLag } from '@wushe/event-store'
import { metrics, type Metric, type MetricName } from './metrics.ts'
import type { OpenService } from './open.ts'

type OfKind<Kind> = { [Name in MetricName]: (typeof metrics)[Name]['kind'] extends Kind ? Name : never }[MetricName]
type Labels = Record<string, string | number>

export type Instruments = {
  meter: Meter
  gauges: Record<OfKind<'gauge'>, ObservableGauge>
  count: (name: OfKind<'counter'>, value: number, labels: Labels) => void
  took: (name: OfKind<'histogram'>, since: number, labels: Labels) => void
}

/** An instrument for each metric of the list. */
export const instrumentsOf = (): Instruments => {
  const meter = api.getMeter('wushe')
  const made = <Made>(kind: Metric['kind'], make: (name: string, metric: Metric) => Made) =>
    Object.fromEntries(
      Object.entries<Metric>(metrics).flatMap(([name, metric]) =>
        metric.kind === kind ? [[name, make(name, metric)]] : [],
      ),
    ) as Record<string, Made>
  const counters = made('counter', (name, { help }) => meter.createCounter(name, { description: help }))
  const histograms = made('histogram', (name, { help, buckets }) =>
    meter.createHistogram(name, { description: help, advice: { explicitBucketBoundaries: [...buckets!] } }),
  )
  return {
    meter,
    gauges: made('gauge', (name, { help }) => meter.createObservableGauge(name, { description: help })),
    count: (name, value, labels) => counters[name]!.add(value, labels),
    took: (name, since, labels) => histograms[name]!.record((performance.now() - since) / 1000, labels),
  }
}

/** Fills the gauges of these services when they are asked for; what does not answer in time is no number. */
export const observer =
  ({ meter, gauges }: Instruments) =>
  (services: readonly OpenService[]): (() => void) => {
    const lags = services.map(({ pool }) => inTime(async () => (await horizonLag(pool)).seconds))
    let utilization = performance.eventLoopUtilization()

    const observe = async (result: BatchObservableResult) => {
      const { heapUsed, rss } = process.memoryUsage()
      const now = performance.eventLoopUtilization()
      result.observe(gauges.nodejs_heap_used_bytes, heapUsed)
      result.observe(gauges.process_resident_memory_bytes, rss)
      result.observe(
        gauges.nodejs_eventloop_utilization_ratio,
        performance.eventLoopUtilization(now, utilization).utilization,
      )
      utilization = now
      for (const { name: service, running, fillers, pool } of services) {
        const followers = [...[...running.values()].map((one) => one.running), ...fillers.values()]
        for (const { name: follower, status, lagSeconds, parked } of followers.map((one) => one.health())) {
          const labels = { service, follower }
          result.observe(gauges.wushe_follower_running, cannotGoOn.includes(status) ? 0 : 1, labels)
          result.observe(gauges.wushe_follower_lag_seconds, lagSeconds, labels)
          result.observe(gauges.wushe_follower_parked_events, parked, labels)
        }
        for (const [source, filler] of fillers)
          result.observe(gauges.wushe_inbox_lag_seconds, filler.health().lagSeconds, { service, source })
        const { totalCount, idleCount, waitingCount } = pool
        const connections = { used: totalCount - idleCount, idle: idleCount, waiting: waitingCount }
        for (const [state, count] of Object.entries(connections))
          result.observe(gauges.wushe_pool_connections, count, { service, state })
      }
      await Promise.all(
        services.map(async ({ name: service }, at) => {
          // What is not observed would go on showing its last value.
          result.observe(gauges.wushe_horizon_lag_seconds, (await lags[at]!()) ?? NaN, { service })
        }),
      )
    }

    const all = Object.values(gauges)
    meter.addBatchObservableCallback(observe, all)
    return () => meter.removeBatchObservableCallback(observe, all)
  }

const cannotGoOn: readonly string[] = ['stopped', 'retrying', 'ended']

/** Undefined after a second, or when it failed. While one question is under way it is not asked again. */
const inTime = <Answer>(ask: () => Promise<Answer>): (() => Promise<Answer | undefined>) => {
  let asked: Promise<Answer | undefined> | undefined
  return () => {
    asked ??= ask()
      .catch(() => undefined)
      .finally(() => (asked = undefined))
    return Promise.race([asked, pause(1000, undefined, { ref: false })])
  }
}
