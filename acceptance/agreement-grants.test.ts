import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { caughtUp, databaseOf } from '@wushe/service-host'
import { boot, type Api, type Booted } from '@wushe/testkit'
import { Client } from 'pg'
import { services } from '../scripts/all-services.ts'
import { disclosedBy as disclosed, erase } from './rights.fixture.ts'
import { anAgreement, tell, type Told } from './telling/telling.fixture.ts'

let product: Booted
let contractor: Api
let funder: Api
let auditor: Api
let told: Told
let agreementId: string
/** Of a person who is not erased in the telling. */
let subjectId: string

beforeAll(async () => {
  product = await boot(services)
  contractor = await product.organisation('contractor', '承接中心')
  funder = await product.organisation('funder', '区民政局')
  auditor = await product.organisation('funder', '市审计局')
  agreementId = await anAgreement(product, funder, contractor, '服务协议')
  told = await tell(product, contractor, agreementId, '甲')
  const { body } = await contractor.get('/v1/subjects?status=active')
  subjectId = body.data.find((one: any) => one.identity).id
}, 300_000)
afterAll(() => product?.stop(), 60_000)

const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
const terms = (more: object) => ({
  ...{ agreementId, funderOrgId: funder.orgId, basis: 'acceptance', validFrom: '2023-01-01', validTo: today() },
  ...more,
})

/** Gives a grant, asks what is to be asked with it in force, and ends it; all answers know what was done before. */
async function under(by: Api, more: object, work: (token: Record<string, string>) => Promise<void>) {
  const given = await by.post('/v1/agreement-grants', terms(more))
  expect([given.status, given.body.code]).toEqual([201, undefined])
  try {
    await work({ 'sync-token': given.syncToken! })
  } finally {
    const ended = await by.post(`/v1/agreement-grants/${given.body.data.id}/ending`, { reason: 'purpose-fulfilled' })
    expect(ended.body.data).toMatchObject({ status: 'ended', endingReason: 'purpose-fulfilled' })
    after = { 'sync-token': ended.syncToken! }
  }
}
let after: Record<string, string> = {}

const disclosedBy = (work: () => Promise<unknown>) => disclosed(product, contractor, work)

const lists = [
  'subjects',
  'cases',
  'groups',
  'activities',
  'stations',
  'practitioners',
  'volunteers',
  'offers',
  'projects',
]
const report = () => `/v1/reports/service-statistics?agreementId=${agreementId}`
const facts = () => `/v1/reports/facts?agreementId=${agreementId}&indicator=IND-C1`

test('a party sees figures and facts without any grant, and no identity', async () => {
  const { body } = await funder.get(`/v1/subjects/${subjectId}`)
  expect(body.data.identity).toBeUndefined()
  expect(body.data.masked).toContainEqual({ pointer: '/identity', reason: 'not-permitted' })
  expect((await funder.get(report())).status).toBe(200)
  expect((await funder.get(facts())).body.count).toBeGreaterThan(0)
})

test('a funder who is no party and has no grant is told nothing', async () => {
  expect((await auditor.get('/v1/subjects')).body.data).toEqual([])
  expect((await auditor.get(`/v1/agreements/${agreementId}`)).status).toBe(404)
  expect((await auditor.get(report())).status).toBe(404)
})

describe('a grant of figures', () => {
  test('shows a party the agreement and its figures and no record behind them, until it ends', async () => {
    const before = await Promise.all(lists.map((list) => funder.get(`/v1/${list}`)))
    await under(funder, { view: 'aggregate' }, async (token) => {
      for (const list of lists) expect([list, (await funder.get(`/v1/${list}`, token)).body.data]).toEqual([list, []])
      for (const path of [`/v1/subjects/${subjectId}`, `/v1/subjects/${subjectId}/history`])
        expect([path, (await funder.get(path, token)).status]).toEqual([path, 404])
      expect((await funder.get(facts(), token)).body).toMatchObject({ status: 403, code: 'figures-only' })
      expect((await funder.get(report(), token)).body.data.length).toBeGreaterThan(5)
      expect((await funder.get(`/v1/agreements/${agreementId}`, token)).status).toBe(200)
    })
    for (const [at, list] of lists.entries())
      expect([list, (await funder.get(`/v1/${list}`, after)).body.data]).toEqual([list, before[at]!.body.data])
  }, 30_000)

  test('lets a funder who is no party read figures', () =>
    under(contractor, { view: 'aggregate', funderOrgId: auditor.orgId }, async (token) => {
      expect((await auditor.get(report(), token)).status).toBe(200)
      expect((await auditor.get('/v1/cases', token)).body.data).toEqual([])
    }))
})

test('a grant of pseudonymised facts shows them to a funder who is no party, and without identity', async () => {
  await under(contractor, { view: 'deidentified', funderOrgId: auditor.orgId }, async (token) => {
    const { body } = await auditor.get('/v1/subjects', token)
    expect(body.data.length).toBeGreaterThan(0)
    expect(JSON.stringify(body)).not.toContain('甲密')
    expect((await auditor.get(facts(), token)).body.count).toBeGreaterThan(0)
  })
  expect((await auditor.get('/v1/subjects', after)).body.data).toEqual([])
})

describe('a grant of names', () => {
  test('shows of identity what its basis opens, says of the rest why it is missing, and never shows a note', async () => {
    await under(contractor, { view: 'named', basis: 'acceptance' }, async (token) => {
      const own = (await contractor.get(`/v1/subjects/${subjectId}`)).body.data
      for (const { data } of [
        (await funder.get(`/v1/subjects/${subjectId}`, token)).body,
        { data: (await funder.get('/v1/subjects', token)).body.data.find((one: any) => one.id === subjectId) },
      ]) {
        const { birthDate, guardian, ...direct } = own.identity
        expect(birthDate).toBeDefined()
        expect(data.identity).toEqual({ ...direct, guardian: { name: guardian.name, phone: guardian.phone } })
        expect(data.masked).toContainEqual({ pointer: '/identity/birthDate', reason: 'masked' })
        expect(data.masked).toContainEqual({ pointer: '/identity/guardian/relation', reason: 'masked' })
      }
      const { body } = await funder.get(`/v1/subjects/${subjectId}/history`, token)
      expect(body.data[0].sealed.identity.name).toBe(own.identity.name)
      expect(body.data[0].sealed.identity.birthDate).toBeUndefined()
      const cases = (await funder.get('/v1/cases', token)).body.data
      expect(JSON.stringify(cases)).not.toContain('甲密')
      expect(cases.some((one: any) => one.masked?.some((each: any) => each.pointer === '/note'))).toBe(true)
    })
    const { body } = await funder.get(`/v1/subjects/${subjectId}`, after)
    expect(body.data.identity).toBeUndefined()
  }, 30_000)

  test('opens also what is sensitive of identity where a law demands it', () =>
    under(contractor, { view: 'named', basis: 'statutory-duty' }, async (token) => {
      const { body } = await funder.get(`/v1/subjects/${subjectId}`, token)
      expect(body.data.identity).toEqual((await contractor.get(`/v1/subjects/${subjectId}`)).body.data.identity)
    }))

  test('opens nothing before its first day and after its last', async () => {
    for (const period of [
      { validFrom: '2023-01-01', validTo: '2023-12-31' },
      { validFrom: '2999-01-01', validTo: '2999-12-31' },
    ])
      await under(contractor, { view: 'named', ...period }, async (token) =>
        expect((await funder.get(`/v1/subjects/${subjectId}`, token)).body.data.identity).toBeUndefined(),
      )
  })

  test('shows no identity that was erased', () =>
    under(contractor, { view: 'named' }, async (token) => {
      const erased = told.steps.find(({ operation }) => operation === 'approveSubjectErasure')!.path['subjectId']
      const { body } = await funder.get(`/v1/subjects/${erased}`, token)
      expect(body.data.masked).toContainEqual({ pointer: '/identity', reason: 'erased' })
    }))

  test('leaves a line in the access log: who, whose, which persons, which kinds of fields, by which grant', async () => {
    await under(contractor, { view: 'named', basis: 'audit' }, async (token) => {
      expect(await disclosedBy(() => funder.get(`/v1/subjects/${subjectId}`, token))).toEqual([
        {
          eventId: expect.any(String),
          service: 'case',
          at: expect.any(String),
          requestId: expect.stringMatching(/^req_/),
          operationId: 'getSubject',
          by: { orgId: funder.orgId, keyId: expect.stringMatching(/^key_/) },
          persons: [subjectId],
          classes: ['pii.direct'],
          records: 1,
          agreementGrantId: expect.stringMatching(/^gra_/),
          basis: 'audit',
        },
      ])
    })
    // Who sees nothing sealed discloses nothing.
    expect(await disclosedBy(() => funder.get(`/v1/subjects/${subjectId}`, after))).toEqual([])
  })
})

describe('the access log', () => {
  test('has a line for what an organisation reads of its own: one for a record, one for a page of them', async () => {
    const [line] = await disclosedBy(() => contractor.get(`/v1/subjects/${subjectId}`))
    expect(line).toMatchObject({ operationId: 'getSubject', by: { orgId: contractor.orgId }, persons: [subjectId] })
    expect(line!.classes.sort()).toEqual(['pii.direct', 'pii.sensitive'])
    const pages = await disclosedBy(() => contractor.get('/v1/subjects'))
    expect(pages).toMatchObject([{ operationId: 'listSubjects', records: pages[0]!.persons.length }])
    expect(pages[0]!.persons.length).toBeGreaterThan(1)
    const history = await disclosedBy(() => contractor.get(`/v1/subjects/${subjectId}/history`))
    expect(history).toMatchObject([{ operationId: 'getSubjectHistory', persons: [subjectId] }])
  })

  test('has no line for what its sender has just sent, nor for an answer that shows nothing', async () => {
    const person = { kind: 'person', occurredOn: '2023-02-01', identity: { name: '小明' } }
    const key = { 'idempotency-key': 'a person sent twice' }
    let path = ''
    expect(
      await disclosedBy(async () => {
        const { body } = await contractor.post('/v1/subjects', person, key)
        expect(body.data.identity).toEqual(person.identity)
        path = `/v1/subjects/${body.data.id}`
        expect((await contractor.post('/v1/subjects', person, key)).body.data.identity).toEqual(person.identity)
        await contractor.post('/v1/subjects?dryRun=true', person)
      }),
    ).toEqual([])
    const { etag } = await contractor.get(path)
    expect(
      await disclosedBy(async () => {
        expect((await contractor.get(path, { 'if-none-match': etag! })).status).toBe(304)
        const minimal = await contractor.post(`${path}/voiding`, { reason: 'duplicate' }, { prefer: 'return=minimal' })
        expect(minimal.status).toBe(204)
      }),
    ).toEqual([])
    // But what it had sent before is read again.
    const corrected = { kind: 'person', categories: [], occurredOn: '2023-02-01', reason: 'typing-error' }
    const correct = () => contractor.post(`/v1/subjects/${subjectId}/correction?dryRun=true`, corrected)
    expect(await disclosedBy(correct)).toMatchObject([{ operationId: 'correctSubject', persons: [subjectId] }])
  })

  test('is asked by person, day, operation and reader, page by page, and by its owner alone', async () => {
    await contractor.get(`/v1/subjects/${subjectId}`)
    await caughtUp(product.host)
    const ask = async (query: string, by = contractor) => (await by.get(`/v1/access-log?${query}`)).body
    const of = (line: any) => [line.operationId, line.persons.includes(subjectId), line.by.orgId]
    const { data } = await ask(`person=${subjectId}&operation=getSubject&byOrgId=${contractor.orgId}`)
    expect(data.length).toBeGreaterThan(1)
    expect(new Set(data.map(of).map(String))).toEqual(new Set([String(['getSubject', true, contractor.orgId])]))
    expect((await ask(`from=${today()}&to=${today()}&limit=500`)).data.length).toBeGreaterThan(data.length)
    expect((await ask('to=2023-12-31')).data).toEqual([])
    expect((await ask('from=2999-01-01')).data).toEqual([])

    const first = await ask(`person=${subjectId}&operation=getSubject&byOrgId=${contractor.orgId}&limit=1`)
    const next = await ask(
      `person=${subjectId}&operation=getSubject&byOrgId=${contractor.orgId}&limit=1&cursor=${first.nextCursor}`,
    )
    expect([...first.data, ...next.data]).toEqual(data.slice(0, 2))

    const stranger = await product.organisation('contractor', '另一中心')
    expect(await ask(`person=${subjectId}`, stranger)).toEqual({ data: [] })
    expect(await ask('', funder)).toMatchObject({ code: 'not-permitted' })
  })

  test('comes out of the doors to its owner, who names it, and to nobody else', async () => {
    const types = (query: string, by: Api) =>
      by.get(`/v1/events?limit=500${query}`).then(({ body }) => body.data.map(({ type }: any) => type) as string[])
    const named = '&types=PersonalDataDisclosed'
    const shared = 'org.wushe.case.PersonalDataDisclosed.v1'
    expect(await types(named, contractor)).toContain(shared)
    expect(await types('', contractor)).not.toContain(shared)
    expect(await types(named, funder)).toEqual([])
    expect(await types(`${named}&agreementId=${agreementId}`, funder)).toEqual([])
  })

  test('comes before the answer: what cannot be recorded is not shown', async () => {
    const { pool } = product.host.services.find(({ name }) => name === 'case')!
    const { database } = new Client(pool.options)
    const owner = new Client(databaseOf(process.env['WUSHE_TEST_POSTGRES']!, database!))
    const refusing = "constraint none_any_more check (type <> 'PersonalDataDisclosed') not valid"
    await owner.connect()
    try {
      await owner.query(`alter table es.events add ${refusing}`)
      const answer = await contractor.get(`/v1/subjects/${subjectId}`)
      expect([answer.status, answer.body.code, answer.body.data]).toEqual([503, 'unavailable', undefined])
    } finally {
      await owner.query('alter table es.events drop constraint none_any_more')
      await owner.end()
    }
    expect((await contractor.get(`/v1/subjects/${subjectId}`)).status).toBe(200)
  })
})

test('of several grants in force the widest counts', () =>
  under(funder, { view: 'aggregate' }, () =>
    under(contractor, { view: 'named' }, async (token) =>
      expect((await funder.get(`/v1/subjects/${subjectId}`, token)).body.data.identity.name).toBeDefined(),
    ),
  ))

test('a contractor sees every grant of its agreements, gives none that is the purchaser’s, and ends none either', async () => {
  const stranger = await product.organisation('contractor', '别的中心')
  await under(funder, { view: 'aggregate' }, async (token) => {
    const { body } = await contractor.get(`/v1/agreement-grants?agreementId=${agreementId}&status=given`, token)
    expect(body.data).toMatchObject([{ view: 'aggregate', givenBy: funder.orgId, orgId: contractor.orgId }])
    const [{ id }] = body.data
    expect((await contractor.post(`/v1/agreement-grants/${id}/ending`, { reason: 'other' })).body.code).toBe(
      'grant-not-yours',
    )
    expect((await stranger.post(`/v1/agreement-grants/${id}/ending`, { reason: 'other' })).body.code).toBe('not-found')
    expect((await stranger.get(`/v1/agreement-grants/${id}`)).status).toBe(404)
    expect((await stranger.get('/v1/agreement-grants')).body.data).toEqual([])
    expect((await contractor.get(`/v1/agreement-grants/${id}/history`)).body.data).toMatchObject([
      { type: 'AgreementGrantGiven' },
    ])
  })
  expect((await contractor.post('/v1/agreement-grants', terms({ view: 'aggregate' }))).body.code).toBe(
    'grant-not-yours',
  )
  expect((await funder.post('/v1/agreement-grants', terms({ view: 'named' }))).body.code).toBe('grant-not-yours')
  expect((await stranger.post('/v1/agreement-grants', terms({ view: 'named' }))).body.code).toBe('agreement-not-known')
})

describe('a person who asks', () => {
  const copyOf = (id = subjectId) => `/v1/persons/${id}/copy`
  const certificateOf = (id: string) => `/v1/persons/${id}/erasure-certificate`

  test('gets a copy of all that mentions them, with what is sealed of them and of nobody else, and who saw it', async () => {
    const others = (await contractor.get('/v1/subjects?limit=500')).body.data.filter((one: any) => one.id !== subjectId)
    const own = (await contractor.get(`/v1/subjects/${subjectId}`)).body.data.identity
    await caughtUp(product.host)
    let body: any
    const line = await disclosedBy(async () => (body = (await contractor.get(copyOf())).body))
    expect(line).toMatchObject([{ operationId: 'getPersonCopy', persons: [subjectId] }])
    const { events, disclosures } = body.data
    expect(events[0]).toMatchObject({
      type: 'SubjectRegistered',
      title: 'Subject registered',
      sealed: { identity: own },
    })
    expect(events.map(({ type }: any) => type)).toContain('MemberEnrolled')
    expect(disclosures.length).toBeGreaterThan(0)
    expect(new Set(disclosures.flatMap(({ persons }: any) => persons))).toEqual(new Set([subjectId]))
    const names = others.flatMap(({ identity }: any) => identity?.name ?? [])
    expect(names.length).toBeGreaterThan(1)
    expect(names.filter((name: string) => JSON.stringify(body).includes(name))).toEqual([])

    const page = await fetch(product.url + copyOf(), {
      headers: { authorization: `Bearer ${contractor.key}`, accept: 'text/html' },
    })
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.headers.get('content-security-policy')).toMatch("default-src 'none'")
    const html = await page.text()
    expect(html).toMatch('个人信息副本')
    expect(html).toMatch(own.name)
    expect(names.filter((name: string) => html.includes(name))).toEqual([])
  })

  test('says that something held of them is wrong, and is answered once, by a correction or by reasons in writing', async () => {
    const stranger = await product.organisation('contractor')
    const about = { id: subjectId, pointer: '/birthYearMonth' }
    const statement = { wrong: '出生年月写错了', instead: '户口本上是另一个月' }
    const request = { personId: subjectId, requester: 'person', occurredOn: '2023-06-01', about, statement }
    const takenDown = async (more: object = {}) => {
      const { status, body } = await contractor.post('/v1/correction-requests', { ...request, ...more })
      expect([status, body.code]).toEqual([201, undefined])
      return body.data
    }
    const first = await takenDown()
    expect(first).toMatchObject({
      status: 'open',
      dueOn: '2023-07-01',
      statement,
      about: { ...about, type: 'subject' },
    })
    const { id: second } = await takenDown({ occurredOn: new Date().toISOString().slice(0, 10) })
    const path = `/v1/correction-requests/${first.id}`
    await caughtUp(product.host)
    const listed = async (query: string) =>
      (await contractor.get(`/v1/correction-requests?personId=${subjectId}&${query}`)).body.data.map(
        ({ id }: any) => id,
      )
    expect(await listed('overdue=true')).toEqual([first.id])
    expect(await listed('overdue=false')).toEqual([second])
    expect((await stranger.get(path)).status).toBe(404)
    expect((await stranger.post('/v1/correction-requests', request)).body).toMatchObject({ code: 'person-not-known' })

    await contractor.post(`/v1/subjects/${subjectId}/restriction`, { basis: 'accuracy-disputed' })
    const closed = (await contractor.get(path)).body.data
    expect(closed.statement).toBeUndefined()
    expect(closed.masked).toEqual([{ pointer: '/statement', reason: 'restricted' }])
    expect((await contractor.post('/v1/correction-requests', request)).body.code).toBe('person-restricted')
    const colleague = await product.anotherHand(contractor)
    await colleague.post(`/v1/subjects/${subjectId}/restriction-lifting`, { reason: 'resolved' })

    expect((await contractor.post(`${path}/refusal`, {})).body.code).toBe('reasons-needed')
    const accepted = await contractor.post(`${path}/acceptance`, { corrected: [subjectId] })
    expect(accepted.body.data).toMatchObject({ status: 'accepted', corrected: [subjectId] })
    expect((await contractor.post(`${path}/refusal`, { note: '…' })).body.code).toBe('correction-request-not-open')
    const reasons = '与户口本复印件一致，未见错误'
    expect((await contractor.post(`/v1/correction-requests/${second}/refusal`, { note: reasons })).status).toBe(200)
    await caughtUp(product.host)
    expect(await listed('status=open')).toEqual([])
    expect((await contractor.get(copyOf())).body.data.events.slice(-1)).toMatchObject([
      { type: 'CorrectionRequestDecided', sealed: { note: reasons } },
    ])
    const page = await fetch(product.url + copyOf(), {
      headers: { authorization: `Bearer ${contractor.key}`, accept: 'text/html' },
    })
    const html = await page.text()
    for (const said of ['请求更正个人信息', statement.instead, reasons]) expect(html).toMatch(said)
  })

  test('whose request is open when they are erased is refused without reasons, as nothing can be written any more', async () => {
    const registered = await contractor.post('/v1/subjects', {
      ...{ kind: 'person', occurredOn: '2023-02-01', agreementId, identity: { name: '将被抹除者' } },
    })
    const { id } = registered.body.data
    const statement = { wrong: '住址', instead: '已搬走' }
    const request = { personId: id, requester: 'person', occurredOn: '2023-06-01', about: { id }, statement }
    const token = { 'sync-token': registered.syncToken! }
    const open = await contractor.post('/v1/correction-requests', request, token)
    await erase(`/v1/subjects/${id}`, contractor, await product.anotherHand(contractor))
    await caughtUp(product.host)
    const path = `/v1/correction-requests/${open.body.data.id}`
    expect((await contractor.get(path)).body.data.masked).toEqual([{ pointer: '/statement', reason: 'erased' }])
    expect((await contractor.post('/v1/correction-requests', request)).body.code).toBe('person-erased')
    expect((await contractor.post(`${path}/refusal`, {})).body.data.status).toBe('refused')
    await caughtUp(product.host)
    const { data } = (await contractor.get(certificateOf(id))).body
    expect(data.destroyed).toEqual([
      { section: 'identity', count: 1 },
      { section: 'statement', count: 1 },
    ])
  })

  test('is not erased before the profile of retention lets it, and is restricted instead', async () => {
    const ours = await product.organisation('contractor')
    const another = await product.anotherHand(ours)
    const organisation = `/v1/organisations/${ours.orgId}`
    const choose = async (profile: string) => {
      const { status, body } = await ours.post(`${organisation}/retention-profile`, { profile })
      expect([status, body.data.retentionProfile]).toEqual([200, profile])
      await caughtUp(product.host)
    }
    expect((await ours.get(organisation)).body.data.retentionProfile).toBe('facts-only')
    await choose('case-file-15')
    const dated = { kind: 'person', occurredOn: '2023-02-01' }
    const { id } = (await ours.post('/v1/subjects', { ...dated, identity: { name: '保存期内' } })).body.data
    await ours.post('/v1/cases', { kind: 'consultation', subjectId: id, occurredOn: '2023-02-01' })
    await caughtUp(product.host)
    const path = `/v1/subjects/${id}`
    expect((await ours.post(`${path}/erasure`, { basis: 'request' })).status).toBe(200)
    const refused = await another.post(`${path}/erasure-approval`, {})
    expect(refused.body).toMatchObject({ status: 409, code: 'retention-not-over' })
    expect(refused.body.remedy).toMatch('/restriction')
    const restricted = await ours.post(`${path}/restriction`, { basis: 'retention-not-over' })
    expect(restricted.body.data.restriction).toEqual({ basis: 'retention-not-over' })

    await choose('facts-only')
    expect((await another.post(`${path}/erasure-approval`, {})).status).toBe(200)
    await caughtUp(product.host)
    expect((await ours.get(certificateOf(id))).body.data.retention).toMatchObject({
      profile: 'facts-only',
      keeps: { zh: expect.stringMatching('事实') },
    })
  })

  test('gets a certificate once they are erased: what was destroyed, by whom, what remains and why, and who had it', async () => {
    expect((await contractor.get(certificateOf(subjectId))).body.code).toBe('not-found')
    const colleague = await product.anotherHand(contractor)
    await under(contractor, { view: 'named', basis: 'audit' }, async (token) => {
      await funder.get(`/v1/subjects/${subjectId}`, token)
    })
    await erase(`/v1/subjects/${subjectId}`, contractor, colleague)
    await caughtUp(product.host)
    const { data } = (await contractor.get(certificateOf(subjectId))).body
    expect(data).toMatchObject({ person: subjectId, orgId: contractor.orgId, basis: 'request' })
    expect(data.requestedBy.keyId).not.toBe(data.approvedBy.keyId)
    expect(data.keyDestroyedAt >= data.erasedAt).toBe(true)
    expect(data.destroyed.map(({ section }: any) => section)).toEqual(['identity', 'note', 'statement'])
    const left: { type?: string; what: { zh: string; en: string }; count: number }[] = data.remains
    const remains = new Map(left.map((one) => [one.type ?? one.what.en, one]))
    expect(remains.get('SubjectRegistered')).toMatchObject({ count: 1, what: { zh: '登记服务对象' } })
    for (const kind of ['MemberEnrolled', 'Lines of the access log', 'Evidence entries'])
      expect([kind, remains.get(kind)?.count ?? 0]).not.toEqual([kind, 0])
    expect(data.backups.deadOn > data.erasedAt.slice(0, 10)).toBe(true)
    expect(data.handedOut).toEqual([
      { orgId: funder.orgId, disclosures: expect.any(Number), lastAt: expect.any(String) },
    ])

    const { events } = (await contractor.get(copyOf())).body.data
    expect(events[0]).toMatchObject({ masked: [{ pointer: '/sealed/identity', reason: 'erased' }] })
    expect(events[0].sealed).toBeUndefined()
  })

  test.each([
    ['social worker', '/v1/practitioners', { employment: 'full-time' }, ['identity', 'note', 'certificateNo']],
    ['private person who gives', '/v1/providers', { kind: 'individual' }, ['identity', 'note']],
  ])('who is a %s has the same rights', async (_, kind, facts, destroyed) => {
    const colleague = await product.anotherHand(contractor)
    const identity = { name: `密 ${kind}`, idType: 'none' }
    const made = await contractor.post(kind, { ...facts, identity, occurredOn: '2023-02-01' })
    const path = `${kind}/${made.body.data.id}`
    await contractor.post(`${path}/correction`, {
      ...{ ...facts, occurredOn: '2023-02-02', reason: 'wrong-date', note: `密 ${path}` },
    })
    if (destroyed.includes('certificateNo'))
      await contractor.post(`${path}/licences`, {
        ...{ level: 'assistant', line: 'national', issuedOn: '2023-02-03', certificateNo: `密 ${path}` },
      })

    expect((await contractor.post(`${path}/restriction`, { basis: 'request' })).body.data.masked).toContainEqual({
      pointer: '/identity',
      reason: 'restricted',
    })
    expect((await contractor.post(`${path}/restriction-lifting`, { reason: 'request' })).body.code).toBe(
      'another-hand-needed',
    )
    const lifted = await colleague.post(`${path}/restriction-lifting`, { reason: 'request' })
    expect(lifted.body.data).toMatchObject({ identity })
    await caughtUp(product.host)
    const copy = await contractor.get(copyOf(made.body.data.id))
    expect(copy.body.data.events[0].sealed).toEqual({ identity })

    await erase(path, contractor, colleague)
    await caughtUp(product.host)
    const read = (await contractor.get(path)).body.data
    expect([read.status, read.identity, read.note]).toEqual(['erased', undefined, undefined])
    expect(read.masked).toContainEqual({ pointer: '/identity', reason: 'erased' })
    expect(JSON.stringify((await contractor.get(copyOf(made.body.data.id))).body)).not.toMatch('密')
    const certificate = (await contractor.get(certificateOf(made.body.data.id))).body.data
    expect(certificate.destroyed.map(({ section }: any) => section)).toEqual(destroyed)
  })

  test('is answered by the organisation that holds the data, and by nobody else', async () => {
    const stranger = await product.organisation('contractor', '又一中心')
    for (const path of [copyOf(), certificateOf(subjectId)]) {
      expect((await stranger.get(path)).body.code).toBe('not-found')
      expect((await funder.get(path)).body.code).toBe('not-permitted')
    }
  })
})
