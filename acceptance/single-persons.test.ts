// The people within a contractor, who see less of it than its admin; and how the record of one more person is opened to
// them, or that of a minor to a funder: by a request that another hand approves, or in an emergency.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { caughtUp } from '@wushe/service-host'
import { boot, type Api, type Booted } from '@wushe/testkit'
import { services } from '../scripts/all-services.ts'
import { nobodysId } from './telling/attempts.fixture.ts'
import { aPersonOf, inDays, type Person } from './telling/people-within.fixture.ts'
import { anAgreement } from './telling/telling.fixture.ts'

let product: Booted
let admin: Api
let funder: Api
let head: Person
let otherHead: Person
let worker: Person
let agreementId: string
/** Stations, the first of which is the head's. */
let stations: [string, string]
let ours: string
let theirs: string
let workerId: string
let clock = () => new Date()

beforeAll(async () => {
  product = await boot(services, { now: () => clock() })
  admin = await product.organisation('contractor', '承接中心')
  funder = await product.organisation('funder', '区民政局')
  agreementId = await anAgreement(product, funder, admin, '服务协议')
  stations = [await aStation('东站'), await aStation('西站')]
  workerId = await made('/v1/practitioners', {
    ...{ employment: 'full-time', occurredOn: '2023-01-05', identity: { name: '李社工' } },
  })
  ;[ours, theirs] = [
    await aSubject(stations[0], '王东', '1980-05-01'),
    await aSubject(stations[1], '张西', '2018-05-01'),
  ]
  head = await aPersonOf(product, admin, { role: 'station-head', within: { siteIds: [stations[0]] } })
  otherHead = await aPersonOf(product, admin, { role: 'station-head', within: { siteIds: [stations[0]] } })
  worker = await aPersonOf(product, admin, { role: 'social-worker', within: { workerId } })
}, 60_000)
afterAll(() => product?.stop(), 60_000)

async function made(path: string, body: object, by: Api = admin): Promise<string> {
  const answer = await by.post(path, body)
  expect([path, answer.status, answer.body.code, answer.body.errors]).toEqual([path, 201, undefined, undefined])
  token = { 'sync-token': answer.syncToken! }
  return answer.body.data.id
}
/** Of the last thing that was made. */
let token: Record<string, string> = {}

const aStation = (name: string) =>
  made('/v1/stations', { level: 'hq', name, divisionCode: '659002', agreementId, occurredOn: '2023-01-05' })
const aSubject = (siteId: string, name: string, birthDate?: string, by: Api = admin) =>
  made(
    '/v1/subjects',
    {
      ...{ kind: 'person', occurredOn: '2023-02-01', siteId, agreementId },
      ...{ identity: { name, ...(birthDate && { birthDate }) } },
    },
    by,
  )
const aCase = (subjectId: string, by: Api = admin) =>
  made('/v1/cases', { kind: 'in-depth', subjectId, occurredOn: '2023-02-04', agreementId }, by)

const reason = '转介前须了解此前的服务经过'
const request = (more: object = {}) => ({ personId: theirs, purpose: 'handover', until: inDays(30), reason, ...more })
const emergency = (more: object = {}) => ({ personId: theirs, purpose: 'safety-emergency', reason, ...more })
const nameIn = ({ body }: { body: any }) => body.data?.identity?.name
/** The lines that it adds to the access log. */
async function disclosedBy(work: () => Promise<unknown>): Promise<Record<string, any>[]> {
  const lines = async () => {
    await caughtUp(product.host)
    return (await admin.get('/v1/access-log?limit=500')).body.data as Record<string, any>[]
  }
  const before = new Set((await lines()).map(({ eventId }) => eventId))
  await work()
  return (await lines()).filter(({ eventId }) => !before.has(eventId))
}
const refusalOf = ({ status, body }: { status: number; body: any }) => [status, body.code]

describe('a station head', () => {
  test('is told by whom they are known, and sees and records what belongs to their stations', async () => {
    const { body } = await head.get('/v1/me')
    expect(body.data).toMatchObject({ role: 'station-head', within: { siteIds: [stations[0]] } })
    expect(nameIn(await head.get(`/v1/subjects/${ours}`))).toBe('王东')
    expect((await head.get('/v1/subjects')).body.data.map(({ id }: any) => id)).toEqual([ours])
    const mine = await aSubject(stations[0], '刘东', undefined, head)
    expect(nameIn(await head.get(`/v1/subjects/${mine}`))).toBe('刘东')
  })

  test('is told of another station’s people, in lists and one by one, that there are none, and records nothing there', async () => {
    expect((await head.get(`/v1/subjects/${theirs}`)).status).toBe(404)
    expect((await head.post('/v1/subjects/search', { name: '张西' })).body.data).toEqual([])
    const elsewhere = { kind: 'person', occurredOn: '2023-02-01', siteId: stations[1], identity: { name: '某' } }
    expect(refusalOf(await head.post('/v1/subjects', elsewhere))).toEqual([422, 'station-not-known'])
    const about = { kind: 'in-depth', subjectId: theirs, occurredOn: '2023-02-04', siteId: stations[0] }
    expect(refusalOf(await head.post('/v1/cases', about))).toEqual([422, 'subject-not-known'])
  })

  test('sees and voids the licences of who works at their stations today, wherever they were recorded', async () => {
    const employed = { employment: 'full-time', occurredOn: '2023-01-05', agreementId, identity: { name: '赵东' } }
    const held = async (siteId: string) => {
      const path = `/v1/practitioners/${await made('/v1/practitioners', { ...employed, siteId })}`
      const licence = { level: 'assistant', line: 'national', issuedOn: '2023-01-20', certificateNo: '示例001' }
      return { path, licence: `${path}/licences/${await made(`${path}/licences`, licence)}` }
    }
    const [comes, goes] = [await held(stations[1]), await held(stations[0])]
    expect((await head.get(comes.licence)).status).toBe(404)
    expect((await head.get(goes.licence)).status).toBe(200)
    const moved = (path: string, siteId: string) =>
      admin.post(`${path}/station-assignment`, { siteId, occurredOn: '2023-03-01' })
    await moved(comes.path, stations[0])
    await moved(goes.path, stations[1])
    await caughtUp(product.host)
    expect((await head.get(comes.licence)).body.data.certificateNo).toBe('示例001')
    expect((await head.get(`${comes.path}/licences`)).body.data.length).toBe(1)
    expect((await head.get(goes.licence)).status).toBe(404)
    expect((await head.get(`${goes.path}/licences`)).status).toBe(404)
    expect((await head.post(`${goes.licence}/voiding`, { reason: 'duplicate' })).status).toBe(404)
    expect((await head.post(`${comes.licence}/voiding`, { reason: 'duplicate' })).status).toBe(200)
  })

  test('adds nothing to a thing of another station', async () => {
    const group = { kind: 'growth', theme: '成长小组', plannedSessions: 6, capacity: 10, occurredOn: '2023-02-01' }
    const id = await made('/v1/groups', { ...group, siteId: stations[1] })
    const session = {
      no: 1,
      attendance: [],
      facilitators: [],
      volunteers: [],
      newMembers: [],
      occurredOn: '2023-02-08',
    }
    expect(refusalOf(await head.post(`/v1/groups/${id}/sessions`, session))).toEqual([404, 'not-found'])
  })

  test('issues no keys, and erases nobody', async () => {
    const keys = `/v1/organisations/${admin.orgId}/keys`
    expect(refusalOf(await head.post(keys, { label: 'another' }))).toEqual([403, 'not-permitted'])
    const erasure = await head.post(`/v1/subjects/${ours}/erasure`, { basis: 'request' })
    expect(refusalOf(erasure)).toEqual([403, 'not-permitted'])
  })
})

describe('a social worker', () => {
  test('sees a case with its person once it is assigned to them, and no longer than it is', async () => {
    const subjectId = await aSubject(stations[1], '陈个案')
    const caseId = await aCase(subjectId)
    expect((await worker.get(`/v1/cases/${caseId}`, token)).status).toBe(404)
    const assign = async (practitionerId: string) => {
      const { syncToken } = await admin.post(`/v1/cases/${caseId}/assignment`, {
        ...{ practitionerId, occurredOn: '2023-02-05' },
      })
      return { 'sync-token': syncToken! }
    }
    const assigned = await assign(workerId)
    expect((await worker.get(`/v1/cases/${caseId}`, assigned)).status).toBe(200)
    expect(nameIn(await worker.get(`/v1/subjects/${subjectId}`, assigned))).toBe('陈个案')
    expect((await worker.get('/v1/cases', assigned)).body.data.map(({ id }: any) => id)).toEqual([caseId])
    const handedOver = await assign(nobodysId('pra'))
    expect((await worker.get(`/v1/cases/${caseId}`, handedOver)).status).toBe(404)
    expect((await worker.get(`/v1/subjects/${subjectId}`, handedOver)).status).toBe(404)
  })

  test('sees what they began, until somebody else is responsible for it', async () => {
    const subjectId = await aSubject(stations[1], '赵初访', undefined, worker)
    expect(nameIn(await worker.get(`/v1/subjects/${subjectId}`, token))).toBe('赵初访')
    const opened = await worker.post('/v1/cases', { kind: 'consultation', subjectId, occurredOn: '2023-02-04' }, token)
    const { id } = opened.body.data
    const { syncToken } = await admin.post(`/v1/cases/${id}/assignment`, {
      ...{ practitionerId: nobodysId('pra'), occurredOn: '2023-02-05' },
    })
    for (const path of [`/v1/cases/${id}`, `/v1/subjects/${subjectId}`])
      expect((await worker.get(path, { 'sync-token': syncToken! })).status).toBe(404)
  })

  test('does not reach a person by opening a case about them', async () => {
    const about = { kind: 'in-depth', subjectId: theirs, occurredOn: '2023-02-04' }
    expect(refusalOf(await worker.post('/v1/cases', about))).toEqual([422, 'subject-not-known'])
    expect((await worker.get(`/v1/subjects/${theirs}`)).status).toBe(404)
  })

  test('sees a group that they lead', async () => {
    const group = { kind: 'growth', theme: '互助小组', plannedSessions: 6, capacity: 10, occurredOn: '2023-02-01' }
    const id = await made('/v1/groups', group)
    const { syncToken } = await admin.post(`/v1/groups/${id}/sessions`, {
      ...{ no: 1, attendance: [], facilitators: [workerId], volunteers: [], occurredOn: '2023-02-08' },
    })
    expect((await worker.get(`/v1/groups/${id}`, { 'sync-token': syncToken! })).status).toBe(200)
  })
})

describe('an access grant', () => {
  test('opens the record of one person to the hand that asked, for reading, when another hand approved it', async () => {
    const id = await made('/v1/access-grants', request(), head)
    expect((await head.get(`/v1/subjects/${theirs}`, token)).status).toBe(404)
    expect(refusalOf(await head.post(`/v1/access-grants/${id}/approval`, {}))).toEqual([403, 'not-permitted'])
    const approved = await admin.post(`/v1/access-grants/${id}/approval`, {})
    expect(approved.body.data).toMatchObject({
      ...{ status: 'approved', personId: theirs, reason, orgId: admin.orgId },
      askedBy: { orgId: admin.orgId, keyId: head.keyId },
    })
    const known = { 'sync-token': approved.syncToken! }
    const shown = async () => expect(nameIn(await head.get(`/v1/subjects/${theirs}`, known))).toBe('张西')
    expect(await disclosedBy(shown)).toMatchObject([
      { by: { keyId: head.keyId }, persons: [theirs], accessGrantId: id },
    ])
    expect((await head.get('/v1/subjects', known)).body.data.map((one: any) => one.id)).toContain(theirs)
    // What is their own needs no grant.
    const [line] = await disclosedBy(() => head.get(`/v1/subjects/${ours}`, known))
    expect(line).not.toHaveProperty('accessGrantId')
    expect((await otherHead.get(`/v1/subjects/${theirs}`, known)).status).toBe(404)
    const voided = await head.post(`/v1/subjects/${theirs}/voiding`, { reason: 'duplicate' }, known)
    expect(refusalOf(voided)).toEqual([404, 'not-found'])

    const ended = await head.post(`/v1/access-grants/${id}/ending`, { reason: 'purpose-fulfilled' })
    expect((await head.get(`/v1/subjects/${theirs}`, { 'sync-token': ended.syncToken! })).status).toBe(404)
  })

  test('is over after its last day, without anybody ending it', async () => {
    const id = await made('/v1/access-grants', request({ until: inDays(1) }), head)
    const { syncToken } = await admin.post(`/v1/access-grants/${id}/approval`, {})
    const known = { 'sync-token': syncToken! }
    expect((await head.get(`/v1/subjects/${theirs}`, known)).status).toBe(200)
    await at(2 * 86_400_000, async () => expect((await head.get(`/v1/subjects/${theirs}`, known)).status).toBe(404))
    await admin.post(`/v1/access-grants/${id}/ending`, { reason: 'other' })
  })

  test('is seen by who asked and by the admin, and says nothing about whether there is such a person', async () => {
    const [real, none] = [await head.post('/v1/access-grants', request()), nobodysId('sub')]
    const unreal = await head.post('/v1/access-grants', request({ personId: none }))
    expect(Object.keys(unreal.body.data)).toEqual(Object.keys(real.body.data))
    const { id } = real.body.data
    for (const by of [head, admin]) expect((await by.get(`/v1/access-grants/${id}`)).status).toBe(200)
    for (const by of [otherHead, worker, funder]) expect((await by.get(`/v1/access-grants/${id}`)).status).toBe(404)
    expect((await otherHead.get('/v1/access-grants', token)).body.data).toEqual([])
    expect(refusalOf(await admin.post('/v1/access-grants', request()))).toEqual([403, 'not-permitted'])
  })
})

describe('a minor', () => {
  let grown: string
  let unknown: string
  let teacher: string
  beforeAll(async () => {
    ;[grown, unknown] = [await aSubject(stations[1], '成年', '1990-01-01'), await aSubject(stations[1], '年龄不详')]
    const named = { name: '周老师' }
    teacher = await made('/v1/subjects', {
      ...{ kind: 'teacher', occurredOn: '2023-02-01', siteId: stations[1], agreementId, identity: named },
    })
    await made('/v1/agreement-grants', {
      ...{ agreementId, funderOrgId: funder.orgId, view: 'named', basis: 'audit' },
      ...{ validFrom: '2023-01-01', validTo: inDays(400) },
    })
  })

  test('stays unnamed under a grant of names, as does who is of no known age; teachers do not', async () => {
    for (const [id, name] of Object.entries({ [grown]: '成年', [teacher]: '周老师' }))
      expect(nameIn(await funder.get(`/v1/subjects/${id}`, token))).toBe(name)
    const ask = async () => {
      for (const id of [theirs, unknown]) {
        const { body } = await funder.get(`/v1/subjects/${id}`, token)
        expect(body.data.identity).toBeUndefined()
        expect(body.data.masked).toContainEqual({ pointer: '/identity', reason: 'not-permitted' })
        const history = await funder.get(`/v1/subjects/${id}/history`, token)
        expect(JSON.stringify(history.body)).not.toMatch(/张西|年龄不详/)
      }
    }
    expect(await disclosedBy(ask)).toEqual([])
    const { body } = await funder.get('/v1/subjects', token)
    expect(JSON.stringify(body)).toContain('成年')
    expect(JSON.stringify(body)).not.toMatch(/张西|年龄不详/)
  })

  test('is named to a funder whose request for that person the contractor approved, until it ends', async () => {
    const asked = { ...request({ purpose: 'audit' }), ownerOrgId: admin.orgId }
    const id = await made('/v1/access-grants', asked, funder)
    expect(nameIn(await funder.get(`/v1/subjects/${theirs}`, token))).toBeUndefined()
    expect((await funder.get(`/v1/access-grants/${id}`)).body.data.masked).toBeDefined()
    const { syncToken } = await admin.post(`/v1/access-grants/${id}/approval`, {})
    const known = { 'sync-token': syncToken! }
    const shown = async () => expect(nameIn(await funder.get(`/v1/subjects/${theirs}`, known))).toBe('张西')
    expect(await disclosedBy(shown)).toMatchObject([
      { persons: [theirs], agreementGrantId: expect.stringMatching(/^gra_/), accessGrantId: id, basis: 'audit' },
    ])
    expect(nameIn(await funder.get(`/v1/subjects/${unknown}`, known))).toBeUndefined()
    const ended = await admin.post(`/v1/access-grants/${id}/ending`, { reason: 'misuse' })
    const { body } = await funder.get(`/v1/subjects/${theirs}`, { 'sync-token': ended.syncToken! })
    expect(body.data.identity).toBeUndefined()
  })

  test('is asked for at the contractor of one’s agreement, and at no other organisation', async () => {
    const stranger = await product.organisation('contractor', '别的中心')
    for (const ownerOrgId of [stranger.orgId, nobodysId('org')])
      expect(refusalOf(await funder.post('/v1/access-grants', { ...request(), ownerOrgId }))).toEqual([
        ...[422, 'party-not-known'],
      ])
  })
})

describe('in an emergency', () => {
  const start = async (by: Api = head, more: object = {}) => {
    const id = await made('/v1/access-overrides', emergency(more), by)
    return { id, header: { 'access-override': id, ...token } }
  }

  test('one person’s record is open to who started it, one thing at a time', async () => {
    const { id, header } = await start()
    const shown = async () => expect(nameIn(await head.get(`/v1/subjects/${theirs}`, header))).toBe('张西')
    expect(await disclosedBy(shown)).toMatchObject([{ by: { keyId: head.keyId }, persons: [theirs], overrideId: id }])
    expect((await head.get(`/v1/subjects/${theirs}/history`, header)).body.data[0].sealed.identity.name).toBe('张西')
    expect((await head.get(`/v1/subjects/${theirs}`, token)).status).toBe(404)
    for (const answer of [
      await head.get('/v1/subjects', header),
      await head.post('/v1/subjects/search', { name: '张西' }, header),
      await head.post(`/v1/subjects/${theirs}/voiding`, { reason: 'duplicate' }, header),
      await head.post('/v1/batch', { requests: [{ path: '/v1/x', idempotencyKey: 'one of one', body: {} }] }, header),
      await admin.get('/v1/events', header),
    ])
      expect(refusalOf(answer)).toEqual([400, 'override-for-one-record'])
    const another = await aSubject(stations[1], '无关')
    expect((await head.get(`/v1/subjects/${another}`, { ...header, ...token })).status).toBe(404)
  })

  test('nobody else uses it, and nobody after its time, its end or its review', async () => {
    const refused = [403, 'override-not-in-force']
    const { id, header } = await start(head, { durationMinutes: 30 })
    for (const by of [otherHead, worker, admin])
      expect(refusalOf(await by.get(`/v1/subjects/${theirs}`, header))).toEqual(refused)
    await at(31 * 60_000, async () =>
      expect(refusalOf(await head.get(`/v1/subjects/${theirs}`, header))).toEqual(refused),
    )
    const { syncToken } = await head.post(`/v1/access-overrides/${id}/ending`, {})
    const over = { ...header, 'sync-token': syncToken! }
    expect(refusalOf(await head.get(`/v1/subjects/${theirs}`, over))).toEqual(refused)
    const never = { ...header, 'access-override': nobodysId('aor') }
    expect(refusalOf(await head.get(`/v1/subjects/${theirs}`, never))).toEqual(refused)
  })

  test('the organisation is told at once, and it waits for its review', async () => {
    const { id } = await start(worker)
    const { body } = await admin.get('/v1/events?types=AccessOverrideStarted&limit=500', token)
    const told = body.data.filter(({ subject }: any) => subject === `accessoverride-${id}`)
    expect(told).toMatchObject([{ tenant: admin.orgId, data: { personId: theirs, purpose: 'safety-emergency' } }])
    const waiting = async (headers: Record<string, string>) =>
      (await admin.get('/v1/access-overrides?reviewed=false', headers)).body.data.map((one: any) => one.id)
    expect(await waiting(token)).toContain(id)
    const finding = { finding: 'justified', note: '情况属实，已联系监护人' }
    expect(refusalOf(await worker.post(`/v1/access-overrides/${id}/review`, finding))).toEqual([403, 'not-permitted'])
    const reviewed = await admin.post(`/v1/access-overrides/${id}/review`, finding)
    expect(reviewed.body.data).toMatchObject({ status: 'ended', reviewed: true, finding: 'justified' })
    expect(await waiting({ 'sync-token': reviewed.syncToken! })).not.toContain(id)
  })

  test('whose earlier one is overdue for review starts no other', async () => {
    const { id } = await start(otherHead)
    await at(8 * 86_400_000, async () => {
      const again = await otherHead.post('/v1/access-overrides', emergency(), token)
      expect([...refusalOf(again), again.body.params]).toMatchObject([409, 'review-overdue', { overrideId: id }])
      const { syncToken } = await admin.post(`/v1/access-overrides/${id}/review`, { finding: 'not-justified' })
      const after = await otherHead.post('/v1/access-overrides', emergency(), { 'sync-token': syncToken! })
      expect(after.status).toBe(201)
    })
  })
})

/** With the clock so much ahead. */
async function at(ms: number, work: () => Promise<void>) {
  clock = () => new Date(Date.now() + ms)
  try {
    await work()
  } finally {
    clock = () => new Date()
  }
}
