import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { caughtUp } from '@wushe/service-host'
import { boot, type Api, type Booted } from '@wushe/testkit'
import { services } from '../scripts/all-services.ts'
import { readStream } from './sse.fixture.ts'
import { anAgreement, idsIn, tell, type Told } from './telling/telling.fixture.ts'

let product: Booted
let contractor: Api
let stranger: Api
let funder: Api
let agreementId: string
let told: Told
/** The clock of the product. */
let ahead = 0
const now = () => new Date(Date.now() + ahead)

beforeAll(async () => {
  product = await boot(services, { streaming: { perKey: 2, heartbeatMs: 300 }, now })
  contractor = await product.organisation('contractor', '甲方中心')
  stranger = await product.organisation('contractor', '乙方中心')
  funder = await product.organisation('funder', '甲区民政局')
  agreementId = await anAgreement(product, funder, contractor, '甲 协议')
  told = await tell(product, contractor, agreementId, '甲')
  await plan('甲三')
  await plan('乙一', stranger)
  await caughtUp(product.host)
}, 300_000)
afterAll(() => product?.stop(), 60_000)

/** Follows nextLink to its end. */
async function everything(by: Api, path: string) {
  const data: any[] = []
  for (let link = path; ;) {
    const { status, body } = await by.get(link)
    expect([link, status]).toEqual([link, 200])
    data.push(...body.data)
    if (!body.nextLink) return { data, deltaLink: body.deltaLink as string }
    link = body.nextLink
  }
}
const sequences = (events: { sequence: string }[]) => events.map(({ sequence }) => sequence)
const anActivity = (title: string) => ({ kind: 'lecture', title, plannedOccurrences: 1, occurredOn: '2023-05-01' })
const plan = async (title: string, by = contractor) =>
  (await by.post('/v1/activities', anActivity(title))).body.data.id as string

describe('GET /v1/events', () => {
  test('shows a contractor every event of its own, once, in the order of the ledger, and of each stream without a gap', async () => {
    const { data } = await everything(contractor, '/v1/events?limit=7')
    expect(sequences(data)).toEqual([...new Set(sequences(data))].sort())
    const next = new Map<string, number>()
    for (const { subject, streamversion, tenant } of data) {
      expect([subject, streamversion, tenant]).toEqual([subject, (next.get(subject) ?? 0) + 1, contractor.orgId])
      next.set(subject, streamversion)
    }
    const { rows } = await product.host.services
      .find(({ name }) => name === 'reporting')!
      .pool.query(
        `select count(*)::int as n from inbox.events where meta ->> 'tenant' = $1 and type <> 'PersonalDataDisclosed'`,
        [contractor.orgId],
      )
    expect(data.length).toBe(rows[0].n)
    expect(data.length).toBeGreaterThan(told.steps.length)
  })

  test('is CloudEvents 1.0, with facts and without anything sealed', async () => {
    const { data } = await everything(contractor, '/v1/events?types=CaseOpened')
    expect(data[0]).toMatchObject({
      specversion: '1.0',
      source: '/services/case',
      type: 'org.wushe.case.CaseOpened.v1',
      streamversion: 1,
      agreementid: agreementId,
      data: { kind: expect.any(String) },
    })
    expect(data[0].sequence).toMatch(/^\d{20}$/)
    expect(data[0].subject).toMatch(/^case-cas_/)
    const all = JSON.stringify((await everything(contractor, '/v1/events')).data)
    expect(all).not.toMatch('甲密')
    expect(all).not.toMatch('"ct"')
    expect(all).not.toMatch('salt')
  })

  test('shows a funder what was recorded for its agreements and nothing else, the operator organisations only', async () => {
    const { data: funders } = await everything(funder, '/v1/events')
    const others = funders.filter(
      ({ tenant, agreementid, subject }) =>
        tenant !== funder.orgId && agreementid !== agreementId && subject !== `agreement-${agreementId}`,
    )
    expect(others).toEqual([])
    expect(funders.some(({ type }) => type === 'org.wushe.case.CaseOpened.v1')).toBe(true)
    expect(funders.some(({ type }) => type === 'org.wushe.reporting.AgreementDrafted.v1')).toBe(true)
    const { data: operators } = await everything(product.operator, '/v1/events')
    expect(new Set(operators.map(({ source }) => source))).toEqual(new Set(['/services/access']))
    const { data: strangers } = await everything(stranger, '/v1/events')
    expect(new Set(strangers.map(({ tenant }) => tenant))).toEqual(new Set([stranger.orgId]))
  })

  test('is one event a line for who wants lines', async () => {
    const answer = await fetch(`${product.url}/v1/events?limit=3`, {
      headers: { authorization: `Bearer ${contractor.key}`, accept: 'application/x-ndjson' },
    })
    const lines = (await answer.text()).split('\n')
    expect(answer.headers.get('content-type')).toMatch('application/x-ndjson')
    expect(answer.headers.get('link')).toMatch(/^<\/v1\/events\?after=\d{20}&limit=3>; rel="next"$/)
    expect([lines.length, lines[3]]).toEqual([4, ''])
    const { body } = await contractor.get('/v1/events?limit=3')
    expect(lines.slice(0, 3).map((line) => JSON.parse(line))).toEqual(body.data)
  })

  test('goes on from deltaLink with what is new, and with that only', async () => {
    const { deltaLink } = await everything(contractor, '/v1/events?types=ActivityPlanned')
    expect((await contractor.get(deltaLink)).body.data).toEqual([])
    const id = await plan('门一')
    await caughtUp(product.host)
    const { data } = await everything(contractor, deltaLink)
    expect(data.map(({ subject }) => subject)).toEqual([`activity-${id}`])
  })

  test('misses nothing while several write and it reads on and on', async () => {
    const { deltaLink } = await everything(contractor, '/v1/events')
    const seen: any[] = []
    let link = deltaLink
    let writing = true
    const written = Promise.all(
      Array.from({ length: 4 }, async (_, lane) => {
        for (let n = 0; n < 15; n++) await plan(`同时 ${lane} ${n}`)
      }),
    ).finally(() => (writing = false))
    while (writing) {
      const { body } = await contractor.get(link)
      seen.push(...body.data)
      link = body.nextLink ?? body.deltaLink
    }
    await written
    await caughtUp(product.host)
    seen.push(...(await everything(contractor, link)).data)
    expect(sequences(seen)).toEqual(sequences((await everything(contractor, deltaLink)).data))
    expect(seen.length).toBe(60)
  }, 60_000)

  test('refuses a type that does not exist, and a place that the ledger has not reached', async () => {
    const unknown = await contractor.get('/v1/events?types=CaseOpened,CaseLost')
    expect([unknown.status, unknown.body.code, unknown.body.params]).toEqual([
      422,
      'event-type-not-known',
      { type: 'CaseLost' },
    ])
    for (const after of ['999999999', '99999999999999999999'])
      expect((await contractor.get(`/v1/events?after=${after}`)).body.code).toBe('position-not-reached')
  })
})

describe('GET /v1/changes', () => {
  test('names each record once, at its latest version, with the address where it is read', async () => {
    const { data } = await everything(contractor, '/v1/changes?limit=9')
    const ids = data.map(({ id }) => id)
    expect(ids.length).toBe(new Set(ids).size)
    expect(sequences(data)).toEqual([...sequences(data)].sort())
    for (const { href, version, type, op } of data) {
      const read = await contractor.get(href)
      expect([href, read.status]).toEqual([href, 200])
      // Licences stand in their practitioner's stream without being part of the practitioner.
      if (type !== 'practitioner') expect([href, read.body.data.version]).toEqual([href, version])
      expect([href, op]).toEqual([href, read.body.data.status === 'voided' ? 'withdrawn' : op])
    }
    const kinds = new Set(data.map(({ type }) => type))
    for (const kind of ['case', 'caseSession', 'activityOccurrence', 'hoursEntry', 'licence', 'resourceLink'])
      expect(kinds).toContain(kind)
  }, 60_000)

  test('says erased of who was erased, and withdrawn of what was voided', async () => {
    const { data } = await everything(contractor, '/v1/changes')
    const erased = told.steps.filter(({ operation }) => /^approve.*Erasure$/.test(operation)).flatMap(idsIn)
    expect(erased.length).toBe(4)
    for (const one of erased) expect([one, data.find(({ id }) => id === one)?.op]).toEqual([one, 'erased'])
    const voided = told.steps.find(({ operation }) => operation === 'voidActivity')!.path['activityId']
    expect(data.find(({ id }) => id === voided)?.op).toBe('withdrawn')
  })

  test('goes on from its token after any time with what changed since, in the kinds that are asked for', async () => {
    const { deltaLink } = await everything(contractor, '/v1/changes?types=activity')
    await plan('门二')
    const id = await plan('门三')
    await contractor.post(`/v1/activities/${id}/cancellation`, { reason: 'weather', occurredOn: '2023-05-02' })
    await contractor.post('/v1/subjects', { kind: 'person', identity: { name: '小明' }, occurredOn: '2023-02-01' })
    await caughtUp(product.host)
    const { data } = await everything(contractor, deltaLink)
    expect(data.map(({ type }) => type)).toEqual(['activity', 'activity'])
    expect(data.at(-1)).toMatchObject({ id, op: 'upsert' })
    expect((await contractor.get('/v1/changes?types=nothing')).body.code).toBe('record-type-not-known')
    expect((await contractor.get(`/v1/changes?since=d1-${'9'.repeat(20)}`)).body.code).toBe('position-not-reached')
  })

  test('tells a funder that a record went out of its agreement, once, and nothing of it later', async () => {
    const { deltaLink } = await everything(funder, '/v1/changes')
    const made = await contractor.post('/v1/activities', { ...anActivity('门四'), agreementId })
    const { id } = made.body.data
    await caughtUp(product.host)
    const seen = await everything(funder, deltaLink)
    expect(seen.data).toMatchObject([{ id, op: 'upsert', agreementId }])
    const moved = await contractor.post(`/v1/activities/${id}/correction`, {
      ...anActivity('门四'),
      reason: 'other',
    })
    expect(moved.status).toBe(200)
    await caughtUp(product.host)
    const gone = await everything(funder, seen.deltaLink)
    expect(gone.data).toMatchObject([{ id, op: 'outOfScope' }])
    expect(gone.data[0].href).toBeUndefined()
    await contractor.post(`/v1/activities/${id}/voiding`, { reason: 'duplicate' })
    await caughtUp(product.host)
    expect((await everything(funder, gone.deltaLink)).data).toEqual([])
    const { data } = await everything(contractor, '/v1/changes?types=activity')
    expect(data.filter((one) => one.id === id)).toMatchObject([{ op: 'withdrawn' }])
  })
})

describe('a copy that a funder keeps by /v1/changes', () => {
  const today = () => new Date(now().getTime() + 8 * 3_600_000).toISOString().slice(0, 10)
  const grantTo = async (by: Api, to: Api, view: string) => {
    const terms = {
      agreementId,
      funderOrgId: to.orgId,
      view,
      basis: 'audit',
      validFrom: '2023-01-01',
      validTo: today(),
    }
    const given = await by.post('/v1/agreement-grants', terms)
    expect([given.status, given.body.code]).toEqual([201, undefined])
    return given.body.data.id as string
  }
  const end = (by: Api, grant: string) => by.post(`/v1/agreement-grants/${grant}/ending`, { reason: 'other' })
  const aDay = () => void (ahead += 24 * 3_600_000)

  /** Follows the changes, a few at a time. Nobody is told what they know already, nor that something is gone that they never had. */
  function aCopy(by: Api) {
    const copy = new Map<string, number>()
    let link = '/v1/changes?limit=6'
    const refresh = async () => {
      await caughtUp(product.host)
      const { data, deltaLink } = await everything(by, link)
      for (const { id, op, version } of data)
        if (op === 'outOfScope') expect([id, copy.delete(id)]).toEqual([id, true])
        else {
          expect([id, op, copy.get(id)]).not.toEqual([id, 'upsert', version])
          copy.set(id, version)
        }
      expect(sequences(data)).toEqual([...sequences(data)].sort())
      link = deltaLink
      return [...copy].sort()
    }
    return { refresh, size: () => copy.size }
  }
  /** Who begins now is told nothing of what is gone. */
  const copiedAnew = async (by: Api) => {
    const { data } = await everything(by, '/v1/changes?limit=500')
    return data.map(({ id, version }) => [id, version]).sort()
  }

  test('is what a new one would be, whatever grants are given, end, run out or narrow meanwhile', async () => {
    const auditor = await product.organisation('funder', '市审计局')
    const [copies, sizes] = [[aCopy(auditor), aCopy(funder)] as const, new Set<string>()]
    let grant = ''
    let moving = ''
    const activity = (title: string) => ({ ...anActivity(title), agreementId })
    const steps: (() => unknown)[] = [
      () => {},
      async () => (grant = await grantTo(contractor, auditor, 'deidentified')),
      async () => (moving = (await contractor.post('/v1/activities', activity('本甲'))).body.data.id),
      () => contractor.post(`/v1/activities/${moving}/correction`, { ...anActivity('本甲'), reason: 'other' }),
      () => contractor.post(`/v1/activities/${moving}/correction`, { ...activity('本甲'), reason: 'other' }),
      () => end(contractor, grant),
      () => contractor.post('/v1/activities', activity('本乙')),
      () => grantTo(contractor, auditor, 'named'),
      aDay,
      () => contractor.post('/v1/activities', activity('本丙')),
      async () => (grant = await grantTo(funder, funder, 'aggregate')),
      () => contractor.post('/v1/activities', activity('本丁')),
      () => grantTo(contractor, auditor, 'aggregate'),
      () => end(funder, grant),
      async () => (grant = await grantTo(contractor, auditor, 'named')),
      async () => {
        await end(contractor, grant)
        await grantTo(funder, funder, 'aggregate')
      },
      aDay,
    ]
    for (const [at, step] of steps.entries()) {
      await step()
      for (const [who, copy] of copies.entries())
        expect([at, who, await copy.refresh()]).toEqual([at, who, await copiedAnew([auditor, funder][who]!)])
      sizes.add(`${copies[0].size() > 20} ${copies[1].size() > 20}`)
    }
    expect([...sizes].sort()).toEqual(['false false', 'false true', 'true true'])
  }, 120_000)

  test('is told nothing that came after its sight had ended, by no token that it makes up', async () => {
    const auditor = await product.organisation('funder', '省审计局')
    const [place, sight] = /d2-(\d{20})-(\d{20}-\d{5})/
      .exec((await auditor.get('/v1/changes')).body.deltaLink)!
      .slice(1)
    await grantTo(contractor, auditor, 'named')
    await caughtUp(product.host)
    const during = /d2-\d{20}-(\d{20}-\d{5})/.exec((await auditor.get('/v1/changes?limit=500')).body.deltaLink)![1]!
    aDay()
    const { id } = (await contractor.post('/v1/activities', { ...anActivity('本戊'), agreementId })).body.data
    await caughtUp(product.host)
    const { body } = await contractor.get('/v1/events?types=ActivityPlanned&limit=500')
    const last = body.data.at(-1).sequence
    for (const since of [`d2-${last}-${during}`, `d2-${last}-${sight}`, `d2-${place}-${during}`, `d1-${last}`])
      expect(JSON.stringify((await everything(auditor, `/v1/changes?since=${since}`)).data)).not.toMatch(id)
  })
})

describe('GET /v1/events/stream', () => {
  test('tells what happens within a second, begins where it is told to, and has a heartbeat', async () => {
    const live = await readStream(product.url, contractor.key)
    const id = await plan('门五')
    const [first] = await live.events(1)
    expect(first!.data.subject).toBe(`activity-${id}`)
    expect(first!.id).toBe(first!.data.sequence)
    await live.until(() => live.heartbeats() > 1)
    live.close()
    await plan('门六')
    await plan('门七')
    const resumed = await readStream(product.url, contractor.key, { headers: { 'last-event-id': first!.id } })
    const two = await resumed.events(2)
    expect(two.map(({ data }) => data.data.title)).toEqual(['门六', '门七'])
    resumed.close()
  })

  test('shows all that is in the ledger, once and in order, and what others do to nobody else', async () => {
    const { data } = await everything(contractor, '/v1/events')
    const live = await readStream(product.url, contractor.key, { query: 'after=0' })
    await live.events(data.length)
    expect(live.all().map(({ id }) => id)).toEqual(sequences(data))
    await plan('乙的', stranger)
    const id = await plan('门八')
    await live.events(data.length + 1)
    expect(live.all().at(-1)!.data.subject).toBe(`activity-${id}`)
    live.close()
  })

  test('that never told anything still says from where to go on, when it opens and with each heartbeat', async () => {
    const silent = await readStream(product.url, contractor.key, { query: 'types=CaseClosed' })
    await silent.until(() => silent.place() !== undefined)
    const opened = silent.place()!
    await plan('门十一')
    await silent.until(() => silent.place()! > opened)
    silent.close()
    const resumed = await readStream(product.url, contractor.key, { headers: { 'last-event-id': opened } })
    expect((await resumed.events(1))[0]!.data.data.title).toBe('门十一')
    resumed.close()
  })

  test('ends within five seconds after the key was revoked, and says why', async () => {
    const other = await product.organisation('contractor', '丙方中心')
    const { body } = await product.operator.get(`/v1/organisations/${other.orgId}/keys`)
    const live = await readStream(product.url, other.key)
    const began = performance.now()
    const path = `/v1/organisations/${other.orgId}/keys/${body.data[0].id}/revocation`
    expect((await product.operator.post(path, { reason: 'lost' })).status).toBe(200)
    expect(await live.ended()).toEqual({ code: 'key-not-valid' })
    expect(performance.now() - began).toBeLessThan(5000)
  }, 15_000)

  test('is limited to some per key, and a closed one makes room', async () => {
    const some = [await readStream(product.url, stranger.key), await readStream(product.url, stranger.key)]
    const third = await fetch(`${product.url}/v1/events/stream`, {
      headers: { authorization: `Bearer ${stranger.key}` },
    })
    expect([third.status, await third.json()]).toMatchObject([429, { code: 'streams-exhausted', params: { limit: 2 } }])
    expect(third.headers.get('retry-after')).toBe('1')
    some[0]!.close()
    await pause(300)
    const another = await readStream(product.url, stranger.key)
    another.close()
    some[1]!.close()
  })

  test('ends with the process, cleanly, and goes on after it where it was', async () => {
    const live = await readStream(product.url, contractor.key)
    const id = await plan('门九')
    const [last] = await live.events(1)
    expect(last!.data.subject).toBe(`activity-${id}`)
    const began = performance.now()
    await product.restart()
    expect(performance.now() - began).toBeLessThan(15_000)
    expect(await live.ended()).toEqual({ code: 'unavailable' })
    await plan('门十')
    const resumed = await readStream(product.url, contractor.key, { headers: { 'last-event-id': last!.id } })
    expect((await resumed.events(1))[0]!.data.data.title).toBe('门十')
    resumed.close()
  }, 60_000)
})
