import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { caughtUp } from '@wushe/service-host'
import { boot, type Api, type Booted } from '@wushe/testkit'
import { reportingService } from '../services/reporting/src/service.ts'
import { services } from '../scripts/all-services.ts'
import { aHookServer, signedBy } from './hooks.fixture.ts'

let product: Booted
let contractor: Api
let stranger: Api
/** The clock of the product: hours pass in a moment. */
let ahead = 0
const now = () => new Date(Date.now() + ahead)
const hours = (count: number) => void (ahead += count * 3_600_000)
type Hooks = Awaited<ReturnType<typeof aHookServer>>
let hooks: Hooks
const opened: Hooks[] = []
const registered: string[] = []

beforeAll(async () => {
  product = await boot(services, { webhooksToLoopback: true, now })
  contractor = await product.organisation('contractor', '甲方中心')
  stranger = await product.organisation('contractor', '乙方中心')
}, 300_000)
afterAll(() => product?.stop(), 60_000)
afterEach(async () => {
  for (const id of registered.splice(0)) await contractor.post(`/v1/webhook-endpoints/${id}/removal`, {})
  await Promise.all(opened.splice(0).map((one) => one.close()))
})

/** What was recorded in the second before a registration belongs to it. */
const server = async () => {
  await pause(1100)
  const made = await aHookServer()
  opened.push(made)
  return made
}
async function register(to: Hooks, facts: object = {}) {
  const answer = await contractor.post('/v1/webhook-endpoints', { url: to.url, ...facts })
  expect(answer.status).toBe(201)
  const { id, secret } = answer.body.data
  registered.push(id)
  return { id, secret, path: `/v1/webhook-endpoints/${id}`, syncToken: answer.syncToken! }
}
const plan = async (title: string, by = contractor) =>
  (await by.post('/v1/activities', { kind: 'lecture', title, plannedOccurrences: 1, occurredOn: '2023-05-01' })).body
    .data.id as string
const types = (to: Hooks) => to.heard.map(({ body }) => body.type.split('.').at(-2))
const subjects = (to: Hooks) => to.heard.map(({ body }) => body.subject)
const reporting = () => product.host.services.find(({ name }) => name === 'reporting')!
const only = { eventTypes: ['ActivityPlanned'] }

describe('a webhook endpoint', () => {
  test('is sent what happens, signed, thin, numbered without a gap, and nothing of others', async () => {
    hooks = await server()
    const { id, secret, path, syncToken } = await register(hooks, { ...only, description: '同步' })
    const made = [await plan('一'), await plan('二')]
    await plan('别人的', stranger)
    made.push(await plan('三'))
    await hooks.until(() => hooks.heard.length === 3)
    expect(subjects(hooks)).toEqual(made.map((one) => `activity-${one}`))
    for (const one of hooks.heard) expect([one.id, signedBy(one, secret)]).toEqual([one.body.id, true])
    expect(hooks.heard.map(({ body }) => Number(body.endpointsequence))).toEqual([1, 2, 3])
    expect(hooks.heard[0]!.body.data).toEqual({
      type: 'activity',
      id: made[0],
      href: `/v1/activities/${made[0]}`,
      version: 1,
    })
    expect(JSON.stringify(hooks.heard.map(({ text }) => text))).not.toMatch('一')
    const listed = await contractor.get(`${path}/deliveries`, { 'sync-token': syncToken })
    expect(listed.body.data.map((one: any) => [one.endpointSequence, one.status, one.lastStatus])).toEqual(
      [3, 2, 1].map((number) => [number, 'delivered', 204]),
    )
    // Shown once, and to nobody after that.
    expect(secret).toMatch(/^whsec_/)
    for (const address of [path, `${path}/history`, '/v1/webhook-endpoints', `/v1/events?types=WebhookRegistered`])
      expect(JSON.stringify((await contractor.get(address)).body)).not.toMatch('whsec_')
    const { rows } = await reporting().pool.query(`select data, sealed from inbox.events where stream = $1`, [
      `webhook-${id}`,
    ])
    expect(JSON.stringify(rows)).not.toMatch('whsec_')
    expect((await stranger.get(path)).status).toBe(404)
    expect((await stranger.get(`${path}/deliveries`, { 'sync-token': syncToken })).status).toBe(404)
    expect((await stranger.post(`${path}/tests`, {})).status).toBe(404)
  }, 180_000)

  test('is tested by a message of its own, whatever types it asks for', async () => {
    hooks = await server()
    const other = await server()
    const { path, id } = await register(hooks, only)
    await register(other)
    expect((await contractor.post(`${path}/tests`, {})).status).toBe(200)
    await hooks.until(() => hooks.heard.length === 1)
    expect(hooks.heard[0]!.body).toMatchObject({
      type: 'org.wushe.reporting.WebhookTestRequested.v1',
      data: { type: 'webhook', id },
    })
    expect(types(other)).not.toContain('WebhookTestRequested')
  }, 180_000)

  test('signs with both secrets for a day after a rotation, and then with the new one alone', async () => {
    hooks = await server()
    const { path, secret } = await register(hooks, only)
    const rotated = await contractor.post(`${path}/secret-rotations`, {})
    const next = rotated.body.data.secret
    await caughtUp(product.host)
    await plan('一')
    await hooks.until(() => hooks.heard.length === 1)
    expect([signedBy(hooks.heard[0]!, secret), signedBy(hooks.heard[0]!, next)]).toEqual([true, true])
    hours(25)
    await plan('二')
    await hooks.until(() => hooks.heard.length === 2)
    expect([signedBy(hooks.heard[1]!, secret), signedBy(hooks.heard[1]!, next)]).toEqual([false, true])
  }, 180_000)

  test('that fails is tried again for 75 hours, always under the same id, and then listed as failed', async () => {
    hooks = await server()
    hooks.answers(() => 500)
    const { path } = await register(hooks, only)
    await plan('一')
    for (let attempt = 1; attempt <= 10; attempt++) {
      await hooks.until(() => hooks.heard.length === attempt)
      await settledIn(path, (one) => one.attempts === attempt)
      hours(27)
    }
    await pause(1500)
    expect([hooks.heard.length, new Set(hooks.heard.map(({ id }) => id)).size]).toEqual([10, 1])
    const failed = await contractor.get(`${path}/deliveries?status=failed`)
    expect(failed.body.data).toMatchObject([{ attempts: 10, lastStatus: 500, lastError: 'answered' }])

    // Sent once more when it is asked for.
    hooks.answers(() => 200)
    const replay = await contractor.post(`${path}/replays`, { eventIds: [failed.body.data[0].eventId] })
    expect(replay.status).toBe(200)
    await hooks.until(() => hooks.heard.length === 11)
    expect(hooks.heard[10]!.id).toBe(hooks.heard[0]!.id)
  }, 180_000)

  test('gets the events of one record in order, and those of others meanwhile', async () => {
    hooks = await server()
    let refuse = true
    const { path } = await register(hooks, { eventTypes: ['ActivityPlanned', 'ActivityCancelled'] })
    const stuck = await plan('一')
    hooks.answers(({ body }) => (refuse && body.subject === `activity-${stuck}` ? 500 : 200))
    await contractor.post(`/v1/activities/${stuck}/cancellation`, { reason: 'weather', occurredOn: '2023-05-02' })
    const free = await plan('二')
    await hooks.until(() => subjects(hooks).includes(`activity-${free}`))
    refuse = false
    hours(1)
    const of = (id: string) => hooks.heard.filter(({ body }) => body.subject === `activity-${id}`)
    await hooks.until(() => of(stuck).at(-1)?.body.type.includes('Cancelled') ?? false)
    const order = of(stuck).map(({ body }) => body.streamversion)
    expect(order).toEqual([...order].sort())
    expect(path).toBeTruthy()
  }, 180_000)

  test('that answers 410 is suspended, loses nothing, and goes on when it is resumed', async () => {
    hooks = await server()
    const { path } = await register(hooks, only)
    hooks.answers(() => 410)
    const first = await plan('一')
    await hooks.until(() => hooks.heard.length === 1)
    for (let waited = 0; waited < 100; waited++) {
      if ((await contractor.get(path)).body.data.status === 'suspended') break
      await pause(100)
    }
    expect((await contractor.get(path)).body.data).toMatchObject({ status: 'suspended', suspensionReason: 'gone' })
    const second = await plan('二')
    await pause(500)
    const before = hooks.heard.length
    hooks.answers(() => 200)
    await contractor.post(`${path}/resumption`, {})
    hours(1)
    await hooks.until(() => hooks.heard.length >= before + 2)
    expect(new Set(subjects(hooks).slice(before))).toEqual(new Set([`activity-${first}`, `activity-${second}`]))
  }, 180_000)

  test('that asks for patience gets it', async () => {
    hooks = await server()
    const { path } = await register(hooks, only)
    hooks.answers(() => ({ status: 429, headers: { 'retry-after': '3600' } }))
    await plan('一')
    await hooks.until(() => hooks.heard.length === 1)
    await settledIn(path, (one) => one.attempts === 1)
    await plan('二')
    await pause(2000)
    expect(hooks.heard.length).toBe(1)
    hooks.answers(() => 200)
    hours(1.2)
    await hooks.until(() => hooks.heard.length === 3)
  }, 180_000)

  test('that is slow or dead costs nobody else', async () => {
    const slow = await server()
    slow.answers(() => new Promise(() => {}))
    const dead = await server()
    hooks = await server()
    await register(slow, only)
    await register(dead, only)
    await register(hooks, only)
    await dead.close()
    const began = performance.now()
    for (let n = 0; n < 5; n++) await plan(`快 ${n}`)
    await hooks.until(() => hooks.heard.length === 5)
    expect(performance.now() - began).toBeLessThan(14_000)
    await slow.until(() => slow.heard.length > 0)
  }, 180_000)

  test('gets a period once more, in its order', async () => {
    hooks = await server()
    const { path } = await register(hooks, only)
    const from = new Date().toISOString()
    const made = [await plan('一'), await plan('二'), await plan('三')]
    await hooks.until(() => hooks.heard.length === 3)
    await pause(50)
    const to = new Date().toISOString()
    await plan('四')
    await hooks.until(() => hooks.heard.length === 4)
    const asked = await contractor.post(`${path}/replays`, { from, to })
    expect(asked.status).toBe(200)
    const job = `/v1/jobs/${asked.body.data.replayJobId}`
    await hooks.until(() => hooks.heard.length === 7)
    await pause(500)
    const done = await contractor.get(job)
    expect(done.body.data).toMatchObject({
      ...{ kind: 'webhook-replay', status: 'done', links: { about: path } },
      ...{ progress: { done: 3, total: 3 }, result: { delivered: 3, failed: 0 } },
    })
    expect(done.headers.get('retry-after')).toBeNull()
    expect((await contractor.post(`${job}/cancellation`, undefined)).body.code).toBe('job-ended')
    expect((await contractor.get('/v1/jobs?limit=1')).body.data).toEqual([done.body.data])
    expect(subjects(hooks).slice(4).sort()).toEqual(made.map((id) => `activity-${id}`).sort())
    const { body } = await contractor.get(`${path}/deliveries`)
    expect(body.data.filter((one: any) => one.replayId).length).toBe(3)
  }, 180_000)

  test('is spared the rest of a replay that is called off', async () => {
    hooks = await server()
    const { path } = await register(hooks, only)
    const from = new Date().toISOString()
    await plan('一')
    await hooks.until(() => hooks.heard.length === 1)
    hooks.answers(() => 503)
    const to = new Date(Date.now() + 60_000).toISOString()
    const { replayJobId } = (await contractor.post(`${path}/replays`, { from, to })).body.data
    const job = `/v1/jobs/${replayJobId}`
    await hooks.until(() => hooks.heard.length > 1)
    const going = await contractor.get(job)
    expect([going.body.data.status, going.headers.get('retry-after'), going.body.data.progress.done]).toEqual([
      ...['running', '2', 0],
    ])
    for (const _ of ['once', 'again']) {
      const cancelled = await contractor.post(`${job}/cancellation`, undefined, { 'idempotency-key': undefined })
      expect([cancelled.status, cancelled.body.data.status]).toEqual([200, 'cancelled'])
    }
    const { body } = await contractor.get(`${path}/deliveries?status=pending`)
    expect(body.data).toEqual([])
    expect((await contractor.get(job)).body.data).toMatchObject({ status: 'cancelled', result: { delivered: 0 } })
    const pages = [await contractor.get('/v1/jobs?limit=1')]
    pages.push(await contractor.get(/<(.*)>/.exec(pages[0]!.headers.get('link')!)![1]!))
    expect(pages.map(({ body: page }) => page.data.length)).toEqual([1, 1])
    expect(pages[1]!.body.data[0].id).not.toBe(replayJobId)
    for (const by of [await product.organisation('contractor'), product.operator])
      expect((await by.get(job)).body.code).toBe('not-found')
  }, 180_000)

  test('gets single events again, also such as were recorded before it was there', async () => {
    const early = await plan('早')
    hooks = await server()
    const { path } = await register(hooks, only)
    const late = await plan('晚')
    await hooks.until(() => hooks.heard.length === 1)
    const { body } = await contractor.get('/v1/events?types=ActivityPlanned&limit=500')
    const eventIds = body.data
      .filter(({ subject }: any) => [early, late].some((id) => subject === `activity-${id}`))
      .map(({ id }: any) => id)
    expect((await contractor.post(`${path}/replays`, { eventIds })).status).toBe(200)
    await hooks.until(() => hooks.heard.length === 3)
    expect(subjects(hooks).slice(1).sort()).toEqual([early, late].map((id) => `activity-${id}`).sort())
  }, 180_000)

  test('is sent nothing twice by two processes, and nothing is left out', async () => {
    const second = await product.alongside([reportingService])
    try {
      hooks = await server()
      await register(hooks, only)
      const made: string[] = []
      for (let n = 0; n < 30; n++) made.push(await plan(`双 ${n}`))
      await hooks.until(() => hooks.heard.length >= 30)
      await pause(1500)
      expect(hooks.heard.length).toBe(30)
      expect(new Set(subjects(hooks))).toEqual(new Set(made.map((id) => `activity-${id}`)))
    } finally {
      await second.stop()
    }
  }, 180_000)
})

/** Waits until the newest delivery is so. */
async function settledIn(path: string, so: (one: any) => boolean) {
  for (let waited = 0; waited < 300; waited++) {
    const { body } = await contractor.get(`${path}/deliveries`)
    if (body.data?.[0] && so(body.data[0])) return
    await pause(50)
  }
  throw new Error('It never came to that.')
}
