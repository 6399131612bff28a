import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { caughtUp } from '@wushe/service-host'
import { boot, type Answer, type Api, type Booted } from '@wushe/testkit'
import { services } from '../scripts/embedded.ts'
import { everyOperation, idOf, type Step } from './every-operation.fixture.ts'
import {
  addressOf,
  leavesOf,
  operationNamed,
  operations,
  paramOf,
  prefixOf,
  valueAt,
  withValueAt,
  type Operation,
} from './operations.fixture.ts'

type Told = { by: Api; agreementId: string | undefined; steps: Step[] }

let product: Booted
/** Whose things the others must not see. It works for two funders, and for nobody. */
let victim: Api
let stranger: Api
let funder: Api
let otherFunder: Api
let strangersFunder: Api
let underAgreement: Told
let underAnother: Told
let underNone: Told
let strangers: Told
/** What the stranger was shown before the victim did anything. */
let before: Map<string, unknown>

/** Every text that the victim entrusted to us, every name it gave a thing, every id of its own. */
const secrets = new Set<string>()
const titles = new Set<string>()
const ids = new Set<string>()

beforeAll(async () => {
  product = await boot(services)
  victim = await product.organisation('contractor', '甲方中心')
  stranger = await product.organisation('contractor', '乙方中心')
  funder = await product.organisation('funder', '甲区民政局')
  otherFunder = await product.organisation('funder', '甲县民政局')
  strangersFunder = await product.organisation('funder', '乙区民政局')
  strangers = await tell(stranger, await anAgreement(strangersFunder, stranger), '乙')
  const agreement = await anAgreement(funder, victim)
  const another = await anAgreement(otherFunder, victim)
  before = await everythingShown(stranger, strangers)
  underAgreement = await tell(victim, agreement, '甲')
  underAnother = await tell(victim, another, '甲二')
  underNone = await tell(victim, undefined, '甲三')
  for (const { path, body, operation } of told().flatMap(({ steps }) => steps)) {
    for (const id of [...Object.values(path), body['id']].filter(Boolean)) ids.add(id)
    for (const { at, schema } of leavesOf(operationNamed(operation).body)) {
      const value = valueAt(body, at)
      if (typeof value !== 'string') continue
      if (/^pii/.test(schema['x-classification'])) secrets.add(value)
      else if (value.startsWith('甲')) titles.add(value)
    }
  }
  for (const id of [agreement, another, victim.orgId, await keyOf(victim)]) ids.add(id)
}, 120_000)
afterAll(() => product?.stop(), 60_000)

const told = () => [underAgreement, underAnother, underNone]

describe('the telling', () => {
  test('holds every command of a contractor, and fills every field for identity and free text', () => {
    const missing = operations
      .filter(({ method, roles }) => method === 'post' && roles.includes('contractor'))
      .flatMap(({ id, body }) => {
        const steps = underAgreement.steps.filter(({ operation }) => operation === id)
        const unfilled = leavesOf(body)
          .filter(({ schema }) => /^pii/.test(schema['x-classification']))
          .filter(({ at }) => !steps.some((step) => valueAt(step.body, at) !== undefined))
        return steps.length === 0 ? [id] : unfilled.map(({ at }) => `${id} ${at.join('.')}`)
      })
    expect(missing).toEqual([])
    expect([secrets.size, titles.size, ids.size].every((size) => size > 30)).toBe(true)
  })
  test('is shown to its own contractor, identity and all', async () => {
    const shown = JSON.stringify([...(await everythingShown(victim, underAgreement))])
    for (const mark of ['registerSubject', 'subject']) expect(shown).toMatch(`甲密 ${mark === 'subject' ? mark : ''}`)
  })
})

describe('a contractor', () => {
  test('is told of another one’s things what it is told of things that do not exist: nothing', async () => {
    let tried = 0
    for (const operation of operations.filter(({ ids, roles }) => ids.length > 0 && roles.includes('contractor')))
      for (const { path, body } of attempts(operation)) {
        const answer = await ask(stranger, operation, path, body)
        refusesAsUnknown(answer, operation)
        const nobodys = Object.fromEntries(Object.entries(path).map(([name, id]) => [name, nobodysId(id.slice(0, 3))]))
        expect(bare(answer)).toEqual(bare(await ask(stranger, operation, nobodys, body)))
        tried++
      }
    expect(tried).toBeGreaterThan(300)
  }, 120_000)

  test('is shown exactly the same, whatever another one does', async () => {
    const after = await everythingShown(stranger, strangers)
    expect([...after.keys()]).toEqual([...before.keys()])
    for (const [address, answer] of after) expect([address, answer]).toEqual([address, before.get(address)])
    expect(leaks(JSON.stringify([...after]))).toEqual([])
  }, 60_000)

  test('filters its lists by another one’s ids in vain', async () => {
    let tried = 0
    for (const operation of operations.filter(({ pages, ids }) => pages && ids.length === 0)) {
      if (!operation.roles.includes('contractor')) continue
      for (const { name, schema } of operation.query) {
        const prefix = prefixOf(schema)
        if (!prefix) continue
        for (const id of [...ids].filter((one) => one.startsWith(`${prefix}_`))) {
          const answer = await stranger.get(`${operation.template}?${name}=${id}`)
          expect([operation.id, name, answer.status, answer.body.data]).toEqual([operation.id, name, 200, []])
          expect(leaks(JSON.stringify(answer.body))).toEqual([])
          tried++
        }
      }
    }
    expect(tried).toBeGreaterThan(30)
  }, 60_000)

  test('reads no figure of another one’s agreement, and none of another one’s station', async () => {
    for (const address of reportAddresses(underAgreement.agreementId!)) {
      const answer = await stranger.get(address)
      refusesAsUnknown(answer, operationNamed('getReport'))
    }
    const [station] = [...ids].filter((id) => id.startsWith('sta_'))
    for (const indicator of await indicators()) {
      const facts = `/v1/reports/facts?agreementId=${strangers.agreementId}&indicator=${indicator}&stationId=${station}`
      const { body } = await stranger.get(facts)
      expect([indicator, body.data, body.count, Number(body.total)]).toEqual([indicator, [], 0, 0])
    }
  }, 60_000)

  test('who repeats another one’s requests word for word, key and all, gets no answer of theirs', async () => {
    for (const { operation: id, path, body } of underAgreement.steps) {
      const operation = operationNamed(id)
      const answer = await ask(stranger, operation, path, body, keyOfStep({ operation: id, path, body }))
      const status = operation.ids.length > 0 ? 404 : 409
      expect([id, answer.status]).toEqual([id, [409, 422].includes(answer.status) && status === 409 ? answer.status : 404])
      expect(['not-found', 'id-taken', 'agreement-not-known', 'subject-not-known']).toContain(answer.body.code)
      expect(answer.headers.has('idempotent-replayed')).toBe(false)
      expect(leaks(JSON.stringify(answer.body), JSON.stringify([path, body]))).toEqual([])
    }
  }, 60_000)

  test('names another one’s ids in a fact and is told no more than of ids that do not exist', async () => {
    const accepted: string[] = []
    let tried = 0
    for (const operation of operations.filter(({ method, roles }) => method === 'post' && roles.includes('contractor')))
      for (const { at, schema, alone } of leavesOf(operation.body)) {
        const prefix = prefixOf(schema)
        if (!prefix || at.join() === 'id') continue
        const theirs = [...ids].find((id) => id.startsWith(`${prefix}_`))!
        const outcomes = []
        for (const foreign of [nobodysId(prefix), theirs]) {
          const { path, body } = await readyFor(operation)
          const answer = await ask(stranger, operation, path, withValueAt(body, at, foreign, alone))
          expect(leaks(JSON.stringify(answer.body), foreign)).toEqual([])
          outcomes.push({ place: `${operation.id} ${at.join('.')}`, ...alike(answer, foreign) })
        }
        expect(outcomes[1]).toEqual(outcomes[0])
        if (outcomes[0]!.status < 300) accepted.push(outcomes[0]!.place)
        tried++
      }
    expect(tried).toBeGreaterThan(50)
    console.log(accepted.join('\n'))
  }, 180_000)
})

describe('a funder', () => {
  test('sees what was recorded for its agreement and nothing else of its contractor', async () => {
    let seen = 0
    const others = new Set([...idsOf(underAnother), ...idsOf(underNone), underAnother.agreementId!])
    for (const operation of operations.filter(({ method, roles }) => method === 'get' && roles.includes('funder'))) {
      for (const path of pathsOf(operation, underAgreement)) {
        const answer = await ask(funder, operation, path)
        if (answer.status === 200) seen++
        const text = JSON.stringify(answer.body)
        expect([operation.id, leaks(text, '', secrets), leaks(text, '', others)]).toEqual([operation.id, [], []])
      }
      for (const path of [underAnother, underNone].flatMap((one) => pathsOf(operation, one)))
        refusesAsUnknown(await ask(funder, operation, path), operation)
    }
    expect(seen).toBeGreaterThan(100)
    const shown = JSON.stringify([...(await everythingShown(funder, underAgreement))])
    expect([leaks(shown, '', secrets), leaks(shown, '', others)]).toEqual([[], []])
    for (const list of ['subjects', 'concerns', 'cases', 'groups', 'activities', 'stations', 'practitioners', 'offers'])
      expect((await funder.get(`/v1/${list}`)).body.data.length).toBeGreaterThan(1)
  }, 60_000)

  test('of another contractor is told nothing: no agreement, no figure, no fact, no thing', async () => {
    for (const operation of operations.filter(({ ids, roles }) => ids.length > 0 && roles.includes('funder')))
      for (const { path, body } of attempts(operation))
        refusesAsUnknown(await ask(strangersFunder, operation, path, body), operation)
    for (const address of reportAddresses(underAgreement.agreementId!))
      refusesAsUnknown(await strangersFunder.get(address), operationNamed('getReport'))
    const shown = JSON.stringify([...(await everythingShown(strangersFunder, strangers))])
    expect(leaks(shown)).toEqual([])
    expect(leaks(shown, '', new Set([...secretsOf(strangers)]))).toEqual([])
  }, 60_000)
})

describe('what is not for its kind', () => {
  test('is refused to the operator, who sees no facts, and to everybody else', async () => {
    const facts = operations.filter(({ service, id }) => service !== 'access' && id !== 'listIndicators')
    expect(facts.filter(({ roles }) => roles.includes('operator'))).toEqual([])
    const kinds = { operator: product.operator, contractor: stranger, funder: strangersFunder }
    for (const [kind, api] of Object.entries(kinds))
      for (const operation of operations.filter(({ roles }) => !roles.includes(kind))) {
        const { path, body } = attempts(operation)[0] ?? { path: {}, body: {} }
        const answer = await ask(api, operation, path, body)
        expect([kind, operation.id, answer.status, answer.body.code]).toEqual([kind, operation.id, 403, 'not-permitted'])
        expect(leaks(JSON.stringify(answer.body))).toEqual([])
      }
    for (const operation of operations) {
      const { path, body } = attempts(operation)[0] ?? { path: {}, body: {} }
      expect([operation.id, (await ask(product.anonymous, operation, path, body)).status]).toEqual([operation.id, 401])
    }
  }, 60_000)

  test('and what stands open to everybody holds nothing of anybody', async () => {
    for (const path of ['/openapi.json', '/errors.json', '/health/live', '/health/ready']) {
      const { status, body } = await product.anonymous.get(path)
      expect([path, status, leaks(JSON.stringify(body))]).toEqual([path, 200, []])
    }
  })
})

// ── Telling

async function tell(by: Api, agreementId: string | undefined, salt: string, division = '659002001'): Promise<Told> {
  const steps = everyOperation({
    salt: `${by.orgId} ${salt}`,
    agreementId: agreementId as string,
    division,
    identity: (who) => identityOf(`${salt}密 ${who}`),
    text: (where) => `${salt}密 ${where} ${randomUUID()}`,
    title: (of) => `${salt} ${of}`,
  }).filter(({ operation }) => agreementId || !/Project$/.test(operation))
  for (const step of steps) {
    const answer = await ask(by, operationNamed(step.operation), step.path, step.body, keyOfStep(step))
    if (answer.status >= 300) throw new Error(`${step.operation}: ${JSON.stringify(answer.body)}`)
  }
  await caughtUp(product.host)
  return { by, agreementId, steps }
}

const identityOf = (name: string) => ({
  name,
  idType: 'passport' as const,
  idNumber: `${name.slice(0, 2)}${randomUUID()}`,
  birthDate: `19${10 + Math.floor(Math.random() * 80)}-0${1 + Math.floor(Math.random() * 9)}-11`,
  phone: `+86 ${randomUUID().slice(0, 20)}`,
  address: `${name} 胡同 ${randomUUID()}`,
  guardian: { name: `${name} 监护人`, relation: `姨${randomUUID().slice(0, 8)}`, phone: `+86 ${randomUUID().slice(0, 18)}` },
})

async function anAgreement(by: Api, contractor: Api): Promise<string> {
  const drafted = await by.post('/v1/agreements', {
    contractorId: contractor.orgId,
    title: '甲 协议'.replace('甲', contractor === victim ? '甲' : '乙'),
    legalBasis: 'government-procurement',
    from: '2023-01-01',
    to: '2023-12-31',
    divisions: ['659002001'],
    funds: [{ funderId: by.orgId, share: 10_000 }],
  })
  const { id } = drafted.body.data
  await by.post(`/v1/agreements/${id}/signature`, { signedOn: '2022-12-20' })
  await by.post(`/v1/agreements/${id}/activation`, { occurredOn: '2023-01-01' })
  await caughtUp(product.host)
  return id
}

/** A telling of the stranger's that has come just as far as the operation needs it, and what would come next. */
async function readyFor(operation: Operation): Promise<Step> {
  const number = ++tellings
  const steps = everyOperation({
    salt: `${stranger.orgId} ${number}`,
    agreementId: strangers.agreementId!,
    division: `6590029${String(number % 100).padStart(2, '0')}`,
    identity: (who) => identityOf(`乙密 ${who}`),
    text: (where) => `乙密 ${where}`,
    title: (of) => `乙 ${of}`,
  })
  const last = steps.findIndex((step) => step.operation === operation.id)
  const needed = new Set(idsIn(steps[last]))
  const before = steps.slice(0, last).filter((_, at, all) => {
    const step = all[all.length - 1 - at]!
    return step && false
  })
  void before
  const chosen: Step[] = []
  for (const step of steps.slice(0, last).reverse()) {
    const own = [step.body['id'] ?? Object.values(step.path).at(-1)]
    if (!own.some((id) => needed.has(id))) continue
    chosen.unshift(step)
    for (const id of idsIn(step)) needed.add(id)
  }
  for (const step of chosen) {
    const answer = await ask(stranger, operationNamed(step.operation), step.path, step.body)
    if (answer.status >= 300) throw new Error(`${step.operation}: ${JSON.stringify(answer.body)}`)
  }
  return steps[last]!
}
let tellings = 0
