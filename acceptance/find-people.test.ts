import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { requestRebuild, rebuildProgress } from '@wushe/feed'
import { boot, type Api, type Booted } from '@wushe/testkit'
import { services } from '../scripts/all-services.ts'
import { erase } from './rights.fixture.ts'

let product: Booted
let contractor: Api
let colleague: Api
let other: Api
let funder: Api
let token: Record<string, string>
/** By the name of the person. */
const ids = new Map<string, string>()

const ming = { name: '王小明', idType: 'citizen-id', idNumber: '11010519491231002X', phone: '138 0000 1234' }
const hong = { name: '李小红', birthDate: '2012-05-01', guardian: { name: '李某', phone: '13911112222' } }
const twin = { name: '李小红', birthDate: '2012-05-01', idType: 'passport', idNumber: 'E7654321' }

beforeAll(async () => {
  product = await boot(services)
  contractor = await product.organisation('contractor')
  colleague = await product.anotherHand(contractor)
  other = await product.organisation('contractor')
  funder = await product.organisation('funder')
  for (const [who, identity] of Object.entries({ ming, hong, twin })) ids.set(who, await registered(identity))
}, 60_000)
afterAll(() => product?.stop(), 60_000)

async function registered(identity: object, by = contractor) {
  const answer = await by.post('/v1/subjects', { kind: 'person', occurredOn: '2023-02-01', identity })
  expect([answer.status, answer.body.code]).toEqual([201, undefined])
  token = { 'sync-token': answer.syncToken! }
  return answer.body.data.id as string
}

/** Neither question carries an Idempotency-Key. */
const ask = (by: Api, what: 'search' | 'match', body: object) =>
  by.post(`/v1/subjects/${what}`, body, { ...token, 'idempotency-key': undefined, 'if-match': undefined })
const found = async (body: object, by = contractor) =>
  (await ask(by, 'search', body)).body.data.map(({ id }: { id: string }) => id).sort()
const matched = async (body: object, by = contractor) => (await ask(by, 'match', body)).body.data
const idsOf = (...who: string[]) => who.map((one) => ids.get(one)!).sort()

test('a contractor finds its own people by name, phone or document, however they are written', async () => {
  expect(await found({ name: ' 王 小明' })).toEqual(idsOf('ming'))
  expect(await found({ phone: '+86-13800001234' })).toEqual(idsOf('ming'))
  expect(await found({ idNumber: '11010519491231002x' })).toEqual(idsOf('ming'))
  expect(await found({ name: '李小红' })).toEqual(idsOf('hong', 'twin'))
  expect(await found({ name: '李小红', phone: '13911112222' })).toEqual(idsOf('hong'))
  expect(await found({ name: '王小明', phone: '13911112222' })).toEqual([])
  expect(await found({ name: '小明' })).toEqual([])
  expect(await found({ name: '王小明', phone: 'none' })).toEqual([])
  const { body } = await ask(contractor, 'search', { name: '王小明' })
  expect(body.data[0].identity).toEqual(ming)
})

test('nobody finds another one’s people', async () => {
  expect(await found({ name: '王小明' }, other)).toEqual([])
  expect(await matched({ idNumber: ming.idNumber }, other)).toEqual([])
  expect((await ask(funder, 'search', { name: '王小明' })).body.code).toBe('not-permitted')
})

test('a question without anything to look for is refused', async () => {
  expect((await ask(contractor, 'search', {})).body).toMatchObject({ status: 400, code: 'request-invalid' })
  expect((await ask(contractor, 'match', { birthDate: '2012-05-01' })).status).toBe(400)
})

test('whether a person is served already is answered by degrees, with what agrees, and shows nothing of theirs', async () => {
  expect(await matched({ idNumber: ming.idNumber, name: '王晓明' })).toEqual([
    { id: ids.get('ming'), grade: 'certain', agreed: ['birthDate', 'idNumber'], disagreed: ['name'] },
  ])
  expect(await matched({ name: '王小明', phone: '13900001234' })).toEqual([
    { id: ids.get('ming'), grade: 'possible', agreed: ['name', 'phoneTail'], disagreed: ['phone'] },
  ])
  const both = await matched({ name: '李小红', birthDate: '2012-05-01', idType: 'passport', idNumber: 'E0000001' })
  expect(both).toEqual([
    { id: ids.get('hong'), grade: 'probable', agreed: ['birthDate', 'name'], disagreed: [] },
    { id: ids.get('twin'), grade: 'possible', agreed: ['birthDate', 'name'], disagreed: ['idNumber'] },
  ])
  expect(await matched({ name: '李小红' })).toEqual([])
})

test('what was corrected is found as it is now, and what is void is not found', async () => {
  const id = await registered({ name: '赵错字', phone: '13700000001' })
  const facts = { kind: 'person', occurredOn: '2023-02-01' }
  const mended = await contractor.post(`/v1/subjects/${id}/correction`, {
    ...{ ...facts, reason: 'typing-error' },
    identity: { name: '赵正字', phone: '13700000001' },
  })
  token = { 'sync-token': mended.syncToken! }
  expect(await found({ name: '赵错字' })).toEqual([])
  expect(await found({ name: '赵正字' })).toEqual([id])
  const voided = await contractor.post(`/v1/subjects/${id}/voiding`, { reason: 'duplicate' })
  token = { 'sync-token': voided.syncToken! }
  expect(await found({ name: '赵正字' })).toEqual([])
})

test('a restricted person is found by nobody, and again once another hand has lifted it', async () => {
  const id = await registered({ name: '周被限', phone: '13600000002' })
  const path = `/v1/subjects/${id}`
  const asked = async () => [await found({ name: '周被限' }), await matched({ name: '周被限', phone: '13600000002' })]
  const [before, grades] = await asked()
  expect([before, grades]).toEqual([[id], [expect.objectContaining({ id, grade: 'probable' })]])

  expect((await contractor.post(`${path}/restriction`, { basis: 'request' })).body.data).toMatchObject({
    restriction: { basis: 'request' },
    masked: [{ pointer: '/identity', reason: 'restricted' }],
  })
  expect(await asked()).toEqual([[], []])
  for (const by of [contractor, colleague]) {
    const { body } = await by.get(path)
    expect([body.data.identity, body.data.masked]).toEqual([
      undefined,
      [{ pointer: '/identity', reason: 'restricted' }],
    ])
  }
  const note = { source: 'teacher', urgency: 'low', occurredOn: '2023-03-01', subjectId: id, note: '课堂走神' }
  expect((await contractor.post('/v1/concerns', note)).body).toMatchObject({ status: 409, code: 'person-restricted' })
  expect((await contractor.post('/v1/concerns', { ...note, note: undefined })).status).toBe(201)

  expect((await contractor.post(`${path}/restriction-lifting`, { reason: 'resolved' })).body.code).toBe(
    'another-hand-needed',
  )
  const lifted = await colleague.post(`${path}/restriction-lifting`, { reason: 'resolved' })
  expect(lifted.body.data).toMatchObject({ identity: { name: '周被限' } })
  expect(lifted.body.data.restriction).toBeUndefined()
  expect(await asked()).toEqual([before, grades])
})

test('of an erased person nothing is kept by which they could be found, also when the index is built anew', async () => {
  const service = product.host.services.find(({ name }) => name === 'case')!
  const rowsOf = async (id: string) =>
    (await service.pool.query('select from host.person_index where person = $1', [id])).rowCount
  const id = await registered({ name: '钱被忘', phone: '13600000001', birthDate: '1990-01-01' })
  expect(await found({ name: '钱被忘' })).toEqual([id])
  await erase(`/v1/subjects/${id}`, contractor, colleague)
  expect(await rowsOf(id)).toBe(0)

  const before = await service.pool.query('select * from host.person_index order by 1, 2, 3, 4')
  await requestRebuild(service.pool, 'person-index')
  for (let tries = 0; (await rebuildProgress(service.pool, 'person-index'))?.state !== 'done'; tries++) {
    expect(tries).toBeLessThan(200)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect(await rowsOf(id)).toBe(0)
  const after = await service.pool.query('select * from host.person_index order by 1, 2, 3, 4')
  expect(after.rows).toEqual(before.rows)
  expect(after.rows.length).toBeGreaterThan(8)
  // Nothing that was written can be read from it.
  expect(JSON.stringify(after.rows)).not.toMatch(/小明|1234|1990/)
  expect(await found({ name: '王小明' })).toEqual(idsOf('ming'))
}, 30_000)
