import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { boot, type Answer, type Api, type Booted } from '@wushe/testkit'
import { services } from '../scripts/all-services.ts'

let product: Booted
let funder: Api
let contractor: Api
let agreementId: string

const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
const person = { name: '欧阳试验', idNumber: '11010519491231002X' }

beforeAll(async () => {
  product = await boot(services)
  contractor = await product.organisation('contractor')
  funder = await product.organisation('funder')
  agreementId = (await anAgreement(contractor)).id
}, 60_000)
afterAll(() => product?.stop(), 60_000)

/** An active agreement of 2023 that the contractor's services know of. */
async function anAgreement(with_: Api, by = funder) {
  const drafted = await by.post('/v1/agreements', {
    contractorId: with_.orgId,
    title: '试验协议',
    legalBasis: 'government-procurement',
    from: '2023-01-01',
    to: '2023-12-31',
    divisions: ['659002001'],
    funds: [{ funderId: by.orgId, share: 10_000 }],
  })
  const { id } = drafted.body.data
  await by.post(`/v1/agreements/${id}/signature`, { signedOn: '2022-12-20' })
  const active = await by.post(`/v1/agreements/${id}/activation`, { occurredOn: '2023-01-01' })
  for (const path of ['/v1/cases', '/v1/volunteers', '/v1/offers', '/v1/projects'])
    expect((await with_.get(path, { 'sync-token': active.syncToken! })).status).toBe(200)
  return { id: id as string }
}
const anActivity = { kind: 'lecture', title: '防溺水讲座', plannedOccurrences: 3, occurredOn: '2023-05-01' }
const openActivity = async (by = contractor, body: object = anActivity) =>
  (await by.post('/v1/activities', body)).body.data.id as string
const aSubject = async (by = contractor, identity: object = { name: '小明' }) =>
  (await by.post('/v1/subjects', { kind: 'person', identity, occurredOn: '2023-02-01' })).body.data.id as string
const aCase = async (by = contractor) =>
  (
    await by.post('/v1/cases', {
      kind: 'in-depth',
      subjectId: await aSubject(by),
      occurredOn: '2023-02-02',
      agreementId: by === contractor ? agreementId : undefined,
    })
  ).body.data.id as string

const demand = (answer: Answer, status: number, code: string) => {
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code })
  expect(answer.headers.get('content-type')).toMatch('application/problem+json')
  expect(answer.body.requestId).toBe(answer.headers.get('request-id'))
}

test('a township has one open station under an agreement', async () => {
  const place = { divisionCode: '659002001', agreementId, occurredOn: '2023-01-05' }
  const hq = await contractor.post('/v1/stations', { ...place, level: 'hq', name: '总站' })
  const station = { ...place, level: 'station', name: '青松路社工站', parentId: hq.body.data.id }
  const first = await contractor.post('/v1/stations', station)
  expect([first.status, first.body.code]).toEqual([201, undefined])
  const second = await contractor.post('/v1/stations', station)
  demand(second, 409, 'division-taken')
  expect(second.body.params).toEqual({ id: first.body.data.id })
})

describe('a request that is broken', () => {
  test('as JSON is refused as such', async () => {
    demand(await contractor.post('/v1/activities', '{"kind": "lecture",'), 400, 'malformed-json')
  })
  test('by its size is told the limit', async () => {
    const answer = await contractor.post('/v1/activities', { ...anActivity, note: 'x'.repeat(1_100_000) })
    demand(answer, 413, 'body-too-large')
    expect(answer.body.params).toEqual({ maxBytes: 1_000_000 })
  })
  test('in several places is told all of them with their pointers', async () => {
    const answer = await contractor.post('/v1/activities', {
      kind: 'party',
      title: '',
      occurredOn: '2023-05-01',
      plannedOccurrences: 0,
      surprise: 1,
    })
    demand(answer, 400, 'request-invalid')
    const pointers = answer.body.errors.map((one: { pointer: string }) => one.pointer)
    expect(pointers).toEqual(expect.arrayContaining(['#/kind', '#/title', '#/plannedOccurrences']))
    expect(JSON.stringify(answer.body.errors)).toMatch('surprise')
  })
  test('by an unknown field or parameter is refused', async () => {
    demand(await contractor.post('/v1/activities', { ...anActivity, colour: 'red' }), 400, 'request-invalid')
    demand(await contractor.get('/v1/activities?colour=red'), 400, 'request-invalid')
  })
  test('by its media type is told which one is taken', async () => {
    demand(
      await contractor.post('/v1/activities', 'kind=lecture', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'media-type-unsupported',
    )
  })
  test('by its method is told which ones are allowed', async () => {
    const answer = await fetch(`${product.url}/v1/cases`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${contractor.key}` },
    })
    expect(((await answer.json()) as { code: string }).code).toBe('method-not-allowed')
    expect([answer.status, answer.headers.get('allow')?.split(', ').sort()]).toEqual([405, ['GET', 'POST']])
    // No subject is called search.
    const search = await contractor.get('/v1/subjects/search')
    expect([search.status, search.headers.get('allow')]).toEqual([405, 'POST'])
  })
  test('by a day in the future is told which day it is', async () => {
    const answer = await contractor.post('/v1/activities', { ...anActivity, occurredOn: '2999-01-01' })
    demand(answer, 422, 'date-in-future')
    expect(answer.body.params).toEqual({ pointer: '#/occurredOn', date: '2999-01-01', today })
  })
  test('by an agreement that is not there, or not its own, is told so', async () => {
    const unknown = 'agr_01h455vb4pex5vsknk084sn001'
    demand(await contractor.post('/v1/activities', { ...anActivity, agreementId: unknown }), 422, 'agreement-not-known')
    const other = await product.organisation('contractor')
    demand(await other.post('/v1/activities', { ...anActivity, agreementId }), 422, 'agreement-not-known')
  })
  test('by a party that is not registered is told which', async () => {
    const answer = await funder.post('/v1/agreements', {
      contractorId: funder.orgId,
      title: '试验协议',
      legalBasis: 'grant',
      from: '2023-01-01',
      to: '2023-12-31',
      divisions: ['659002001'],
      funds: [{ funderId: funder.orgId, share: 10_000 }],
    })
    demand(answer, 422, 'party-not-known')
    expect(answer.body.params).toEqual({ organisationId: funder.orgId, kind: 'contractor' })
  })
  test('by a day outside the agreement is told the period', async () => {
    const answer = await contractor.post('/v1/activities', { ...anActivity, agreementId, occurredOn: '2024-01-01' })
    demand(answer, 422, 'outside-agreement')
    expect(answer.body.params).toMatchObject({ from: '2023-01-01', to: '2023-12-31' })
  })
  test('by a day outside the agreement is heard all the same where a state begins or ends with it', async () => {
    const registered = await contractor.post('/v1/practitioners', {
      identity: { name: '何社工' },
      employment: 'full-time',
      occurredOn: '2018-03-01',
      agreementId,
    })
    const path = `/v1/practitioners/${registered.body.data.id}`
    const licence = { level: 'assistant', line: 'national', issuedOn: '2019-09-20' }
    expect((await contractor.post(`${path}/licences`, licence)).status).toBe(201)
    expect((await contractor.post(`${path}/departure`, { reason: 'resigned', occurredOn: '2024-02-01' })).status).toBe(
      200,
    )
  })
  test('by an ID number is told the position of the mistake', async () => {
    const answer = await contractor.post('/v1/subjects', {
      kind: 'person',
      occurredOn: '2023-02-01',
      identity: { name: '李', idNumber: '110105194912310021' },
    })
    demand(answer, 422, 'id-number-invalid')
    expect(answer.body.params).toMatchObject({ position: 18 })
    expect(JSON.stringify(answer.body)).not.toMatch('110105194912310021')
  })
  test('by a social credit code is told the position of the mistake', async () => {
    const answer = await product.operator.post('/v1/organisations', {
      kind: 'contractor',
      name: '某中心',
      uscc: '91350100M000100Y44',
    })
    demand(answer, 422, 'uscc-invalid')
    expect(answer.body.params).toMatchObject({ position: 18 })
  })
  test('by a division nobody knows is recorded all the same, and flagged', async () => {
    const answer = await contractor.post('/v1/stations', {
      level: 'hq',
      name: '总站',
      divisionCode: '999999',
      occurredOn: '2023-01-02',
    })
    expect([answer.status, answer.body.warnings?.[0]?.code]).toEqual([201, 'division-unknown'])
  })
  test('says so in Chinese unless asked for English', async () => {
    const zh = await contractor.get('/v1/cases?colour=red', { 'accept-language': 'fr' })
    expect([zh.body.title, zh.headers.get('content-language')]).toEqual(['请求与接口约定不符', 'zh-CN'])
  })
})

describe('a rule of the work', () => {
  test('no more is delivered than was offered and agreed', async () => {
    const provider = (
      await contractor.post('/v1/providers', { kind: 'enterprise', name: '爱心企业', occurredOn: '2023-03-01' })
    ).body.data.id
    const offer = (
      await contractor.post('/v1/offers', {
        providerId: provider,
        kind: 'goods',
        quantity: 10,
        unit: '箱',
        occurredOn: '2023-03-01',
      })
    ).body.data.id
    demand(
      await contractor
        .post(`/v1/offers/${offer}/links`, { quantity: 11, occurredOn: '2023-03-02' })
        .then(async (proposed) =>
          proposed.status === 201
            ? contractor.post(`/v1/offers/${offer}/links/${proposed.body.data.id}/agreement`, {
                occurredOn: '2023-03-02',
              })
            : proposed,
        ),
      409,
      'over-offered',
    )
    const link = (await contractor.post(`/v1/offers/${offer}/links`, { quantity: 6, occurredOn: '2023-03-02' })).body
      .data.id
    await contractor.post(`/v1/offers/${offer}/links/${link}/agreement`, { occurredOn: '2023-03-02' })
    demand(
      await contractor.post(`/v1/offers/${offer}/links/${link}/delivery`, { quantity: 7, occurredOn: '2023-03-03' }),
      409,
      'over-delivered',
    )
  })
  test('nobody attends a group without being enrolled', async () => {
    const group = (
      await contractor.post('/v1/groups', {
        kind: 'growth',
        theme: '伙伴',
        plannedSessions: 6,
        capacity: 8,
        occurredOn: '2023-03-01',
      })
    ).body.data.id
    const stranger = await aSubject()
    demand(
      await contractor.post(`/v1/groups/${group}/sessions`, {
        no: 1,
        occurredOn: '2023-03-02',
        attendance: [{ subjectId: stranger, mark: 'present' }],
      }),
      422,
      'member-not-enrolled',
    )
  })
  test('a head-count needs evidence', async () => {
    demand(
      await contractor.post(`/v1/activities/${await openActivity()}/occurrences`, {
        occurredOn: '2023-05-01',
        headcount: { value: 40, method: 'count' },
      }),
      422,
      'headcount-needs-evidence',
    )
  })
  test('a funder sees of an offer only what links of its own agreements take', async () => {
    const other = await anAgreement(contractor, await product.organisation('funder'))
    const provider = await contractor.post('/v1/providers', {
      kind: 'enterprise',
      name: '爱心企业',
      occurredOn: '2023-03-01',
    })
    const offer = await contractor.post('/v1/offers', {
      providerId: provider.body.data.id,
      kind: 'goods',
      quantity: 100,
      unit: '袋',
      occurredOn: '2023-03-02',
      agreementId,
    })
    const path = `/v1/offers/${offer.body.data.id}`
    const link = { quantity: 10, occurredOn: '2023-03-03' }
    const own = await contractor.post(`${path}/links`, link)
    const last = await contractor.post(`${path}/links`, { ...link, agreementId: other.id })
    const links = async (api: Api) => {
      const { body } = await api.get(path, { 'sync-token': last.syncToken! })
      return body.data.links.map(({ linkId }: { linkId: string }) => linkId)
    }
    expect(await links(contractor)).toEqual([own.body.data.id, last.body.data.id])
    expect(await links(funder)).toEqual([own.body.data.id])
  })
  test('what is void cannot be voided again', async () => {
    const id = await openActivity()
    expect((await contractor.post(`/v1/activities/${id}/voiding`, { reason: 'duplicate' })).status).toBe(200)
    demand(await contractor.post(`/v1/activities/${id}/voiding`, { reason: 'duplicate' }), 409, 'already-voided')
  })
  test('one ID number is one person in an organisation', async () => {
    const first = await aSubject(contractor, person)
    const answer = await contractor.post('/v1/subjects', {
      kind: 'person',
      identity: { ...person, idNumber: '11010519491231002x' },
      occurredOn: '2023-02-01',
    })
    demand(answer, 409, 'id-number-taken')
    expect(answer.body.params).toEqual({ id: first })
    const elsewhere = await product.organisation('contractor')
    expect(
      (await elsewhere.post('/v1/subjects', { kind: 'person', identity: person, occurredOn: '2023-02-01' })).status,
    ).toBe(201)
  })
})

describe('a key', () => {
  test('is needed', async () => {
    const answer = await product.anonymous.get('/v1/me')
    demand(answer, 401, 'key-missing')
    expect(answer.headers.get('www-authenticate')).toMatch('Bearer')
  })
  test('that is truncated or mistyped is told so by its own checksum', async () => {
    demand(
      await contractor.get('/v1/me', { authorization: `Bearer ${contractor.key.slice(0, -1)}` }),
      401,
      'key-malformed',
    )
    demand(
      await contractor.get('/v1/me', {
        authorization: `Bearer ${contractor.key.replace(/.$/, (last) => (last === '0' ? '1' : '0'))}`,
      }),
      401,
      'key-malformed',
    )
  })
  test('works until it is revoked, is shown once and never again', async () => {
    const issued = await product.operator.post(
      `/v1/organisations/${contractor.orgId}/keys`,
      { label: 'second' },
      { 'idempotency-key': 'issue the second key' },
    )
    const { secret, id } = issued.body.data
    expect(
      (await contractor.get('/v1/me', { authorization: `Bearer ${secret}`, 'sync-token': issued.syncToken! })).body.data
        .organisation.id,
    ).toBe(contractor.orgId)
    const replay = await product.operator.post(
      `/v1/organisations/${contractor.orgId}/keys`,
      { label: 'second' },
      { 'idempotency-key': 'issue the second key' },
    )
    expect([replay.status, replay.body.data.id, replay.body.data.secret]).toEqual([201, id, undefined])
    const revoked = await product.operator.post(`/v1/organisations/${contractor.orgId}/keys/${id}/revocation`, {
      reason: 'lost',
    })
    demand(
      await contractor.get('/v1/me', { authorization: `Bearer ${secret}`, 'sync-token': revoked.syncToken! }),
      401,
      'key-not-valid',
    )
  })
  test('of an operator sees no facts, and of a contractor makes no organisations', async () => {
    demand(await product.operator.get('/v1/cases'), 403, 'not-permitted')
    demand(await contractor.post('/v1/organisations', { kind: 'funder', name: '某局' }), 403, 'not-permitted')
    demand(
      await funder.post('/v1/cases', {
        kind: 'in-depth',
        subjectId: 'sub_00000000000000000000000001',
        occurredOn: '2023-02-02',
      }),
      403,
      'not-permitted',
    )
  })
})

describe('a request that is repeated', () => {
  test('needs a key to be told from a new one', async () => {
    demand(
      await contractor.post('/v1/activities', anActivity, { 'idempotency-key': undefined }),
      400,
      'idempotency-key-missing',
    )
    demand(
      await contractor.post('/v1/activities', anActivity, { 'idempotency-key': 'short' }),
      400,
      'idempotency-key-invalid',
    )
  })
  test('gets the same answer, before anything else is checked', async () => {
    const key = randomUUID()
    const caseId = await aCase()
    const first = await contractor.post(
      `/v1/cases/${caseId}/assignment`,
      { practitionerId: 'pra_00000000000000000000000001', occurredOn: '2023-02-03' },
      { 'idempotency-key': key, 'if-match': '"v1"' },
    )
    await contractor.post(`/v1/cases/${caseId}/assignment`, {
      practitionerId: 'pra_00000000000000000000000002',
      occurredOn: '2023-02-04',
    })
    const again = await contractor.post(
      `/v1/cases/${caseId}/assignment`,
      { practitionerId: 'pra_00000000000000000000000001', occurredOn: '2023-02-03' },
      { 'idempotency-key': `"${key}"`, 'if-match': '"v1"' },
    )
    expect([again.status, again.body, again.etag, again.headers.get('idempotent-replayed')]).toEqual([
      200,
      first.body,
      first.etag,
      'true',
    ])
  })
  test('with another content is refused', async () => {
    const key = randomUUID()
    await contractor.post('/v1/activities', anActivity, { 'idempotency-key': key })
    demand(
      await contractor.post('/v1/activities', { ...anActivity, title: '另一场' }, { 'idempotency-key': key }),
      422,
      'idempotency-key-reused',
    )
    demand(
      await contractor.post(
        '/v1/subjects',
        { kind: 'person', identity: { name: '甲' }, occurredOn: '2023-02-01' },
        { 'idempotency-key': key },
      ),
      422,
      'idempotency-key-reused',
    )
  })
  test('at the same moment is recorded once', async () => {
    const key = randomUUID()
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => contractor.post('/v1/activities', anActivity, { 'idempotency-key': key })),
    )
    expect(new Set(answers.map((one) => JSON.stringify([one.status, one.body.data.id]))).size).toBe(1)
    expect((await contractor.get(`/v1/activities/${answers[0]!.body.data.id}/history`)).body.data).toHaveLength(1)
  })
})

describe('a thing that changes', () => {
  test('is changed only by who has seen it', async () => {
    const caseId = await aCase()
    const path = `/v1/cases/${caseId}/assignment`
    const body = { practitionerId: 'pra_00000000000000000000000001', occurredOn: '2023-02-03' }
    demand(await contractor.post(path, body, { 'if-match': undefined }), 428, 'precondition-required')
    const stale = await contractor.post(path, body, { 'if-match': '"v7"' })
    demand(stale, 412, 'version-conflict')
    expect(stale.body.params).toEqual({ currentVersion: 1 })
    const done = await contractor.post(path, body, { 'if-match': 'W/"v1"' })
    expect([done.status, done.etag, done.body.data.version]).toEqual([200, '"v2"', 2])
  })
  test('by ten writers at once is changed by exactly one of them', async () => {
    const caseId = await aCase()
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        contractor.post(
          `/v1/cases/${caseId}/assignment`,
          { practitionerId: `pra_0000000000000000000000000${at}`, occurredOn: '2023-02-03' },
          { 'if-match': '"v1"' },
        ),
      ),
    )
    expect(answers.map((one) => one.status).sort()).toEqual([200, ...Array(9).fill(412)])
  })
  test('into what it is already records nothing', async () => {
    const caseId = await aCase()
    const body = { practitionerId: 'pra_00000000000000000000000001', occurredOn: '2023-02-03' }
    const first = await contractor.post(`/v1/cases/${caseId}/assignment`, body)
    const second = await contractor.post(`/v1/cases/${caseId}/assignment`, body)
    expect([second.status, second.etag, second.body.receipt.events]).toEqual([200, first.etag, []])
  })
  test('tells its history in words, in both languages', async () => {
    const caseId = await aCase()
    await contractor.post(`/v1/cases/${caseId}/assignment`, {
      practitionerId: 'pra_00000000000000000000000001',
      occurredOn: '2023-02-03',
    })
    const english = await contractor.get(`/v1/cases/${caseId}/history`)
    const chinese = await contractor.get(`/v1/cases/${caseId}/history`, { 'accept-language': 'zh-CN' })
    expect(english.body.data.map((one: any) => [one.version, one.title])).toEqual([
      [1, 'Case opened'],
      [2, 'Worker assigned'],
    ])
    expect(chinese.body.data[0].title).toBe('接案')
  })
})

describe('a list', () => {
  test('shows a writer what it just wrote when it sends the Sync-Token', async () => {
    for (let round = 0; round < 5; round++) {
      const made = await contractor.post('/v1/activities', anActivity)
      const { body } = await contractor.get('/v1/activities?limit=1', { 'sync-token': made.syncToken! })
      expect(body.data[0].id).toBe(made.body.data.id)
    }
  })
  test('shows the same moment on all its pages while others write', async () => {
    const other = await product.organisation('contractor')
    const ids: string[] = []
    let token = ''
    for (let at = 0; at < 7; at++) {
      const made = await other.post('/v1/activities', { ...anActivity, title: `第${at}场` })
      ids.unshift(made.body.data.id)
      token = made.syncToken!
    }
    const seen: string[] = []
    let page = await other.get('/v1/activities?limit=3&status=planned', { 'sync-token': token })
    for (;;) {
      seen.push(...page.body.data.map((one: any) => one.id))
      if (!page.body.nextCursor) break
      await other.post('/v1/activities', anActivity)
      token = (await other.post(`/v1/activities/${ids.at(-1)}/voiding`, { reason: 'duplicate' })).syncToken ?? token
      page = await other.get(
        `/v1/activities?limit=3&status=planned&cursor=${encodeURIComponent(page.body.nextCursor)}`,
        { 'sync-token': token },
      )
    }
    expect(seen).toEqual(ids)
  })
  test('takes no cursor of another list, another caller or of nobody', async () => {
    const { body } = await contractor.get('/v1/activities?limit=1')
    demand(
      await contractor.get(`/v1/cases?limit=1&cursor=${encodeURIComponent(body.nextCursor)}`),
      400,
      'cursor-invalid',
    )
    demand(await contractor.get('/v1/activities?limit=1&cursor=c1.e30.aaaa'), 400, 'cursor-invalid')
    demand(await contractor.get('/v1/activities', { 'sync-token': 'cases=never' }), 400, 'sync-token-invalid')
  })
})

describe('identity', () => {
  test('is shown to whom it was told, hidden from the funder and gone after erasure', async () => {
    const registered = await contractor.post('/v1/subjects', {
      kind: 'person',
      agreementId,
      identity: { name: '诸葛试验' },
      occurredOn: '2023-02-01',
    })
    const path = `/v1/subjects/${registered.body.data.id}`
    expect((await contractor.get(path)).body.data.identity.name).toBe('诸葛试验')
    const asFunder = (await funder.get(path)).body.data
    expect([asFunder.identity, asFunder.masked]).toEqual([
      undefined,
      [{ pointer: '/identity', reason: 'not-permitted' }],
    ])
    expect(JSON.stringify((await funder.get(`${path}/history`)).body)).not.toMatch('诸葛')
    const requested = await contractor.post(`${path}/erasure`, { basis: 'request' })
    expect(requested.body.data).toMatchObject({
      identity: { name: '诸葛试验' },
      erasureRequest: { status: 'requested', basis: 'request' },
    })
    demand(await contractor.post(`${path}/erasure-approval`, {}), 403, 'another-hand-needed')
    const approved = await (await product.anotherHand(contractor)).post(`${path}/erasure-approval`, {})
    expect(approved.body.data).toMatchObject({ status: 'erased', erasureRequest: { status: 'approved' } })
    expect((await contractor.get(path)).body.data).toMatchObject({
      masked: [{ pointer: '/identity', reason: 'erased' }],
    })
    expect(JSON.stringify((await contractor.get(`${path}/history`)).body)).not.toMatch('诸葛')
  })
})
