import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { answerViolations } from '@wushe/contracts/openapi-check'
import { createWushe } from '@wushe/sdk'
import { sandboxOf } from '@wushe/service-host'
import { boot, seen, type Answer, type Api, type Booted } from '@wushe/testkit'
import { services } from '../scripts/all-services.ts'
import { sandboxBeginning, sandboxKeys } from '../scripts/sandbox.ts'

const secret = randomUUID()
const keys = sandboxKeys(secret)
let product: Booted
/** A real contractor, and the one of the sandbox. */
let live: Api
let trying: Api
beforeAll(async () => {
  const besides = sandboxOf(services, {
    adminUrl: process.env['WUSHE_TEST_POSTGRES']!,
    prefix: `sb${randomUUID().slice(0, 8)}`,
    ...{ secret, seed: sandboxBeginning(secret), validateAnswers: answerViolations },
    log: (line) => void ('operation' in line && seen(line)),
  })
  product = await boot(services, { besides })
  live = await product.organisation('contractor')
  trying = product.withKey(keys.contractor)
}, 60_000)
afterAll(() => product?.stop(), 60_000)

const anActivity = { kind: 'lecture', title: '试讲', plannedOccurrences: 1, occurredOn: '2025-05-01' }
const planned = async (by: Api, headers = {}) => by.post('/v1/activities', anActivity, headers)
const titlesOf = async (by: Api) => {
  const { body } = await by.get('/v1/activities?fields=title', { 'sync-token': (await planned(by)).syncToken! })
  return body.data.map(({ title }: { title: string }) => title)
}
const organisationOf = async (by: Api) => (await by.get('/v1/me')).body.data?.organisation
const clockOf = async () => new Date((await trying.get('/v1/sandbox')).body.data.now).getTime()
const after = (ms: number, days: number) => new Date(ms + days * 86_400_000).toISOString()
const codeOf = ({ status, body }: Answer) => [status, body.code]

describe('a sandbox', () => {
  test('begins with organisations, persons and an agreement that nobody ever had', async () => {
    expect(await organisationOf(trying)).toMatchObject({ kind: 'contractor', name: '沙箱社会工作服务中心' })
    expect((await trying.get('/v1/cases')).body.data).toHaveLength(3)
    expect((await trying.get('/v1/subjects')).body.data[0].identity.name).toMatch('试')
    const [agreement] = (await product.withKey(keys.funder).get('/v1/agreements')).body.data
    const report = await trying.get(`/v1/reports/service-statistics?agreementId=${agreement.id}`)
    expect([agreement.status, report.status]).toEqual(['active', 200])
  })

  test('says of every event that it is not real, and real ones say that they are', async () => {
    const modes = async (by: Api) => {
      const { syncToken } = await planned(by)
      const { body } = await by.get('/v1/events?limit=500', { 'sync-token': syncToken! })
      return [body.data.length > 0, [...new Set(body.data.map(({ livemode }: { livemode: boolean }) => livemode))]]
    }
    expect([await modes(trying), await modes(live)]).toEqual([
      [true, [false]],
      [true, [true]],
    ])
  })

  test('and what is real know nothing of each other: no fact, no key', async () => {
    const there = await planned(trying)
    const real = await planned(live)
    expect(await titlesOf(live)).not.toContain('沙箱讲座')
    for (const [by, other] of [
      [trying, real],
      [live, there],
    ] as const) {
      expect(codeOf(await by.get(`/v1/activities/${other.body.data.id}`))).toEqual([404, 'not-found'])
      expect(codeOf(await by.get(`/v1/requests/${other.headers.get('request-id')}`))).toEqual([404, 'not-found'])
    }
    const inLiveLogs = await product.operator.get('/v1/organisations?limit=500')
    expect(JSON.stringify(inLiveLogs.body)).not.toMatch('沙箱')
    expect(codeOf(await live.get('/sandbox/v1/me'))).toEqual([401, 'key-not-valid'])
    expect((await trying.get('/sandbox/v1/me')).status).toBe(200)
    expect((await product.anonymous.get('/sandbox/health/live')).body).toEqual({ status: 'live' })
  })

  test('gives keys and secrets that can be told from real ones at sight', async () => {
    const made = async (by: Api, what: string, body: object) => {
      const { id } = await organisationOf(by)
      const answer = await by.post(`/v1/organisations/${id}/${what}`, body)
      await by.get('/v1/me', { 'sync-token': answer.syncToken! }) // From here on it is known.
      return answer.body.data
    }
    const key = { label: 'another' }
    expect((await made(trying, 'keys', key)).secret).toMatch(/^wsk_test_/)
    expect((await made(live, 'keys', key)).secret).not.toMatch(/test/)
    const client = await made(trying, 'clients', { label: 'sync', method: 'client_secret_basic' })
    expect(client.secret).toMatch(/^wcs_test_/)

    const wushe = createWushe({
      baseUrl: `${product.url}/sandbox`,
      clientCredentials: { clientId: client.id, clientSecret: client.secret },
    })
    expect((await wushe.get('/v1/me')).data.key.id).toBe(client.id)
    const basic = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`
    const token = async (place: string) =>
      fetch(`${product.url}${place}/oauth/token`, {
        ...{ method: 'POST', headers: { authorization: basic } },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
    expect((await token('')).status).toBe(401)
    const { access_token } = (await (await token('/sandbox')).json()) as { access_token: string }
    // The token itself leads to the sandbox.
    expect((await product.withKey(access_token).get('/v1/me')).body.data.key.id).toBe(client.id)
  })
})

describe('the clock of a sandbox', () => {
  test('goes forward, and what is recorded then was recorded then', async () => {
    const then = after(await clockOf(), 40)
    const tomorrow = { ...anActivity, occurredOn: after(Date.now(), 30).slice(0, 10) }
    expect((await trying.post('/v1/activities', tomorrow)).body.code).toBe('date-in-future')
    expect((await trying.post('/v1/sandbox/clock', { now: then })).status).toBe(200)
    const { body } = await trying.post('/v1/activities', tomorrow)
    expect(body.data.recordedAt >= then).toBe(true)
    const before = await trying.get(`/v1/activities?asOf=${after(Date.parse(then), -1)}`)
    expect(JSON.stringify(before.body.data)).not.toMatch(body.data.id)

    const seeded = (await trying.get('/v1/activities')).body.data.find(({ title }: any) => title === '沙箱讲座')
    const evidence = [{ sha256: '9f'.repeat(32), mediaType: 'image/jpeg', label: '签到处' }]
    const occurrence = { occurredOn: '2025-05-21', headcount: { value: 15, method: 'count' }, evidence }
    const held = await trying.post(`/v1/activities/${seeded.id}/occurrences`, occurrence)
    expect(held.status).toBe(201)
    const counted = async (query: string) => {
      const report = `/v1/reports/service-statistics?agreementId=${seeded.agreementId}${query}`
      const { body: shown } = await trying.get(report, { 'sync-token': held.syncToken! })
      return shown.data.find(({ indicator, dimensions }: any) => indicator === 'IND-A1' && !dimensions.kind).value
    }
    expect([await counted(''), await counted(`&asOf=${after(Date.parse(then), -1)}`)]).toEqual(['1', '0'])
    expect((await live.post('/v1/activities', tomorrow)).body.code).toBe('date-in-future')
  })
  test('never goes back, nor beyond the life of the key that moves it', async () => {
    const to = (now: string) => trying.post('/v1/sandbox/clock', { now })
    expect(codeOf(await to(after(await clockOf(), -1)))).toEqual([422, 'clock-not-forward'])
    expect(codeOf(await to(after(await clockOf(), 400)))).toEqual([422, 'clock-beyond-key'])
  })
  test('stands still for nobody: a restart does not turn it back', async () => {
    const before = await clockOf()
    await product.restart()
    expect((await clockOf()) >= before).toBe(true)
  })
})

test('a reset brings back the beginning and the real time; the first keys work again, and no others', async () => {
  const { id } = await organisationOf(trying)
  const issued = (await trying.post(`/v1/organisations/${id}/keys`, { label: 'another' })).body.data.secret
  await planned(trying)
  const resets = await Promise.all([trying, trying].map((by) => by.post('/v1/sandbox/reset', undefined)))
  expect(resets.map(({ status }) => status)).toEqual([200, 200])
  expect(Math.abs((await clockOf()) - Date.now())).toBeLessThan(60_000)
  expect((await organisationOf(trying)).id).toBe(id)
  expect((await trying.get('/v1/activities')).body.data.map(({ title }: { title: string }) => title)).toEqual([
    '沙箱讲座',
  ])
  expect(codeOf(await product.withKey(issued).get('/v1/me'))).toEqual([401, 'key-not-valid'])
}, 30_000)

test('what is only for a sandbox is refused elsewhere, in so many words', async () => {
  expect(codeOf(await live.get('/v1/sandbox'))).toEqual([403, 'only-in-sandbox'])
  expect(codeOf(await live.post('/v1/sandbox/reset', undefined))).toEqual([403, 'only-in-sandbox'])
  expect(codeOf(await live.post('/v1/sandbox/clock', { now: after(Date.now(), 1) }))).toEqual([403, 'only-in-sandbox'])
  const key = { 'idempotency-key': randomUUID() }
  expect(codeOf(await planned(live, { ...key, 'sandbox-fault': '503' }))).toEqual([400, 'fault-only-in-sandbox'])
  expect((await planned(live, key)).headers.get('idempotent-replayed')).toBeNull()
})

describe('a fault that was ordered', () => {
  const withFault = (fault: string, headers = {}) => planned(trying, { 'sandbox-fault': fault, ...headers })

  test('comes before anything was done: 503, 429', async () => {
    const key = { 'idempotency-key': randomUUID() }
    const unavailable = await withFault('503', key)
    expect([...codeOf(unavailable), unavailable.headers.get('retry-after')]).toEqual([503, 'unavailable', '1'])
    const limited = await withFault('429', key)
    expect([...codeOf(limited), limited.headers.get('retry-after')]).toEqual([429, 'rate-limited', '1'])
    expect((await planned(trying, key)).headers.get('idempotent-replayed')).toBeNull()
  })
  test('delays the answer', async () => {
    const begun = performance.now()
    expect((await withFault('latency=300')).status).toBe(201)
    expect(performance.now() - begun).toBeGreaterThan(299)
  })
  test('lets a change come too late', async () => {
    const { id } = (await planned(trying)).body.data
    const corrected = (headers: object) =>
      trying.post(`/v1/activities/${id}/correction`, { ...anActivity, title: '改', reason: 'typing-error' }, {
        'if-match': '"v1"',
        ...headers,
      } as Record<string, string>)
    const late = await corrected({ 'sandbox-fault': 'version-conflict' })
    expect([...codeOf(late), late.etag]).toEqual([412, 'version-conflict', '"v1"'])
    expect((await corrected({})).status).toBe(200)
  })
  test('that nobody knows is refused', async () => {
    const unknown = await withFault('earthquake')
    expect([...codeOf(unknown), unknown.body.params.known]).toEqual([
      ...[400, 'sandbox-fault-not-known', expect.stringMatching('drop-response-after-commit')],
    ])
    expect((await withFault('latency=99999')).status).toBe(400)
  })
  test('breaks the line after all was done; whoever sends it again with the same key records it once', async () => {
    const key = { 'idempotency-key': randomUUID() }
    await expect(withFault('drop-response-after-commit', key)).rejects.toThrow('fetch failed')
    const again = await planned(trying, key)
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
  })
  test('is borne by a client that tries again by itself', async () => {
    let sent = 0
    const badLine: typeof fetch = (input, init) => {
      const request = new Request(input, init)
      if (request.method === 'POST' && ++sent <= 2) request.headers.set('sandbox-fault', 'drop-response-after-commit')
      return fetch(request)
    }
    const wushe = createWushe({ baseUrl: product.url, apiKey: keys.contractor, fetch: badLine })
    const body = { ...anActivity, title: '断线', kind: 'lecture' as const }
    const { data } = await wushe.post('/v1/activities', { body })
    expect([sent, data.version]).toEqual([3, 1])
    expect((await titlesOf(trying)).filter((title: string) => title === '断线')).toHaveLength(1)
  })
})
