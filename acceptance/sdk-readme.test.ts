// Every example of packages/sdk/README.md, run against the real product. What stands between `// ↓ README` and
// `// ↑ README` is what the page shows.
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { isProblem, verifyWebhook, WebhookRefused, WusheError, type Wushe, type WusheEvent } from '@wushe/sdk'
import { caughtUp, operations } from '@wushe/service-host'
import { boot, type Api, type Booted } from '@wushe/testkit'
import { anAuthorizationServer } from '../packages/sdk/src/authorization-server.fixture.ts'
import { services } from '../scripts/all-services.ts'
import { between, type Between } from './between.fixture.ts'
// ↓ README
import { createWushe } from '@wushe/sdk'
// ↑ README

let product: Booted
let network: Between
let contractor: Api
let url: string
let key: string
const said: unknown[][] = []
const console = { log: (...words: unknown[]) => void said.push(words) }

beforeAll(async () => {
  product = await boot(services)
  network = await between(() => product.url)
  contractor = await product.organisation('contractor', '五社中心')
  url = network.url
  key = contractor.key
}, 120_000)
afterAll(async () => {
  await network?.stop()
  await product?.stop()
}, 60_000)

test('the README shows what these tests run, and nothing else', () => {
  const shown = [...read('packages/sdk/README.md').matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!.trim())
  const run = [...read('acceptance/sdk-readme.test.ts').matchAll(/^ *\/\/ ↓ README\n(.*?)\n *\/\/ ↑ README$/gms)].map(
    ([, code]) => withoutIndent(code!),
  )
  // The first one is an import, which cannot stand in a test.
  expect([`${run[0]}\n\n${run[1]}`, ...run.slice(2)]).toEqual(shown)
})

test('five minutes: record, correct after somebody else did something, and list', async () => {
  // ↓ README
  const wushe = createWushe({ baseUrl: url, apiKey: key, language: 'zh-CN' })
  const { data: me } = await wushe.get('/v1/me')
  console.log(`${me.organisation.name} 你好`)
  // ↑ README
  expect(said.pop()).toEqual(['五社中心 你好'])

  // ↓ README
  const { data: lecture } = await wushe.post('/v1/activities', {
    body: { kind: 'lecture', title: '防溺水讲座', plannedOccurrences: 2, occurredOn: '2023-12-01' },
  })
  // 照片留在您处，这里只记它的散列 · The photo stays with you; here stands its hash.
  const photo = { sha256: '8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4', mediaType: 'image/jpeg' }
  const fact = { headcount: { value: 45, method: 'count' }, evidence: [photo], occurredOn: '2023-12-08' } as const
  const { data: held, receipt } = await wushe.post('/v1/activities/{activityId}/occurrences', {
    path: { activityId: lecture.id },
    body: fact,
  })
  console.log(held.id, receipt?.events[0]?.leafHash)
  // ↑ README
  expect(said.pop()).toEqual([held.id, expect.stringMatching(/^sha256:[0-9a-f]{64}$/)])

  const colleague = createWushe({ baseUrl: url, apiKey: key })
  await colleague.post('/v1/activities/{activityId}/occurrences/{occurrenceId}/correction', {
    path: { activityId: lecture.id, occurrenceId: held.id },
    body: {
      headcount: { value: 45, method: 'count' },
      evidence: [photo],
      occurredOn: '2023-12-09',
      reason: 'wrong-date',
    },
    ifMatch: held.version,
  })
  // ↓ README
  const path = { activityId: lecture.id, occurrenceId: held.id }
  const correct = () =>
    wushe.post('/v1/activities/{activityId}/occurrences/{occurrenceId}/correction', {
      path,
      body: { ...fact, headcount: { value: 54, method: 'count' }, reason: 'typing-error' },
    })
  try {
    await correct()
  } catch (error) {
    if (!isProblem(error, 'version-conflict')) throw error
    console.log(`现为第 ${error.params.currentVersion} 版，改了 ${error.conflict?.changedFields}。${error.remedy}`)
    const { data: now } = await wushe.get('/v1/activities/{activityId}/occurrences/{occurrenceId}', { path })
    if (now.headcount.value === 45) await correct()
  }
  // ↑ README
  expect(said.pop()).toEqual(['现为第 3 版，改了 /occurredOn。请重新读取后再决定。'])
  expect((await wushe.get('/v1/activities/{activityId}/occurrences/{occurrenceId}', { path })).data).toMatchObject({
    version: 4,
    headcount: { value: 54 },
  })

  await wushe.post('/v1/activities', {
    body: { kind: 'festival', title: '端午', plannedOccurrences: 1, occurredOn: '2023-06-01' },
  })
  // ↓ README
  for await (const activity of wushe.pages('/v1/activities', { query: { status: 'planned' } })) {
    console.log(activity.id, activity.title, activity.version)
  }
  // ↑ README
  expect(said.pop()).toEqual([expect.stringMatching(/^act_/), '端午', 1])
})

test('what could not be sent is sent tomorrow, and recorded once', async () => {
  const wushe = createWushe({ baseUrl: url, apiKey: key, patience: 0 })
  network.loseAnswers(1, ({ method, path }) => method === 'POST' && path === '/v1/activities')
  // ↓ README
  const row = { kind: 'outreach', title: '入户宣传', plannedOccurrences: 1, occurredOn: '2023-12-02' } as const
  let keep: string | undefined
  try {
    await wushe.post('/v1/activities', { body: row })
  } catch (error) {
    if (error instanceof WusheError && error.retryable) keep = error.idempotencyKey
    else if (isProblem(error, 'outside-agreement')) console.log(`${error.params.from} – ${error.params.to}`)
    else throw error
  }
  if (keep) await wushe.post('/v1/activities', { body: row, idempotencyKey: keep })
  // ↑ README
  let found = 0
  for await (const { title } of wushe.pages('/v1/activities')) if (title === row.title) found++
  expect([typeof keep, found]).toEqual(['string', 1])
})

test('one of four ways says who asks', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const clientSecret = 'a secret'
  const server = await anAuthorizationServer({
    one: { secret: clientSecret },
    two: { publicKey: publicKey.export({ format: 'jwk' }) },
  })
  try {
    const url = server.url
    const privateJwk = privateKey.export({ format: 'jwk' }) as { kty: string }
    const tokenOfYourOwn = async (refused?: string) => (refused ? 'a newer one' : 'one that has ended')
    const made: Wushe[] = []
    const createWushe = (options: Parameters<typeof create>[0]) => made.push(create(options))
    const clientId = 'one'
    // ↓ README
    createWushe({ baseUrl: url, apiKey: key })
    createWushe({ baseUrl: url, clientCredentials: { clientId, clientSecret, scope: 'cases:read' } })
    createWushe({ baseUrl: url, privateKeyJwt: { clientId, key: privateJwk } })
    createWushe({ baseUrl: url, token: async (refused) => tokenOfYourOwn(refused) })
    // ↑ README
    made.push(create({ baseUrl: url, privateKeyJwt: { clientId: 'two', key: privateJwk } }))
    const answers = await Promise.allSettled(made.map((wushe) => wushe.get('/v1/me')))
    expect(answers.map((one) => (one.status === 'fulfilled' ? 'in' : (one.reason.error ?? one.reason.code)))).toEqual([
      'key-not-valid',
      'in',
      'invalid_client',
      'key-not-valid',
      'in',
    ])
  } finally {
    await server.stop()
  }
})
const create = createWushe

const doors = operations.some(({ template }) => template === '/v1/changes')
const throughDoors = doors ? test : test.skip
throughDoors('a copy is kept by changes, and what happens is heard as it happens', async () => {
  const wushe = createWushe({ baseUrl: url, apiKey: key })
  const { data: planned } = await wushe.post('/v1/activities', {
    body: { kind: 'festival', title: '重阳', plannedOccurrences: 1, occurredOn: '2023-10-01' },
  })
  await caughtUp(product.host)
  const copy = new Map<string, unknown>()
  let kept: string | undefined
  // ↓ README
  for await (const { changes, token } of wushe.changes({ since: kept })) {
    for (const { op, id, href } of changes) {
      if (op === 'upsert' && href) copy.set(id, await (await wushe.fetch(href)).json())
      else copy.delete(id)
    }
    kept = token
  }
  // ↑ README
  expect(copy.get(planned.id)).toMatchObject({ data: { id: planned.id, title: '重阳' } })
  for await (const { changes } of wushe.changes({ since: kept })) expect(changes).toEqual([])
  let last: string | undefined = '0'
  const enough = () => true
  // ↓ README
  for await (const event of wushe.events({ after: last, types: ['ActivityPlanned'] })) {
    console.log(event.type, event.subject)
    last = event.sequence
    if (enough()) break
  }
  // ↑ README
  expect(said.pop()).toEqual(['org.wushe.case.ActivityPlanned.v1', expect.stringMatching(/^activity-act_/)])
  expect(last).toMatch(/^\d{20}$/)
})

test('a webhook is believed when it is signed, and only then', async () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const handled: unknown[] = []
  const handle = (event: WusheEvent) => handled.push(event.type)
  // ↓ README
  const receiver = createServer(async (req, res) => {
    try {
      const event = await verifyWebhook<WusheEvent>(await text(req), req.headers, secret)
      handle(event)
      res.writeHead(204).end()
    } catch (error) {
      res.writeHead(error instanceof WebhookRefused ? 400 : 500).end()
    }
  })
  // ↑ README
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', () => resolve()))
  const body = '{"type":"org.wushe.case.CaseOpened.v1"}'
  const now = Math.floor(Date.now() / 1000)
  const sign = (what: string) =>
    createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(`msg_1.${now}.${what}`)
      .digest('base64')
  const send = async (signature: string) =>
    (
      await fetch(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}`, {
        method: 'POST',
        headers: { 'webhook-id': 'msg_1', 'webhook-timestamp': String(now), 'webhook-signature': `v1,${signature}` },
        body,
      })
    ).status
  expect([await send(sign(body)), await send(sign('{}')), handled]).toEqual([
    204,
    400,
    ['org.wushe.case.CaseOpened.v1'],
  ])
  await new Promise<void>((resolve) => receiver.close(() => resolve()))
})

const read = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8')
const withoutIndent = (code: string) => {
  const indent = /^ */.exec(code)![0].length
  return code.replaceAll(new RegExp(`^ {${indent}}`, 'gm'), '')
}
