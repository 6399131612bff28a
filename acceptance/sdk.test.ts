import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { createWushe, isProblem, WusheNoAnswer, type Access, type Wushe } from '@wushe/sdk'
import { caughtUp, operations } from '@wushe/service-host'
import { boot, type Api, type Booted } from '@wushe/testkit'
import { services } from '../scripts/all-services.ts'
import { between, type Between, type Passed } from './between.fixture.ts'

let product: Booted
let network: Between
let contractor: Api
let wushe: Wushe
let subjectId: string

const aClient = (how: object = {}, access: Access = { apiKey: contractor.key }) =>
  createWushe({ baseUrl: network.url, language: 'en', ...how, ...access })

beforeAll(async () => {
  product = await boot(services)
  network = await between(() => product.url)
  contractor = await product.organisation('contractor')
  const identity = { name: '古丽', idType: 'none' as const }
  const person = await aClient().post('/v1/subjects', { body: { kind: 'person', identity, occurredOn: '2023-05-17' } })
  subjectId = person.data.id
}, 120_000)
afterAll(async () => {
  await network?.stop()
  await product?.stop()
}, 60_000)
beforeEach(() => {
  wushe = aClient()
  network.answer(() => undefined)
  network.loseAnswers(0, () => false)
  network.passed.length = 0
})

const openCase = async (by = wushe, given: { idempotencyKey?: string } = {}) =>
  by.post('/v1/cases', { body: { subjectId, kind: 'in-depth', occurredOn: '2023-05-18' }, ...given })
const assess = (caseId: string, by = wushe) =>
  by.post('/v1/cases/{caseId}/assessments', {
    path: { caseId },
    body: { instrument: 'needs', occurredOn: '2023-05-19' },
  })
const session = (caseId: string, by = wushe) =>
  by.post('/v1/cases/{caseId}/sessions', {
    path: { caseId },
    body: { mode: 'interview', minutes: 45, occurredOn: '2023-05-20' },
  })
const close = (caseId: string, by = wushe, given: { ifMatch?: number | string } = {}) =>
  by.post('/v1/cases/{caseId}/closure', {
    path: { caseId },
    body: { reason: 'moved', occurredOn: '2023-06-01' },
    ...given,
  })
const countOf = async (items: AsyncIterable<unknown>) => {
  let count = 0
  for await (const _ of items) count++
  return count
}
const casesOpened = () => countOf(aClient().pages('/v1/cases', { query: { subjectId } }))
const isOpening = ({ method, path }: Passed) => method === 'POST' && path === '/v1/cases'
const refused = (work: Promise<unknown>) =>
  work.then(
    () => expect('refused').toBe('carried out') as never,
    (error: unknown) => error,
  )

test('an act whose answer was lost is sent again with the same key, and recorded once', async () => {
  const before = await casesOpened()
  network.loseAnswers(2, isOpening)
  const { data, receipt } = await openCase()
  expect([data.version, receipt?.events.length]).toEqual([1, 1])
  const sent = network.passed.filter(isOpening)
  expect(sent.map(({ status }) => status)).toEqual([201, 201, 201])
  expect(new Set(sent.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  expect(await casesOpened()).toBe(before + 1)
})

test('an act that got no answer within its patience can be sent again with the key that it carries', async () => {
  const before = await casesOpened()
  network.loseAnswers(1000, isOpening)
  const error = await refused(openCase(aClient({ patience: 600 })))
  expect(error).toBeInstanceOf(WusheNoAnswer)
  const { idempotencyKey, retryable } = error as WusheNoAnswer
  expect([typeof idempotencyKey, retryable]).toEqual(['string', true])
  network.loseAnswers(0, isOpening)
  await openCase(wushe, { idempotencyKey: idempotencyKey! })
  expect(await casesOpened()).toBe(before + 1)
})

test('of two who change the same thing, the second is told the version that it did not see', async () => {
  const { data } = await openCase()
  const another = aClient()
  await another.get('/v1/cases/{caseId}', { path: { caseId: data.id } })
  await assess(data.id, another)
  const error = await refused(close(data.id))
  if (!isProblem(error, 'version-conflict')) throw error
  expect([error.status, Number(error.params.currentVersion), error.remedy, error.retryable]).toEqual([
    412,
    2,
    'Read it again, then decide.',
    false,
  ])
  expect(error.conflict).toMatchObject({
    yourVersion: 1,
    changes: [{ type: 'AssessmentCompleted' }],
    overlapsYourChange: [],
  })
  expect(error.requestId).toMatch(/^req_/)
  // It was refused for good until the thing is read again.
  expect(isProblem(await refused(close(data.id)), 'version-conflict')).toBe(true)
  await wushe.get('/v1/cases/{caseId}', { path: { caseId: data.id } })
  expect((await close(data.id)).data.status).toBe('closed')
})

test('a command says which version was seen, and what one recorded oneself is no conflict', async () => {
  const { data } = await openCase()
  await assess(data.id)
  await Promise.all([session(data.id), session(data.id), session(data.id)])
  expect((await close(data.id)).data).toMatchObject({ status: 'closed', sessionCount: 3 })
  const sent = network.passed.filter(({ method, path }) => method === 'POST' && path !== '/v1/cases')
  expect(sent.map(({ path, status, headers }) => [path.split('/').at(-1), status, headers['if-match']])).toEqual([
    // Whether a command demands a version is asked once for each kind.
    ['assessments', 428, undefined],
    ['assessments', 200, '"v1"'],
    ...Array.from({ length: 3 }, () => ['sessions', 201, undefined]),
    ['closure', 428, undefined],
    ['closure', 200, '"v2", "v3", "v4", "v5"'],
  ])
  network.passed.length = 0
  const { data: second } = await openCase()
  await close(second.id)
  expect(network.passed.map(({ status }) => status)).toEqual([201, 200])
})

test('whoever adds something to a thing is no conflict for others who add', async () => {
  const { data } = await openCase()
  await assess(data.id)
  const another = aClient()
  await another.get('/v1/cases/{caseId}', { path: { caseId: data.id } })
  await session(data.id)
  await session(data.id, another)
  const error = await refused(close(data.id))
  expect(isProblem(error, 'version-conflict')).toBe(true)
})

test('a version of a list serves for a command, and one that the caller names comes first', async () => {
  const { data } = await openCase()
  await caughtUp(product.host)
  const another = aClient()
  for await (const item of another.pages('/v1/cases', { query: { subjectId } })) expect(item.subjectId).toBe(subjectId)
  await assess(data.id, another)
  expect(isProblem(await refused(close(data.id, another, { ifMatch: 1 })), 'version-conflict')).toBe(true)
  expect((await close(data.id, another, { ifMatch: '*' })).data.status).toBe('closed')
})

test('a command on a thing that this client never saw is refused, not sent blindly', async () => {
  const { data } = await openCase()
  const error = await refused(close(data.id, aClient()))
  expect(isProblem(error, 'precondition-required')).toBe(true)
})

test('all pages of a list show each thing once, as it stood at the first', async () => {
  const { data } = await openCase()
  await assess(data.id)
  for (let one = 0; one < 7; one++) await session(data.id)
  network.passed.length = 0
  const seen = new Set<string>()
  const list = wushe.pages('/v1/cases/{caseId}/sessions', { path: { caseId: data.id }, query: { limit: 3 } })
  for await (const { id, minutes } of list) {
    if (seen.size === 2) await session(data.id)
    expect(minutes).toBe(45)
    seen.add(id)
  }
  expect(seen.size).toBe(7)
  expect(network.passed.filter(({ method }) => method === 'GET')).toHaveLength(3)
})

test('what was seen of each service is told to every other, in one newest token each', async () => {
  const { data } = await openCase()
  await assess(data.id)
  await wushe.post('/v1/volunteers', {
    body: { identity: { name: '志愿者', idType: 'none' }, occurredOn: '2023-01-01' },
  })
  await wushe.get('/v1/cases', { query: { subjectId } })
  const token = String(network.passed.at(-1)!.headers['sync-token'])
  const services = token.split(', ').map((one) => one.split('=')[0])
  expect(services.sort()).toEqual(['case', 'volunteer'])
  // The read model waits for it: what was written is in the list at once.
  for (let round = 0; round < 5; round++) {
    const { data: opened } = await openCase()
    const list = await wushe.get('/v1/cases', { query: { subjectId, limit: 1 } })
    expect(list.data[0]?.id).toBe(opened.id)
  }
})

test('a token of a log that is no more is forgotten', async () => {
  await openCase()
  network.answer(({ headers }) =>
    headers['sync-token']
      ? problem(400, { code: 'sync-token-invalid', title: 'The Sync-Token cannot be read' })
      : undefined,
  )
  expect((await wushe.get('/v1/me')).data.organisation.kind).toBe('contractor')
})

test('a refusal says every violation with its place, in the language that was asked for', async () => {
  const error = await refused(wushe.post('/v1/cases', { body: { subjectId: 'nobody', kind: 'other' } as never }))
  if (!isProblem(error, 'request-invalid')) throw error
  expect(error.errors.map(({ pointer }) => pointer).sort()).toEqual(['#/kind', '#/occurredOn', '#/subjectId'])
  const chinese = await refused(aClient({ language: 'zh-CN' }).get('/v1/cases/{caseId}', { path: { caseId: nobody } }))
  if (!isProblem(chinese, 'not-found')) throw chinese
  expect(chinese.title).toMatch(/[一-鿿]/)
})
const nobody = 'cas_00000000000000000000000000'

test('a refusal that will not pass is not tried again, and one that may pass waits as long as it is told', async () => {
  const missing = await refused(wushe.get('/v1/cases/{caseId}', { path: { caseId: nobody } }))
  expect([isProblem(missing, 'not-found'), network.passed.length]).toEqual([true, 1])
  const wrongKey = await refused(aClient({}, { apiKey: 'wsk_wrong' }).get('/v1/me'))
  expect([isProblem(wrongKey, 'key-malformed'), network.passed.length]).toEqual([true, 2])

  for (const status of [429, 503]) {
    let told = 0
    const began = performance.now()
    network.answer(() =>
      told++ === 0 ? problem(status, { code: 'unavailable', title: 'Not now' }, { 'retry-after': '1' }) : undefined,
    )
    await wushe.get('/v1/me')
    expect(told).toBe(2)
    expect(performance.now() - began).toBeGreaterThanOrEqual(1000)
  }
  // Longer than the client is patient: it is told at once.
  network.answer(() => problem(503, { code: 'unavailable', title: 'Not now' }, { 'retry-after': '3600' }))
  const error = await refused(wushe.get('/v1/me'))
  expect(error).toMatchObject({ code: 'unavailable', retryable: true, retryAfter: 3600 })
})

test('where a hotel answers first with a page of its own, the act is sent until it arrives', async () => {
  let pages = 0
  network.answer((request) =>
    isOpening(request) && pages++ < 2
      ? { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Welcome! 欢迎入住</h1>' }
      : undefined,
  )
  expect((await openCase()).data.version).toBe(1)
  expect(pages).toBe(3)
})

test('the page of a proxy is not taken for an answer', async () => {
  network.answer(() => ({ status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>nginx</h1>' }))
  const error = await refused(wushe.get('/v1/me'))
  expect(error).toBeInstanceOf(WusheNoAnswer)
  expect(error).toMatchObject({ status: 404, retryable: false })
})

test('who stops waiting is not kept waiting', async () => {
  network.answer(() => problem(503, { code: 'unavailable', title: 'Not now' }))
  const stop = new AbortController()
  const asked = wushe.get('/v1/me', { signal: stop.signal })
  setTimeout(() => stop.abort(new Error('changed my mind')), 100)
  expect(await refused(asked)).toEqual(new Error('changed my mind'))
})

const where = (template: string) => (operations.some((one) => one.template === template) ? test : test.skip)

where('/v1/events/stream')(
  'every event is heard once and in order, however often the connection breaks',
  async () => {
    const heard: unknown[] = []
    const planned: string[] = []
    const plan = async () => {
      const { data } = await aClient().post('/v1/activities', {
        body: { kind: 'outreach', title: '宣传', plannedOccurrences: 1, occurredOn: '2023-12-02' },
      })
      planned.push(`activity-${data.id}`)
    }
    await plan()
    await plan()
    for await (const { subject } of wushe.events({ after: '0', types: ['ActivityPlanned'] })) {
      heard.push(subject)
      if (heard.length === 6) break
      if (heard.length % 2 === 0) {
        network.breakConnections()
        await plan()
        await plan()
      }
    }
    expect(heard).toEqual(planned)
  },
  60_000,
)

where('/oauth/token')(
  'a client of the product gets its tokens there, by secret or by key, and none once it is revoked',
  async () => {
    const clients = `/v1/organisations/${contractor.orgId}/clients`
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const register = async (body: object) => {
      const { status, body: made } = await contractor.post(clients, { label: 'sync', ...body })
      expect(status).toBe(201)
      await caughtUp(product.host)
      return made.data as { id: string; secret: string }
    }
    const { id, secret } = await register({ method: 'client_secret_basic' })
    const keeper = await register({ method: 'private_key_jwt', keys: [publicKey.export({ format: 'jwk' })] })
    const bySecret = aClient({}, { clientCredentials: { clientId: id, clientSecret: secret } })
    const key = privateKey.export({ format: 'jwk' }) as { kty: string }
    const byKey = aClient({}, { privateKeyJwt: { clientId: keeper.id, key } })
    const { data } = await openCase(bySecret)
    expect((await byKey.get('/v1/cases/{caseId}', { path: { caseId: data.id } })).data.id).toBe(data.id)
    await contractor.post(`${clients}/${id}/revocation`, { reason: 'lost' })
    // What is known of a client may be remembered for a second.
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect(await refused(openCase(bySecret))).toMatchObject({ name: 'WusheTokenRefused', error: 'invalid_client' })
    expect((await byKey.get('/v1/me')).data.organisation.kind).toBe('contractor')
  },
)

const problem = (status: number, body: object, headers: Record<string, string> = {}) => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: JSON.stringify({ type: '', requestId: 'req_1', retryable: false, status, ...body }),
})
