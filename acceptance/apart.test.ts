import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, test } from '@jest/globals'
import { kafkaMissing } from '@wushe/testkit/kafka'
import { readTopics } from '../faults/topics.ts'
import { figuresOf } from '../scripts/demo/figures.ts'
import { aFolder, cleanUp, launch, postmasterOf, query, readyIn, type Launched, type Ready } from './launch.fixture.ts'

const missing = await kafkaMissing()
const services = ['access', 'case', 'volunteer', 'resources', 'reporting'] as const
/** A fifth of the demonstration. */
const stations = 4
const reports = ['service-statistics', 'volunteer-statistics', 'resource-statistics', 'licence-rate', 'coverage']
/** Time for a slow and busy machine. */
const patience = 600_000

afterAll(cleanUp, 60_000)

;(missing ? describe.skip : describe)(`scripts/start --apart${missing ? ` (not run: ${missing})` : ''}`, () => {
  const dir = aFolder()
  let product: Launched
  let ready: Ready
  const processes = () =>
    JSON.parse(readFileSync(join(dir, 'apart.json'), 'utf8')) as Record<string, { pid: number; url: string }>
  const get = async (path: string, as: keyof Ready['keys'] = 'contractor') => {
    const answer = await fetch(ready.url + path, { headers: { authorization: `Bearer ${ready.keys[as]}` } })
    return { status: answer.status, body: (await answer.json()) as any }
  }

  test(
    'loads the demonstration through the proxy, and prints the same as one process does',
    async () => {
      product = launch(dir, '--apart', '--stations', String(stations))
      ready = await product.ready(patience)
      expect(product.said().match(/^ +curl .*$/gm)).toHaveLength(4)
      expect(ready.demo.agreementId).toMatch(/^agr_/)
    },
    patience,
  )

  test('gives exactly the figures of these stations', async () => {
    const { figures, nationalLicenceRate } = figuresOf(stations)
    const rows: { indicator: string; dimensions: Record<string, string>; value: string }[] = []
    for (const report of reports)
      rows.push(...(await get(`/v1/reports/${report}?agreementId=${ready.demo.agreementId}`, 'funder')).body.data)
    const totals = rows.filter(({ dimensions }) => Object.keys(dimensions).length === 0)
    expect(Object.fromEntries(totals.map(({ indicator, value }) => [indicator, value]))).toEqual(figures)
    expect(rows.find(({ dimensions }) => dimensions['scope'] === 'national')!.value).toBe(nationalLicenceRate)
  }, 60_000)

  test('runs each service as a process with a database and a port of its own', async () => {
    const running = processes()
    expect(new Set(services.map((name) => running[name]!.pid)).size).toBe(5)
    for (const name of services) {
      const answer = await fetch(`${running[name]!.url}/health/ready`)
      const { status, services: found } = (await answer.json()) as { status: string; services: { name: string }[] }
      expect([status, found.map((one) => one.name)]).toEqual(['ready', [name]])
      const users = await query(
        dir,
        'postgres',
        `select distinct usename from pg_stat_activity where datname = $1 and usename <> 'wushe' and application_name <> 'wushe vault'`,
        [`wushe_${name}`],
      )
      expect(users).toEqual([{ usename: `wushe_${name}` }])
    }
    expect((await fetch(`${ready.url}/health/ready`)).status).toBe(200)
  }, 60_000)

  test('puts every event on the topics, each as contracts/asyncapi.yaml says', async () => {
    const topics = await readTopics(dir)
    for (const name of services) {
      const [{ count }] = await query(dir, `wushe_${name}`, 'select count(*)::int as count from es.events')
      expect([name, topics.get(name)!.events.length]).toEqual([name, count])
    }
  }, 120_000)

  test('shows what was just recorded to who sends its Sync-Token', async () => {
    const answer = await fetch(`${ready.url}/v1/activities`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ready.keys.contractor}`,
        'content-type': 'application/json',
        'idempotency-key': 'a lecture',
      },
      body: JSON.stringify({
        ...{ kind: 'lecture', title: '防溺水讲座', plannedOccurrences: 1, occurredOn: '2023-12-01' },
        agreementId: ready.demo.agreementId,
      }),
    })
    expect(answer.status).toBe(201)
    const figures = await fetch(`${ready.url}/v1/reports/coverage?agreementId=${ready.demo.agreementId}`, {
      headers: { authorization: `Bearer ${ready.keys.funder}`, 'sync-token': answer.headers.get('sync-token')! },
    })
    expect(figures.status).toBe(200)
    const { receipt } = (await answer.json()) as { receipt: { events: { id: string }[] } }
    const there = 'select count(*)::int as count from inbox.events where id = $1'
    const [{ count }] = await query(dir, 'wushe_reporting', there, [receipt.events[0]!.id])
    expect(count).toBe(1)
  }, 60_000)

  test('knows a key and a token in every service, and within five seconds in none any longer', async () => {
    const as = { authorization: `Bearer ${ready.keys.operator}`, 'content-type': 'application/json', 'if-match': '*' }
    const post = async (path: string, body: object) => {
      const headers = { ...as, 'idempotency-key': `revocation of ${path}` }
      const answer = await fetch(ready.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      expect([path, answer.ok]).toEqual([path, true])
      return ((await answer.json()) as { data: { id: string; secret: string } }).data
    }
    const ours = `/v1/organisations/${(await get('/v1/me')).body.data.organisation.id}`
    const key = await post(`${ours}/keys`, { label: 'to be revoked' })
    const client = await post(`${ours}/clients`, { label: 'to be revoked', method: 'client_secret_basic' })
    const basic = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`
    const getToken = () =>
      fetch(`${ready.url}/oauth/token`, {
        method: 'POST',
        headers: { authorization: basic },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
    let answer = await getToken()
    for (let tries = 0; answer.status !== 200 && tries < 100; tries++) {
      await pause(100)
      answer = await getToken()
    }
    const { access_token: token } = (await answer.json()) as { access_token: string }
    const paths = { access: 'me', case: 'cases', volunteer: 'volunteers', resources: 'offers', reporting: 'projects' }
    /** What each service says by itself to the key and to the token; asked all the time, so that what it keeps is stale. */
    const statuses = () =>
      Promise.all(
        services.flatMap((name) =>
          [key.secret, token].map(async (text) => {
            const url = `${processes()[name]!.url}/v1/${paths[name]}?limit=1`.replace('me?limit=1', 'me')
            const { status } = await fetch(url, { headers: { authorization: `Bearer ${text}` } })
            return status
          }),
        ),
      )
    const until = async (wanted: number) => {
      const begun = Date.now()
      while ((await statuses()).some((status) => status !== wanted)) {
        if (Date.now() - begun > 30_000) throw new Error(`${String(await statuses())} instead of ${wanted}`)
        await pause(50)
      }
      return Date.now() - begun
    }
    await until(200)
    await Promise.all([
      post(`${ours}/keys/${key.id}/revocation`, { reason: 'leaked' }),
      post(`${ours}/clients/${client.id}/revocation`, { reason: 'leaked' }),
    ])
    const took = await until(401)
    console.log(`Revoked in all five services after ${took} ms.`)
    expect(took).toBeLessThan(5000)
  }, 120_000)

  test('starts a service again that dies, while the others go on answering', async () => {
    const { pid } = processes()['case']!
    process.kill(pid, 'SIGKILL')
    const others = await get('/v1/volunteers?limit=1')
    expect(others.status).toBe(200)
    for (let tries = 0; ; tries++) {
      const { status, body } = await get('/v1/cases?limit=1')
      if (status === 200) break
      expect([status, body.code, body.retryable]).toEqual([503, 'unavailable', true])
      expect(tries).toBeLessThan(300)
      await pause(100)
    }
    expect(processes()['case']!.pid).not.toBe(pid)
    expect(product.said()).toMatch('case has ended; starting it again …')
  }, 60_000)

  test('stops whole, also when it was killed itself', async () => {
    const { kafka, ...rest } = processes()
    product.signal('SIGKILL')
    await product.ended()
    for (
      let waited = 0;
      postmasterOf(dir) || Object.values({ kafka, ...rest }).some(({ pid }: any) => lives(pid));
      waited += 100
    ) {
      expect(waited).toBeLessThan(30_000)
      await pause(100)
    }
    product = launch(dir, '--apart')
    await product.ready(120_000)
    product.signal('SIGTERM')
    expect((await product.ended()).code).toBe(0)
    expect(readyIn(dir)).toBeUndefined()
  }, 180_000)
})

const lives = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
