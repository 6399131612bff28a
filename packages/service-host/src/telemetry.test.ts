import { context, trace } from '@opentelemetry/api'
import { tracing } from '@opentelemetry/sdk-node'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Carried, Follower } from '@wushe/feed'
import { readConfig } from './config.ts'
import { metrics, type Metric } from './metrics.ts'
import type { OpenService } from './open.ts'
import { contextOf, traceparentOf } from './telemetry-context.ts'
import { hooks } from './telemetry-hooks.ts'
import { openTelemetry } from './telemetry.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parentId = '00f067aa0ba902b7'
const traceparent = `00-${traceId}-${parentId}-01`

describe('what is asked for', () => {
  const key = '0'.repeat(64)
  const env = {
    DATABASE_URL: 'postgres://localhost/x',
    VAULT_DATABASE_URL: 'postgres://localhost/x',
    VAULT_MASTER_KEY: key,
    CURSOR_SECRET: key,
  }
  const telemetryOf = (more: Record<string, string>) => readConfig({ ...env, ...more }, ['case']).telemetryTo

  test('is nothing, unless somebody says where to', async () => {
    expect(telemetryOf({})).toBeUndefined()
    expect(telemetryOf({ OTEL_TRACES_SAMPLER_ARG: '1' })).toBeUndefined()
    expect(await openTelemetry(undefined, ['case'])).toBeUndefined()
  })

  test('is one request in ten, and metrics on the host of the API', () => {
    expect(telemetryOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', METRICS_PORT: '9464' })).toEqual({
      traces: { endpoint: 'http://collector:4318', ratio: 0.1 },
      metrics: { host: '127.0.0.1', port: 9464 },
    })
  })

  test('is complained of where it has another form', () => {
    const wrong = { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318', OTEL_TRACES_SAMPLER_ARG: '10%', METRICS_PORT: 'yes' }
    expect(() => telemetryOf(wrong)).toThrow(/OTLP_ENDPOINT is not an[^]*SAMPLER_ARG is not a number[^]*METRICS_PORT/)
  })
})

test('a traceparent is read as W3C writes it, and what is none is nothing', () => {
  const read = (text?: string) => trace.getSpanContext(contextOf(text) ?? context.active())
  expect(read(traceparent)).toEqual({ traceId, spanId: parentId, traceFlags: 1, isRemote: true })
  expect(read(`cc-${traceId}-${parentId}-00-what-will-be`)).toMatchObject({ traceId, traceFlags: 0 })
  for (const none of [
    undefined,
    '',
    `ff-${traceId}-${parentId}-01`,
    `00-${'0'.repeat(32)}-${parentId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${parentId}-01`,
    `${traceparent} name`,
  ])
    expect(read(none)).toBeUndefined()
})

describe('the spans of a follower', () => {
  const exporter = new tracing.InMemorySpanExporter()
  beforeEach(() => {
    const provider = new tracing.BasicTracerProvider({ spanProcessors: [new tracing.SimpleSpanProcessor(exporter)] })
    trace.setGlobalTracerProvider(provider)
    exporter.reset()
  })
  afterEach(() => trace.disable())

  const seen = () => exporter.getFinishedSpans().map(({ name, status, attributes }) => ({ name, status, attributes }))
  const event = (more: Partial<Carried> = {}): Carried =>
    ({ type: 'CaseOpened', at: new Date().toISOString(), meta: { traceparent }, ...more }) as Carried
  const watched = (follower: Partial<Follower>) =>
    hooks({ count: () => {}, took: () => {} } as never).follower('case', {
      ...{ name: 'cases.case_file', revision: 1, filter: {}, onPoison: 'stop', tables: [], apply: async () => {} },
      ...follower,
    })
  const apply = (follower: Follower, events: Carried[]) => follower.apply(events, {} as never, (table) => table)

  test('are there for recent events of a trace that it concerns, and for no other', async () => {
    const follower = watched({ concerns: ({ id }) => id !== 'other' })
    await apply(follower, [
      event(),
      event({ id: 'other' }),
      event({ meta: {} }),
      event({ meta: { traceparent: traceparent.replace(/01$/, '00') } }),
      event({ at: '2023-01-01T00:00:00.000000Z' }),
    ])
    expect(seen()).toMatchObject([{ name: 'project cases.case_file', attributes: { 'wushe.event': 'CaseOpened' } }])
  })

  test('say of an error its name and not its words', async () => {
    const failing = watched({
      apply: async () => {
        throw new RangeError('小明 is not a number')
      },
    })
    await expect(apply(failing, [event()])).rejects.toThrow('小明')
    expect(seen()).toMatchObject([{ status: { code: 2 }, attributes: { 'error.type': 'RangeError' } }])
    expect(JSON.stringify(seen())).not.toMatch('小明')
  })

  test('go with what is published, and leave the event as it was', async () => {
    const published: Carried[] = []
    const relay = watched({ name: 'relay', publish: async (events) => void published.push(...events) })
    const events = [event(), event({ meta: {} })]
    await relay.publish!(events)
    const [span] = exporter.getFinishedSpans()
    expect(span).toMatchObject({ name: 'publish', parentSpanContext: { traceId, spanId: parentId } })
    expect(published).toEqual([{ ...events[0], carried: traceparentOf(span as never) }, events[1]])
    expect(events[0]).not.toHaveProperty('carried')
  })
})

describe('nobody is held up', () => {
  const closes: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closes.splice(0)) await close()
  })
  /** Takes connections and says nothing. */
  const silent = async () => {
    const server = createServer((socket) => void closes.push(() => socket.destroy()))
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    closes.push(() => server.close())
    return (server.address() as AddressInfo).port
  }
  const linesOf = async (url: string) => (await (await fetch(url)).text()).split('\n')

  test('by a collector that does not answer, nor by a database, nor for long', async () => {
    const collector = await silent()
    const telemetry = (await openTelemetry(
      {
        traces: { endpoint: `http://127.0.0.1:${collector}`, ratio: 1 },
        metrics: { host: '127.0.0.1', port: 0 },
      },
      ['case'],
    ))!
    closes.push(telemetry.close)
    trace.getTracer('test').startSpan('lost').end()

    const pool = { totalCount: 4, idleCount: 1, waitingCount: 2, query: () => new Promise(() => {}) }
    const stopped = { name: 'relay', revision: 1, status: 'stopped', position: 'start', lagSeconds: 61, parked: 3 }
    let asked = 0
    const health = () => (asked++, stopped)
    const running = new Map([['relay', { running: { health }, source: 'own' }]])
    const unobserve = telemetry.observe([{ name: 'case', running, fillers: new Map(), pool } as never as OpenService])
    const began = performance.now()
    const lines = await linesOf(telemetry.metricsUrl!)
    expect(performance.now() - began).toBeLessThan(2500)
    expect(lines).toEqual(
      expect.arrayContaining([
        'wushe_follower_running{service="case",follower="relay"} 0',
        'wushe_follower_lag_seconds{service="case",follower="relay"} 61',
        'wushe_follower_parked_events{service="case",follower="relay"} 3',
        'wushe_pool_connections{service="case",state="used"} 3',
        'wushe_pool_connections{service="case",state="waiting"} 2',
        'wushe_horizon_lag_seconds{service="case"} NaN',
      ]),
    )
    expect((await fetch(telemetry.metricsUrl!.replace('/metrics', '/'))).status).toBe(404)
    unobserve()
    await linesOf(telemetry.metricsUrl!)
    expect(asked).toBe(1)

    const stopping = performance.now()
    await telemetry.close()
    expect(performance.now() - stopping).toBeLessThan(8000)
    await expect(fetch(telemetry.metricsUrl!)).rejects.toThrow()
  }, 20_000)

  test('by a port that is taken: it is said at once', async () => {
    const opening = openTelemetry({ metrics: { host: '127.0.0.1', port: await silent() } }, ['case'])
    await expect(opening).rejects.toThrow('EADDRINUSE')
  })
})

test('a metric has a name, a help and labels that cannot hold what somebody sent', () => {
  const allowed = ['service', 'follower', 'source', 'state', 'outcome']
  for (const [name, { kind, labels, help, buckets }] of Object.entries<Metric>(metrics)) {
    expect(name).toMatch(/^(wushe|http|nodejs|process)_[a-z_]+_(seconds|events|running|connections|bytes|ratio|total)$/)
    expect([name, name.endsWith('_total')]).toEqual([name, kind === 'counter'])
    expect([name, buckets !== undefined]).toEqual([name, kind === 'histogram'])
    expect(help).toMatch(/^.{10,100}[^.]$/)
    expect(labels.filter((label) => !allowed.includes(label) && !label.startsWith('http_'))).toEqual([])
  }
})
