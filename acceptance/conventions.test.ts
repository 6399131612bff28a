import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { caughtUp } from '@wushe/service-host'
import { boot, type Api, type Booted } from '@wushe/testkit'
import { applyPatch } from 'rfc6902'
import { services } from '../scripts/all-services.ts'
import { erase } from './rights.fixture.ts'
import { operations } from './telling/operations.fixture.ts'
import { anAgreement, pathsOf, tell } from './telling/telling.fixture.ts'

let product: Booted
let ngo: Api
let colleague: Api
beforeAll(async () => {
  product = await boot(services)
  ngo = await product.organisation('contractor')
  colleague = await product.anotherHand(ngo)
}, 60_000)
afterAll(() => product?.stop(), 60_000)

const anActivity = { kind: 'lecture', title: '防溺水讲座', plannedOccurrences: 3, occurredOn: '2023-05-01' }
const erased = (id: string) => erase(`/v1/subjects/${id}`, ngo, colleague)
const correction = (change: object) => ({ ...anActivity, ...change, reason: 'typing-error' })
const planned = async (by = ngo) => (await by.post('/v1/activities', anActivity)).body.data.id as string
const aSubject = async (identity: object = { name: '小明' }) =>
  (await ngo.post('/v1/subjects', { kind: 'person', identity, occurredOn: '2023-02-01' })).body.data.id as string

/** Planned, corrected twice; and the moments between. */
const corrected = async () => {
  const id = await planned()
  await pause(5)
  const asPlanned = new Date().toISOString()
  await pause(5)
  await ngo.post(`/v1/activities/${id}/correction`, correction({ title: '消防讲座' }))
  await pause(5)
  const asCorrected = new Date().toISOString()
  await pause(5)
  await ngo.post(`/v1/activities/${id}/correction`, correction({ title: '消防讲座', plannedOccurrences: 4 }))
  return { id, asPlanned, asCorrected }
}

describe('a dry run', () => {
  test('tells what would be recorded, and records nothing', async () => {
    const key = randomUUID()
    const body = { ...anActivity, title: '试运行讲座', siteId: undefined }
    const dry = await ngo.post('/v1/activities?dryRun=true', body, { 'idempotency-key': key })
    expect([dry.status, dry.etag, dry.headers.get('dry-run'), dry.headers.get('location')]).toEqual([
      ...[201, '"v1"', 'true', `/v1/activities/${dry.body.data.id}`],
    ])
    expect(dry.body.receipt).toBeUndefined()
    expect(dry.body.wouldEmit).toMatchObject([
      { type: 'org.wushe.case.ActivityPlanned.v1', data: { title: '试运行讲座' } },
    ])
    expect((await ngo.get(`/v1/activities/${dry.body.data.id}`)).status).toBe(404)

    const real = await ngo.post('/v1/activities', body, { 'idempotency-key': key })
    expect(real.headers.get('idempotent-replayed')).toBeNull()
    const { recordedAt: _, updatedAt: __, ...data } = real.body.data
    expect(dry.body.data).toMatchObject(data)
    expect(real.body.receipt.events.map((event: { type: string }) => event.type)).toEqual([
      'org.wushe.case.ActivityPlanned.v1',
    ])
  })
  test('needs no Idempotency-Key', async () => {
    const dry = await ngo.post('/v1/activities?dryRun=true', anActivity, { 'idempotency-key': undefined })
    expect(dry.status).toBe(201)
    const real = await ngo.post('/v1/activities?dryRun=false', anActivity, { 'idempotency-key': undefined })
    expect(real.body.code).toBe('idempotency-key-missing')
  })
  test('is refused as the command would be', async () => {
    const id = await planned()
    const path = `/v1/activities/${id}/cancellation?dryRun=true`
    const body = { occurredOn: '2023-05-02', reason: 'weather' }
    const outdated = await ngo.post(path, body, { 'if-match': '"v7"' })
    expect(outdated.body.code).toBe('version-conflict')
    expect((await ngo.post('/v1/activities?dryRun=true', { ...anActivity, occurredOn: '2999-01-01' })).body.code).toBe(
      'date-in-future',
    )
  })
  test('shows a name to whom it belongs, claims no ID number and makes no key', async () => {
    const identity = { name: '欧阳试验', idNumber: '11010519491231002X' }
    const body = { kind: 'person', identity, occurredOn: '2023-02-01' }
    const dry = await ngo.post('/v1/subjects?dryRun=true', body)
    expect([dry.status, dry.body.data.identity]).toMatchObject([201, { name: '欧阳试验' }])
    expect(JSON.stringify(dry.body.wouldEmit)).not.toMatch('欧阳')
    expect((await ngo.post('/v1/subjects', body)).status).toBe(201)
    const taken = await ngo.post('/v1/subjects?dryRun=true', body)
    expect([taken.status, taken.body.code]).toEqual([409, 'id-number-taken'])
  })
  test('of what was carried out already answers as a repetition would', async () => {
    const key = { 'idempotency-key': randomUUID() }
    const real = await ngo.post('/v1/activities', anActivity, key)
    const dry = await ngo.post('/v1/activities?dryRun=true', anActivity, key)
    expect([dry.headers.get('idempotent-replayed'), dry.body.data.id]).toEqual(['true', real.body.data.id])
  })
})

describe('the past', () => {
  test('of a record is shown as of a recorded moment, by parameter or by header', async () => {
    const { id, asPlanned, asCorrected } = await corrected()
    const then = await ngo.get(`/v1/activities/${id}?asOf=${asPlanned}`)
    expect([then.body.data.title, then.etag]).toEqual(['防溺水讲座', '"v1"'])
    expect(then.headers.get('memento-datetime')).toMatch(/ GMT$/)
    expect(then.headers.get('link')).toBe(`</v1/activities/${id}>; rel="original latest-version"`)
    expect((await ngo.get(`/v1/activities/${id}?asOf=${asCorrected}`)).body.data.title).toBe('消防讲座')
    // An HTTP date has whole seconds.
    const second = await ngo.get(`/v1/activities/${id}`, {
      'accept-datetime': new Date(Date.now() - 60_000).toUTCString(),
    })
    expect(second.status).toBe(404)
    expect((await ngo.get(`/v1/activities/${id}`, { 'accept-datetime': 'yesterday' })).body.code).toBe(
      'request-invalid',
    )
  })
  test('of a list is shown as of a recorded moment, on all its pages', async () => {
    const other = await product.organisation('contractor')
    const ids = [await planned(other), await planned(other), await planned(other)]
    await pause(5)
    const before = new Date().toISOString()
    await pause(5)
    await other.post(`/v1/activities/${ids[0]}/correction`, correction({ title: '消防讲座' }))
    await planned(other)
    const seen: object[] = []
    for (let path: string | undefined = `/v1/activities?asOf=${before}&limit=2`; path;) {
      const page = await other.get(path)
      expect(page.status).toBe(200)
      seen.push(...page.body.data.map(({ id, title, version }: any) => ({ id, title, version })))
      path = /<(.*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
    }
    expect(seen).toEqual(ids.toReversed().map((id) => ({ id, title: '防溺水讲座', version: 1 })))
  })
  test('is not the future', async () => {
    const future = new Date(Date.now() + 60_000).toISOString()
    expect((await ngo.get(`/v1/activities/${await planned()}?asOf=${future}`)).body.code).toBe('as-of-in-future')
    expect((await ngo.get(`/v1/activities?asOf=${future}`)).body.code).toBe('as-of-in-future')
  })
  test('of a record is shown by version, too', async () => {
    const { id } = await corrected()
    const title = async (path: string) => (await ngo.get(`/v1/activities/${id}${path}`)).body.data.title
    expect(await Promise.all(['/versions/1', '/versions/2', '?atVersion=1', ''].map(title))).toEqual([
      ...['防溺水讲座', '消防讲座', '防溺水讲座', '消防讲座'],
    ])
    expect((await ngo.get(`/v1/activities/${id}/versions/0`)).status).toBe(400)
    expect((await ngo.get(`/v1/activities/${id}/versions/4`)).status).toBe(404)
    expect((await ngo.get(`/v1/activities/${id}/diff?from=1&to=4`)).status).toBe(404)
  })
  test('differs from the present by a patch that leads from one version to the other', async () => {
    const { id } = await corrected()
    const version = async (n: number) => (await ngo.get(`/v1/activities/${id}/versions/${n}`)).body.data
    const diff = await ngo.get(`/v1/activities/${id}/diff?from=1&to=3`)
    expect(diff.body.data.patch).toContainEqual({ op: 'replace', path: '/title', value: '消防讲座' })
    const from = await version(1)
    expect(applyPatch(from, diff.body.data.patch).every((result) => result === null)).toBe(true)
    expect(from).toEqual(await version(3))
  })
  test('of what another organisation recorded does not exist', async () => {
    const { id, asPlanned } = await corrected()
    const other = await product.organisation('contractor')
    for (const rest of [`?asOf=${asPlanned}`, '?atVersion=1', '/versions/1', '/diff?from=1&to=2', '?expand=provenance'])
      expect((await other.get(`/v1/activities/${id}${rest}`)).status).toBe(404)
  })
})

test('the past of every thing can be read, also of one that stands in another', async () => {
  const funder = await product.organisation('funder')
  const told = await tell(product, ngo, await anAgreement(product, funder, ngo, '甲 协议'), '甲')
  const { body: keys } = await ngo.get(`/v1/organisations/${ngo.orgId}/keys`)
  const client = { label: 'sync', method: 'client_secret_basic' }
  const { body: made } = await ngo.post(`/v1/organisations/${ngo.orgId}/clients`, client)
  const credentials = { keyId: keys.data[0].id, clientId: made.data.id }
  for (const operation of operations.filter(({ id }) => /Version$/.test(id))) {
    const address = operation.template.replace('/versions/{version}', '')
    const [path] = pathsOf(operation, told, credentials)
    if (!path || !operation.roles.includes('contractor')) continue
    const at = address.replace(/{(\w+)}/g, (_, name: string) => path[name]!)
    const { data } = (await ngo.get(at)).body
    const version = await ngo.get(`${at}/versions/${data.version}`)
    expect([operation.id, version.body.data]).toEqual([operation.id, { ...data, ...used(version.body.data) }])
    const diff = await ngo.get(`${at}/diff?from=${data.version}&to=${data.version}`)
    expect([operation.id, diff.status, diff.body.data.patch]).toEqual([operation.id, 200, []])
  }
}, 120_000)
/** It is noted as it happens, and no event. */
const used = ({ lastUsedAt }: { lastUsedAt?: string }) => lastUsedAt && { lastUsedAt }

test('every property of a record names the event that made it what it is', async () => {
  const { id } = await corrected()
  const { body, etag } = await ngo.get(`/v1/activities/${id}?expand=provenance`)
  const { provenance } = body
  expect(Object.keys(provenance).sort()).toEqual(expect.arrayContaining(['/kind', '/plannedOccurrences', '/title']))
  expect([
    provenance['/kind'].version,
    provenance['/title'].version,
    provenance['/plannedOccurrences'].version,
  ]).toEqual([1, 2, 3])
  expect(provenance['/title']).toMatchObject({ type: 'ActivityCorrected', channel: 'api', actor: { orgId: ngo.orgId } })
  expect(etag).toMatch(/^"v3-[0-9a-f]{8}"$/)
  const change = await ngo.post(`/v1/activities/${id}/correction`, correction({ title: '讲座' }), { 'if-match': etag! })
  expect(change.status).toBe(200)
})

describe('a version conflict', () => {
  test('says who changed what since, and where that meets the change that was sent', async () => {
    const { id } = await corrected()
    const sent = correction({ title: '交通讲座', occurredOn: '2023-05-02' })
    const { status, etag, body } = await ngo.post(`/v1/activities/${id}/correction`, sent, { 'if-match': '"v1"' })
    expect([status, etag, body.code]).toEqual([412, '"v3"', 'version-conflict'])
    expect(body.conflict).toMatchObject({
      ...{ yourVersion: 1, currentVersion: 3, overlapsYourChange: ['/title'] },
      changedFields: expect.arrayContaining(['/title', '/plannedOccurrences']),
      changes: [
        { version: 2, type: 'ActivityCorrected', actor: { orgId: ngo.orgId } },
        { version: 3, type: 'ActivityCorrected' },
      ],
      links: { current: `/v1/activities/${id}`, diff: `/v1/activities/${id}/diff?from=1&to=3` },
    })
    expect((await ngo.get(body.conflict.links.diff)).status).toBe(200)
  })
  test('with a version that never was names only the current one', async () => {
    const id = await planned()
    const { body } = await ngo.post(`/v1/activities/${id}/correction`, correction({}), { 'if-match': '"v9"' })
    expect(body.conflict).toEqual({
      ...{ yourVersion: 9, currentVersion: 1, changes: [] },
      links: { current: `/v1/activities/${id}` },
    })
  })
  test('with a tag that is none of ours does, too', async () => {
    const id = await planned()
    const { body } = await ngo.post(`/v1/activities/${id}/correction`, correction({}), { 'if-match': 'abc' })
    expect(body.conflict).toEqual({ currentVersion: 1, changes: [], links: { current: `/v1/activities/${id}` } })
  })
})

describe('on a bad network', () => {
  test('a write can be answered without a body', async () => {
    const key = randomUUID()
    const headers = { prefer: 'return=minimal', 'idempotency-key': key }
    const first = await ngo.post('/v1/activities', anActivity, headers)
    expect([first.status, first.body, first.etag]).toEqual([204, undefined, '"v1"'])
    expect(first.headers.get('preference-applied')).toBe('return=minimal')
    const id = first.headers.get('location')!
    expect((await ngo.get(id, { 'sync-token': first.syncToken! })).status).toBe(200)
    const again = await ngo.post('/v1/activities', anActivity, headers)
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([204, 'true'])
  })
  test('what has not changed is not sent again', async () => {
    const path = `/v1/activities/${await planned()}`
    const { etag } = await ngo.get(path)
    const same = await ngo.get(path, { 'if-none-match': `"v0", W/${etag}` })
    expect([same.status, same.body, same.etag]).toEqual([304, undefined, etag])
    await ngo.post(`${path}/correction`, correction({ title: '讲座' }))
    expect((await ngo.get(path, { 'if-none-match': etag! })).status).toBe(200)
  })
  test('what was erased is sent again to whoever has it still', async () => {
    const subjectId = await aSubject()
    const opened = await ngo.post('/v1/concerns', {
      ...{ subjectId, source: 'teacher', urgency: 'low', occurredOn: '2023-03-01', note: '课堂走神' },
    })
    const path = `/v1/concerns/${opened.body.data.id}`
    const { etag, body } = await ngo.get(path)
    expect(body.data.note).toBe('课堂走神')
    await erased(subjectId)
    const after = await ngo.get(path, { 'if-none-match': etag! })
    expect([after.status, after.body.data.note]).toEqual([200, undefined])
  })
  test('a body may come compressed', async () => {
    const send = (encoding: string, body: Uint8Array) =>
      fetch(`${product.url}/v1/activities`, {
        method: 'POST',
        headers: {
          ...{ authorization: `Bearer ${ngo.key}`, 'content-type': 'application/json' },
          ...{ 'idempotency-key': randomUUID(), 'content-encoding': encoding },
        },
        body: new Blob([new Uint8Array(body)]),
      })
    const packed = gzipSync(JSON.stringify(anActivity))
    expect((await send('gzip', packed)).status).toBe(201)
    const unknown = await send('compress', packed)
    expect([unknown.status, ((await unknown.json()) as any).code]).toEqual([415, 'content-encoding-unsupported'])
    const torn = await send('gzip', packed.subarray(0, 30))
    expect([torn.status, ((await torn.json()) as any).code]).toEqual([400, 'content-encoding-broken'])
    const bomb = await send('gzip', gzipSync(JSON.stringify({ ...anActivity, title: 'x'.repeat(20_000_000) })))
    expect([bomb.status, ((await bomb.json()) as any).code]).toEqual([413, 'body-too-large'])
  })
  test('a body in another charset is told which one is taken', async () => {
    const answer = await ngo.post('/v1/activities', anActivity, { 'content-type': 'application/json; charset=gbk' })
    expect([answer.status, answer.body.code]).toEqual([415, 'charset-unsupported'])
  })
})

describe('a batch', () => {
  const item = (path: string, body: object, more: object = {}) => ({
    ...{ path, body, idempotencyKey: randomUUID() },
    ...more,
  })
  test('carries out each request on its own, and each knows what the ones before it recorded', async () => {
    const subjectId = await aSubject()
    const id = (await ngo.post('/v1/cases?dryRun=true', { kind: 'in-depth', subjectId, occurredOn: '2023-02-02' })).body
      .data.id as string
    const requests = [
      item('/v1/cases', { id, kind: 'in-depth', subjectId, occurredOn: '2023-02-02' }),
      item('/v1/cases', { kind: 'no such kind' }),
      item(`/v1/cases/${id}/consents`, { kind: 'no such path' }),
      item(`/v1/cases/${id}/voiding`, { reason: 'duplicate' }, { ifMatch: '"v1"' }),
      item('/v1/volunteers', { occurredOn: '2023-02-02', identity: { name: '王志愿' } }),
    ]
    const batch = () => ngo.post('/v1/batch', { requests }, { 'idempotency-key': undefined })
    const { status, body, headers } = await batch()
    expect(status).toBe(207)
    expect(body.data.map((one: any) => one.status)).toEqual([201, 400, 404, 200, 201])
    expect(body.data[0]).toMatchObject({ etag: '"v1"', location: `/v1/cases/${id}`, body: { data: { id } } })
    expect(body.data[1].body.code).toBe('request-invalid')
    expect(headers.get('sync-token')).toMatch(/case=.*volunteer=|volunteer=.*case=/)

    const again = await batch()
    expect(again.body.data.map((one: any) => [one.status, one.replayed ?? false])).toEqual([
      ...[
        [201, true],
        [400, false],
        [404, false],
        [200, true],
        [201, true],
      ],
    ])
  })
  test('holds a hundred requests at most, and no other batch', async () => {
    const many = Array.from({ length: 101 }, () => item('/v1/activities', anActivity))
    expect((await ngo.post('/v1/batch', { requests: many })).body.code).toBe('request-invalid')
    const nested = [item('/v1/batch', { requests: [] })]
    expect((await ngo.post('/v1/batch', { requests: nested })).body.code).toBe('request-invalid')
  })
})

describe('a page', () => {
  const from = (origin: string, method = 'GET', path = '/v1/me') =>
    fetch(product.url + path, {
      method,
      headers: {
        ...{ origin, authorization: `Bearer ${ngo.key}` },
        ...(method === 'OPTIONS' && {
          ...{ 'access-control-request-method': 'POST', 'access-control-request-headers': 'idempotency-key, if-match' },
        }),
      },
    })
  const origin = 'https://app.ngo.example'

  test('of an origin that a client has registered may call, and sees the headers that it needs', async () => {
    const client = { label: 'front end', method: 'client_secret_basic', origins: [origin] }
    const made = await ngo.post(`/v1/organisations/${ngo.orgId}/clients`, client)
    await ngo.get('/v1/me', { 'sync-token': made.syncToken! })
    const asked = await from(origin, 'OPTIONS', '/v1/cases')
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, origin])
    expect(asked.headers.get('access-control-allow-headers')).toMatch(/Idempotency-Key.*If-Match/)
    expect(asked.headers.get('access-control-max-age')).toBe('7200')
    const answer = await from(origin)
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin])
    expect(answer.headers.get('access-control-expose-headers')).toMatch(/ETag.*Sync-Token/)
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    expect(answer.headers.get('vary')).toMatch('Origin')

    await ngo.post(`/v1/organisations/${ngo.orgId}/clients/${made.body.data.id}/revocation`, { reason: 'unused' })
    await pause(1200)
    expect((await from(origin)).headers.get('access-control-allow-origin')).toBeNull()
  })
  test('of any other origin may not', async () => {
    for (const other of ['https://elsewhere.example', 'null', `${origin}.evil.example`]) {
      expect((await from(other)).headers.get('access-control-allow-origin')).toBeNull()
      expect((await from(other, 'OPTIONS')).headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})

test('what a client may count on stands beside the contract', async () => {
  const json = async (path: string) => (await product.anonymous.get(path)).body
  expect((await json('/openapi.json')).openapi).toBe('3.1.0')
  expect((await json('/asyncapi.json')).asyncapi).toMatch(/^3\./)
  expect((await json('/errors.json'))['version-conflict'].status).toBe(412)
  expect(await json('/status')).toMatchObject({
    status: 'ready',
    services: expect.arrayContaining([
      {
        name: 'case',
        views: expect.arrayContaining([{ name: 'cases.activity', status: 'running', lagSeconds: expect.any(Number) }]),
      },
    ]),
  })
  expect(await json('/limits')).toMatchObject({ bodyBytes: 1_000_000, batchRequests: 100 })
})

describe('some fields of a record', () => {
  const born = { name: '欧阳片段', birthDate: '1990-01-02', phone: '13800138000' }

  test('are shown alone, of one and in a list; its id and version stand there always', async () => {
    await planned()
    const id = await planned()
    const one = await ngo.get(`/v1/activities/${id}?fields=title,plannedOccurrences`)
    expect(one.body).toEqual({ data: { id, version: 1, title: '防溺水讲座', plannedOccurrences: 3 } })
    expect([one.headers.get('content-type'), one.etag]).toEqual([
      ...['application/vnd.wushe.fields+json; charset=utf-8', expect.stringMatching(/^"v1-[0-9a-f]{8}"$/)],
    ])
    const again = await ngo.get(`/v1/activities/${id}?fields=title,plannedOccurrences`, { 'if-none-match': one.etag! })
    expect(again.status).toBe(304)
    const version = await ngo.get(`/v1/activities/${id}/versions/1?fields=status`)
    expect(version.body.data).toEqual({ id, version: 1, status: expect.any(String) })
    const list = await ngo.get('/v1/activities?limit=1&fields=title', { 'sync-token': one.syncToken! })
    expect([list.body.data, list.body.nextCursor !== undefined]).toEqual([
      [{ id, version: 1, title: '防溺水讲座' }],
      true,
    ])
    const next = await ngo.get(/<(.*)>/.exec(list.headers.get('link')!)![1]!)
    expect(Object.keys(next.body.data[0])).toEqual(['id', 'version', 'title'])
  })
  test('that no record has are refused, each of them by name', async () => {
    const wrong = await ngo.get(`/v1/activities?fields=title,colour,title.size`)
    expect([wrong.status, wrong.body.errors.map(({ pointer }: any) => pointer)]).toEqual([
      ...[400, ['#/fields/1', '#/fields/2']],
    ])
    expect(wrong.body.errors[0].detail).toMatch('plannedOccurrences')
  })
  test('can be parts of one; what is not asked for is neither opened, nor disclosed, nor said to be masked', async () => {
    const id = await aSubject(born)
    const name = await ngo.get(`/v1/subjects/${id}?fields=status,identity.name`)
    expect(name.body.data).toMatchObject({ status: 'active', identity: { name: '欧阳片段' } })
    expect(Object.keys(name.body.data.identity)).toEqual(['name'])
    expect((await ngo.get(`/v1/subjects/${id}?fields=status,sex`)).body.data).toEqual({
      id,
      version: 1,
      status: 'active',
    })
    expect((await ngo.get('/v1/subjects?fields=status')).status).toBe(200)
    await caughtUp(product.host)
    const shown = (await ngo.get(`/v1/access-log?person=${id}`)).body.data
    expect(shown).toMatchObject([{ operationId: 'getSubject', classes: ['pii.direct'] }])
    await erased(id)
    const masked = async (fields: string) => (await ngo.get(`/v1/subjects/${id}?fields=${fields}`)).body.data.masked
    expect(await masked('status')).toBeUndefined()
    expect(await masked('identity.name')).toEqual([{ pointer: '/identity', reason: 'erased' }])
  })
})

describe('what became of a request', () => {
  const made = (answer: { headers: Headers }, by = ngo) => by.get(`/v1/requests/${answer.headers.get('request-id')}`)

  test('is told by its Request-Id: what it was, how it ended, and what it recorded', async () => {
    const key = randomUUID()
    const planned = await ngo.post('/v1/activities', anActivity, { 'idempotency-key': key })
    expect((await made(planned)).body.data).toEqual({
      requestId: planned.headers.get('request-id'),
      ...{ operationId: 'planActivity', method: 'POST', path: '/v1/activities', status: 201 },
      ...{ at: expect.any(String), durationMs: expect.any(Number) },
      eventIds: planned.body.receipt.events.map((event: { id: string }) => event.id),
    })
    const again = await ngo.post('/v1/activities', anActivity, { 'idempotency-key': key })
    expect((await made(again)).body.data.eventIds).toEqual([planned.body.receipt.events[0].id])
    const refused = await ngo.post('/v1/activities', { ...anActivity, occurredOn: '2999-01-01' })
    expect((await made(refused)).body.data).toMatchObject({ status: 422, code: 'date-in-future', eventIds: [] })
    const forbidden = await ngo.post('/v1/organisations', { kind: 'contractor', name: '新机构' })
    expect((await made(forbidden)).body.data).toMatchObject({ status: 403, code: 'not-permitted' })
  })
  test('is for the organisation that sent it, and is not itself kept', async () => {
    const list = await ngo.get('/v1/activities')
    expect((await made(list)).body.data).toMatchObject({ operationId: 'listActivities', method: 'GET', eventIds: [] })
    expect((await made(list, await product.organisation('contractor'))).body.code).toBe('not-found')
    expect((await made(await made(list))).body.code).toBe('not-found')
    expect((await ngo.get(`/v1/requests/req_${'f'.repeat(32)}`)).body.code).toBe('not-found')
  })
  test('is asked of the service that answered it, wherever that runs', async () => {
    const list = await ngo.get('/v1/activities')
    const ask = async (url: string) => {
      const access = services.filter(({ name }) => name === 'access')
      const elsewhere = await product.alongside(access, { apiUrl: (service) => (service === 'case' ? url : '') })
      try {
        const headers = { authorization: `Bearer ${ngo.key}` }
        const path = `/v1/requests/${list.headers.get('request-id')}`
        const answer = await fetch(elsewhere.url + path, { headers })
        return [answer.status, ((await answer.json()) as any).data?.operationId]
      } finally {
        await elsewhere.stop()
      }
    }
    expect(await ask(product.url)).toEqual([200, 'listActivities'])
    expect(await ask('http://127.0.0.1:1')).toEqual([503, undefined])
  })
  test('is forgotten after thirty days', async () => {
    const list = await ngo.get('/v1/activities')
    const { requests } = product.host.services.find(({ name }) => name === 'case')!
    const days = (n: number) => new Date(Date.now() + n * 86_400_000)
    await requests.sweep(days(29))
    expect((await made(list)).status).toBe(200)
    await requests.sweep(days(31))
    expect((await made(list)).status).toBe(404)
  })
})
