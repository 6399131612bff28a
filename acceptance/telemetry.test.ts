import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createTopics, openBus } from '@wushe/feed'
import { databaseOf, metrics, prepareDatabases, run, type Credentials, type Host } from '@wushe/service-host'
import { testKafka } from '@wushe/testkit/kafka'
import { Client } from 'pg'
import { firstOrganisations } from '../scripts/first-organisations.ts'
import { accessService } from '../services/access/src/service.ts'
import { identity, inCommon, text } from './canaries.fixture.ts'
import { openCollector, type SeenSpan } from './otlp.fixture.ts'
import { needlesOf, search } from './search.fixture.ts'

const kafka = await testKafka()
const title = kafka
  ? 'a request that goes through several processes'
  : 'through Kafka (not run: it needs Java 17 and Maven, or an address in KAFKA_BROKERS)'

const services = ['access', 'case', 'volunteer', 'resources', 'reporting'] as const
const prefix = `t${randomBytes(6).toString('hex')}`
const passwords = Object.fromEntries(
  ['vault', ...services].map((name) => [name, randomBytes(12).toString('hex')]),
) as Credentials
const admin = process.env['WUSHE_TEST_POSTGRES']!
const urlOf = (name: keyof Credentials) =>
  databaseOf(admin, `${prefix}_${name}`, { user: `${prefix}_${name}`, password: passwords[name] })
const [master, cursorSecret] = [randomBytes(32), randomBytes(32)]

type Process = { url: string; metricsUrl: string; said: () => string; stop: () => Promise<number | null> }
const children: ChildProcess[] = []

/** As `main.ts` of the service runs it; at its end it says what it has loaded of OpenTelemetry. */
async function start(service: string, env: Record<string, string>): Promise<Process> {
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const child = spawn(process.execPath, ['--import', tellsWhatIsLoaded, `services/${service}/src/main.ts`], {
    cwd: join(import.meta.dirname, '..'),
    env: {
      ...inherited,
      PORT: '0',
      DATABASE_URL: urlOf(service as keyof Credentials),
      VAULT_DATABASE_URL: urlOf('vault'),
      VAULT_MASTER_KEY: master.toString('hex'),
      CURSOR_SECRET: cursorSecret.toString('hex'),
      KAFKA_BROKERS: kafka!.brokers,
      KAFKA_PREFIX: prefix,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  children.push(child)
  let said = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', (part) => (said += part))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', ({ ready }: any) => resolve(ready))
    void ended.then(() => reject(new Error(said)))
  })
  return {
    url,
    metricsUrl: /Metrics at ([^"]+)/.exec(said)?.[1] ?? '',
    said: () => said,
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}
const tellsWhatIsLoaded = `data:text/javascript,${encodeURIComponent(`
  import { createRequire } from 'node:module'
  const { cache } = createRequire('file:///')
  process.on('exit', () => console.log('loaded:', Object.keys(cache).filter((file) => file.includes('@opentelemetry')).length))
`)}`

let collector: Awaited<ReturnType<typeof openCollector>>
let access: Host
let cases: Process
let reporting: Process
let key: string
let caseId: string

const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(cases.url + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      'idempotency-key': `${inCommon.latinName} ${randomUUID()}`,
      'if-match': '*',
      'content-type': 'application/json',
      'user-agent': inCommon.latinName,
      baggage: `name=${inCommon.latinName}`,
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as any }
}
const until = async <Found>(look: () => Found | undefined | false | Promise<Found | undefined | false>) => {
  for (const end = Date.now() + 30_000; ; await pause(50)) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`Not seen: ${look}\n${collector.spans.map(({ name }) => name).join('\n')}`)
  }
}
const spanOf = (traceId: string, name: string) =>
  until(() => collector.spans.find((span) => span.traceId === traceId && span.name === name))
const metasOf = async (service: keyof Credentials, types: string[]) => {
  const client = new Client({ connectionString: urlOf(service) })
  await client.connect()
  const { rows } = await client.query('select meta from es.events where type = any($1) order by position', [types])
  await client.end()
  return rows.map(({ meta }) => meta as { traceparent?: string })
}
const traced = (traceId: string, flags: string) => ({ traceparent: `00-${traceId}-00f067aa0ba902b7-${flags}` })

beforeAll(async () => {
  if (!kafka) return
  await prepareDatabases(admin, passwords, prefix)
  const brokers = kafka.brokers.split(',')
  await createTopics(openBus({ brokers, prefix, clientId: 'test' }), services)
  collector = await openCollector()
  access = await run([accessService], {
    ...{ port: 0, databaseUrl: urlOf, vaultUrl: urlOf('vault'), master, cursorSecret },
    kafka: { brokers, prefix, tls: false },
  })
  const made = await firstOrganisations(access, { contractor: randomBytes(32).toString('hex') })
  key = made.contractor.key
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_TRACES_SAMPLER_ARG: '1',
    OTEL_BSP_SCHEDULE_DELAY: '200',
    METRICS_PORT: '0',
  }
  ;[cases, reporting] = await Promise.all([start('case', env), start('reporting', env)])
  await until(async () => (await ask('GET', '/v1/cases')).status === 200)
}, 120_000)

afterAll(async () => {
  if (!kafka) return
  for (const child of children) child.kill('SIGKILL')
  await access?.stop()
  await collector?.close()
  await kafka.stop()
  const client = new Client({ connectionString: admin })
  await client.connect()
  for (const name of Object.keys(passwords)) {
    await client.query(`drop database if exists ${prefix}_${name} with (force)`)
    await client.query(`drop role if exists ${prefix}_${name}`)
  }
  await client.end()
}, 60_000)

;(kafka ? describe : describe.skip)(title, () => {
  test('is one trace from the POST to the facts of another service', async () => {
    const person = { kind: 'person', identity: identity('traced'), occurredOn: '2023-02-01' }
    const subject = await ask('POST', '/v1/subjects', person)
    expect(subject.status).toBe(201)
    const subjectId = subject.body.data.id
    const opened = await ask('POST', '/v1/cases', { kind: 'in-depth', subjectId, occurredOn: '2023-02-02' })
    expect(opened.status).toBe(201)
    caseId = opened.body.data.id

    const post = await until(() => collector.spans.find(({ name }) => name === 'POST /v1/cases'))
    const child = async (name: string, parent: SeenSpan) => {
      const span = await spanOf(post.traceId, name)
      expect({ name, parentId: span.parentId, failed: span.failed }).toEqual({
        name,
        parentId: parent.spanId,
        failed: false,
      })
      return span
    }
    expect(post).toMatchObject({
      ...{ process: 'wushe-case', kind: 'server', parentId: '', failed: false },
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/cases',
        'http.response.status_code': 201,
        'wushe.operation': 'openCase',
      },
    })
    const append = await child('append', post)
    expect(append.attributes).toMatchObject({ 'wushe.category': 'case', 'wushe.outcome': 'appended' })
    const publish = await child('publish', post)
    expect(publish).toMatchObject({ process: 'wushe-case', kind: 'producer' })
    expect(await child('inbox case', publish)).toMatchObject({ process: 'wushe-reporting', kind: 'consumer' })
    expect(await child('project facts', post)).toMatchObject({ process: 'wushe-reporting', kind: 'internal' })
    expect(await child('project cases.case_file', post)).toMatchObject({ process: 'wushe-case', kind: 'internal' })
    expect(await metasOf('case', ['CaseOpened'])).toMatchObject([
      { traceparent: `00-${post.traceId}-${post.spanId}-01` },
    ])

    const line = cases
      .said()
      .split('\n')
      .find((one) => one.includes(post.traceId))!
    expect(JSON.parse(line)).toMatchObject({ operation: 'openCase', status: 201, traceId: post.traceId })
  }, 60_000)

  test('goes on with the trace of its caller, or with none where the caller says so', async () => {
    const [kept, left] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')]
    const post = (headers: object) =>
      ask(
        'POST',
        '/v1/subjects',
        { kind: 'person', identity: identity('asked'), occurredOn: '2023-02-01' },
        { ...headers, tracestate: `wushe=${inCommon.latinName}` },
      )
    expect((await post(traced(left, '00'))).status).toBe(201)
    expect((await post(traced(kept, '01'))).status).toBe(201)
    expect((await spanOf(kept, 'POST /v1/subjects')).parentId).toBe('00f067aa0ba902b7')
    expect((await spanOf(kept, 'inbox case')).process).toBe('wushe-reporting')
    expect(collector.spans.filter(({ traceId }) => traceId === left)).toEqual([])
    const told = (await metasOf('case', ['SubjectRegistered'])).map(({ traceparent }) => traceparent?.split('-')[1])
    expect(told.slice(1)).toEqual([undefined, kept])
  }, 60_000)

  test('leaves no name, number, note or id in traces, metrics and log', async () => {
    const failed = randomBytes(16).toString('hex')
    for (const [method, path, body] of [
      ['GET', `/v1/cases/${encodeURIComponent(inCommon.name)}`],
      ['GET', `/v1/${encodeURIComponent(inCommon.latinName)}`],
      ['GET', `/v1/cases?cursor=${encodeURIComponent(inCommon.latinName)}`],
      ['POST', '/v1/subjects', { kind: 'person', occurredOn: '2023-02-01', identity: { name: [inCommon.name] } }],
      ['POST', `/v1/cases/${caseId}/closure`, { reason: 'lost', occurredOn: '2999-06-01', note: text('late') }],
    ] as const)
      expect((await ask(method, path, body, traced(failed, '01'))).status).toBeGreaterThanOrEqual(400)
    expect((await spanOf(failed, 'GET')).attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 404,
    })
    await spanOf(failed, 'POST /v1/cases/{caseId}/closure')

    const scraped = await Promise.all([cases, reporting].map(async (one) => (await fetch(one.metricsUrl)).text()))
    const everything = {
      traces: collector.received(),
      metrics: Buffer.from(scraped.join('\n')),
      log: Buffer.from(cases.said() + reporting.said()),
    }
    for (const [where, content] of Object.entries(everything)) {
      expect(content.length).toBeGreaterThan(1000)
      const marks = [...Object.values(inCommon), ...(where === 'log' ? [] : [caseId, key, 'org_'])]
      expect(search(where, content, marks.flatMap(needlesOf))).toEqual([])
    }
  }, 60_000)

  test('is counted and timed, under names and labels that are listed', async () => {
    const seen = new Map<string, Set<string>>()
    const values = new Map<string, number>()
    for (const { metricsUrl } of [cases, reporting])
      for (const line of (await (await fetch(metricsUrl)).text()).split('\n')) {
        const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
        if (!name || name === 'target_info') continue
        const metric = name.replace(/_(bucket|sum|count)$/, '')
        const names = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label!).filter((label) => label !== 'le')
        seen.set(metric, new Set([...(seen.get(metric) ?? []), ...names]))
        values.set(`${name}{${labels}}`, Number(value))
      }
    expect(Object.fromEntries([...seen].map(([name, labels]) => [name, [...labels].sort()]))).toEqual(
      Object.fromEntries(Object.entries(metrics).map(([name, { labels }]) => [name, [...labels].sort()])),
    )
    const valueOf = (text: string) => values.get(text)
    expect(valueOf('wushe_follower_running{service="reporting",follower="inbox case"}')).toBe(1)
    expect(valueOf('wushe_follower_parked_events{service="case",follower="cases.case_file"}')).toBe(0)
    expect(valueOf('wushe_relay_published_events_total{service="case"}')).toBeGreaterThanOrEqual(4)
    expect(valueOf('wushe_inbox_events_total{service="reporting",source="case"}')).toBeGreaterThanOrEqual(4)
    expect(valueOf('wushe_append_duration_seconds_count{service="case",outcome="appended"}')).toBe(4)
    expect(valueOf('wushe_horizon_lag_seconds{service="case"}')).toBeGreaterThanOrEqual(0)
  })

  test('is not watched unless somebody asks for it, and then nothing of OpenTelemetry is loaded', async () => {
    const resources = await start('resources', {})
    expect(await resources.stop()).toBe(0)
    expect(resources.said()).toMatch('loaded: 0\n')
    expect(resources.said()).not.toMatch('Metrics at')
    for (const meta of await metasOf('access', ['OrganisationRegistered', 'ApiKeyIssued']))
      expect(meta).not.toHaveProperty('traceparent')
    expect([await cases.stop(), await reporting.stop()]).toEqual([0, 0])
    expect(cases.said()).toMatch(/loaded: [1-9]/)
  }, 60_000)
})
