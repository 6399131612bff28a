import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { boot, type Answer, type Api, type Booted } from '@wushe/testkit'
import { services } from '../scripts/all-services.ts'
import { attemptsOn, bodies, nobodysId } from './telling/attempts.fixture.ts'
import type { Step } from './telling/every-operation.fixture.ts'
import {
  addressOf,
  leavesOf,
  operationNamed,
  operations,
  prefixOf,
  valueAt,
  withValueAt,
  type Operation,
} from './telling/operations.fixture.ts'
import { accessTold, aPersonOf, emergenciesTold } from './telling/people-within.fixture.ts'
import {
  anAgreement,
  ask,
  bare,
  everythingShown,
  follow,
  idsIn,
  keyOf,
  pathsOf,
  reportAddresses,
  storyOf,
  tell,
  toldOf,
  type Credentials,
  type Told,
} from './telling/telling.fixture.ts'

let product: Booted
/** Whose things the others must not see: it works for two funders, and for nobody. */
let victim: Api
let stranger: Api
let strangersColleague: Api
let funder: Api
let strangersFunder: Api
let underAgreement: Told
let underAnother: Told
let underNone: Told
let strangers: Told
/** What the stranger was shown before the victim did anything, and the victim before anybody tried anything. */
let before: Map<string, unknown>
let victims: Map<string, unknown>
let funders: Map<string, unknown>
const credentials = new Map<Api, Credentials>()
/** Somebody in an organisation who sees less than its admin, and does what only such people do. */
const heads = new Map<Api, Api>()

/** Every text that the victim entrusted to us, every name it gave to a thing, every id of its own. */
const secrets = new Set<string>()
const titles = new Set<string>()
const ids = new Set<string>()

beforeAll(async () => {
  product = await boot(services)
  victim = await organisation('contractor', '甲方中心')
  stranger = await organisation('contractor', '乙方中心')
  funder = await organisation('funder', '甲区民政局')
  strangersFunder = await organisation('funder', '乙区民政局')
  const otherFunder = await organisation('funder', '甲县民政局')
  strangers = await tell(product, stranger, await anAgreement(product, strangersFunder, stranger, '乙 协议'), '乙')
  const agreement = await anAgreement(product, funder, victim, '甲 协议')
  const another = await anAgreement(product, otherFunder, victim, '甲二 协议')
  strangersColleague = await product.anotherHand(stranger)
  before = await everythingShown(stranger, 'contractor', strangers, credentials.get(stranger)!)
  underAgreement = await tell(product, victim, agreement, '甲')
  const [{ id: jobId }] = (await victim.get('/v1/jobs')).body.data
  credentials.set(victim, { ...credentials.get(victim), jobId })
  underAnother = await tell(product, victim, another, '甲二')
  underNone = await tell(product, victim, undefined, '甲三')
  victims = await everythingShown(victim, 'contractor', underAgreement, credentials.get(victim)!)
  funders = await everythingShown(funder, 'funder', underAgreement, {})
  for (const told of all()) {
    for (const id of idsOf(told)) ids.add(id)
    for (const step of told.steps)
      for (const [text, isSecret] of textsIn(step))
        if (isSecret || text.startsWith('甲')) (isSecret ? secrets : titles).add(text)
  }
  for (const id of [victim.orgId, ...Object.values(credentials.get(victim)!)]) ids.add(id)
}, 400_000)
afterAll(() => product?.stop(), 60_000)

test('the telling holds every command of a contractor and fills every field for identity and free text', () => {
  const missing = operations
    .filter(({ writes, roles, carriesOthers }) => writes && roles.includes('contractor') && !carriesOthers)
    .filter(({ service, id }) => service !== 'access' && id !== 'cancelJob') // Where something is told to us there, single-persons.test.ts looks.
    .flatMap(({ id, body }) => {
      const steps = underAgreement.steps.filter(({ operation }) => operation === id)
      const unfilled = leavesOf(body)
        .filter(({ schema }) => isPersonal(schema) && steps.length > 0)
        .filter(({ at }) => !steps.some((step) => valueAt(step.body, at) !== undefined))
      return [...(steps.length === 0 ? [id] : []), ...unfilled.map(({ at }) => `${id} ${at.join('.')}`)]
    })
  expect(missing).toEqual([])
  // And its own contractor is shown all of it, so that not seeing it elsewhere means something.
  const shown = JSON.stringify([...victims])
  const hidden = underAgreement.steps.filter((step) =>
    textsIn(step).some(([text, isSecret]) => isSecret && !shown.includes(text)),
  )
  const erased = underAgreement.steps.filter(({ operation }) => /^approve.*Erasure$/.test(operation)).flatMap(idsIn)
  expect(hidden.map(({ body }) => body['id'])).toEqual(erased)
})

describe('a contractor', () => {
  test('is told of another one’s things what it is told of things that do not exist: nothing', async () => {
    let tried = 0
    for (const operation of operations.filter((one) => one.ids.length > 0 && one.roles.includes('contractor')))
      for (const { path, body } of attempts(operation)) {
        swept(operation, 'path', ...operation.ids)
        const answer = await ask(stranger, operation, path, body)
        refusesAsUnknown(answer, operation.id, path)
        const nobodys = Object.fromEntries(Object.entries(path).map(([name, id]) => [name, nobodysId(id.slice(0, 3))]))
        expect(bare(answer)).toEqual(bare(await ask(stranger, operation, nobodys, body)))
        tried++
      }
    expect(tried).toBeGreaterThan(300)
  }, 120_000)

  test('is shown exactly the same, whatever another one does', async () => {
    const after = await everythingShown(stranger, 'contractor', strangers, credentials.get(stranger)!)
    expect([...after.keys()]).toEqual([...before.keys()])
    for (const [address, answer] of after) expect([address, answer]).toEqual([address, before.get(address)])
    expect(leaks([...after])).toEqual([])
  }, 60_000)

  test('filters its lists by another one’s ids in vain', async () => {
    let tried = 0
    for (const operation of operations.filter(
      (one) => one.pages && one.id !== 'listFacts' && one.roles.includes('contractor'),
    )) {
      const [path = {}] = pathsOf(operation, strangers, credentials.get(stranger)!)
      for (const { name, schema } of operation.query)
        for (const id of theirs(prefixOf(schema))) {
          swept(operation, 'query', name)
          const answer = await stranger.get(`${addressOf(operation, path)}?${name}=${id}`)
          expect([operation.id, name, answer.status, answer.body.data]).toEqual([operation.id, name, 200, []])
          expect(leaks(answer.body)).toEqual([])
          tried++
        }
    }
    expect(tried).toBeGreaterThan(100)
  }, 60_000)

  test('reads no figure of another one’s agreement, and none of another one’s station', async () => {
    for (const address of await reportAddresses(stranger, underAgreement.agreementId!))
      refusesAsUnknown(await stranger.get(address), address)
    for (const address of await reportAddresses(stranger, strangers.agreementId!)) {
      if (!address.includes('/facts?')) continue
      const { body } = await stranger.get(`${address}&stationId=${theirs('sta')[0]}`)
      expect([address, body.data, body.count, Number(body.total)]).toEqual([address, [], 0, 0])
    }
    swept(operationNamed('getReport'), 'query', 'agreementId')
    swept(operationNamed('listFacts'), 'query', 'agreementId', 'stationId')
    const events = await stranger.get(`/v1/events?agreementId=${underAgreement.agreementId}`)
    expect([events.status, events.body.data]).toEqual([200, []])
    swept(operationNamed('listEvents'), 'query', 'agreementId')
  }, 60_000)

  test('who repeats another one’s requests word for word, key and all, gets no answer of theirs', async () => {
    for (const step of [...underAgreement.steps, ...underNone.steps]) {
      const operation = operationNamed(step.operation)
      const answer = await ask(stranger, operation, step.path, step.body, keyOf(step))
      if (step.body['id']) swept(operation, 'body', 'id')
      const refused = operation.ids.length > 0 ? / 404 not-found$/ : / (409 id-taken|422 .*-(not-known|wrong))$/
      expect(`${step.operation} ${answer.status} ${answer.body.code}`).toMatch(refused)
      expect(leaks(answer.body, JSON.stringify(step))).toEqual([])
    }
    // Nor did it take anything by that: the same person may come to both.
    for (const { operation, body } of underNone.steps.filter(({ body }) => body['identity'] && body['id'])) {
      const own = { ...body, id: nobodysId(body['id'].slice(0, 3)) }
      expect([operation, (await ask(stranger, operationNamed(operation), {}, own)).status]).toEqual([operation, 201])
    }
  }, 60_000)
})

describe('a funder', () => {
  test('sees what was recorded for its agreement, without identity, and nothing else of its contractor', async () => {
    const others = new Set([...idsOf(underAnother), ...idsOf(underNone)])
    const hidden = new Set<string>()
    const reads = operations.filter(({ method, roles }) => method === 'get' && roles.includes('funder'))
    for (const operation of reads.filter((one) => one.ids.length > 0 && one.ids[0] !== 'organisationId')) {
      for (const path of pathsOf(operation, underAgreement, {})) {
        const answer = await ask(funder, operation, path)
        if (answer.status !== 200) hidden.add(operation.id)
        expect([operation.id, leaks(answer.body, '', [...secrets, ...others])]).toEqual([operation.id, []])
      }
      for (const path of [underAnother, underNone].flatMap((one) => pathsOf(operation, one, {})))
        refusesAsUnknown(await ask(funder, operation, path), operation.id, path)
    }
    // What stands in another thing was not there yet in that thing's first version, which is asked for here.
    // A provider works for all agreements, and who has no hours has no history of them.
    // Webhooks are an organisation's own affair.
    const whole = [...hidden]
      .filter((id) => !id.includes('Webhook'))
      .filter((id) => operationNamed(id).ids.length === 1 || !/(Diff|Version)$/.test(id))
    expect(whole.sort()).toEqual([
      ...['getHoursHistory', 'getProvider', 'getProviderDiff', 'getProviderHistory', 'getProviderVersion'],
    ])
    const shown = [...(await everythingShown(funder, 'funder', underAgreement, {}))]
    expect(leaks(shown, '', [...secrets, ...others])).toEqual([])
    for (const list of ['subjects', 'concerns', 'cases', 'groups', 'activities', 'stations', 'practitioners', 'offers'])
      expect([list, (await funder.get(`/v1/${list}`)).body.data.length > 1]).toEqual([list, true])
  }, 60_000)

  test('of another contractor is told nothing: no agreement, no figure, no fact, no thing', async () => {
    for (const operation of operations.filter((one) => one.ids.length > 0 && one.roles.includes('funder')))
      for (const { path, body } of attempts(operation)) {
        swept(operation, 'path', ...operation.ids)
        refusesAsUnknown(await ask(strangersFunder, operation, path, body), operation.id, path)
      }
    for (const address of await reportAddresses(strangersFunder, underAgreement.agreementId!))
      refusesAsUnknown(await strangersFunder.get(address), address)
    expect(leaks([...(await everythingShown(strangersFunder, 'funder', strangers, {}))])).toEqual([])
  }, 60_000)
})

test('an agreement cannot be drafted under the id of another funder’s, nor be found out by it', async () => {
  const id = underAgreement.agreementId!
  const draft = {
    ...{
      contractorId: stranger.orgId,
      title: '乙 另一协议',
      legalBasis: 'grant',
      from: '2023-01-01',
      to: '2023-12-31',
    },
    ...{ divisions: ['659002001'], funds: [{ funderId: strangersFunder.orgId, share: 10_000 }] },
  }
  const answer = await strangersFunder.post('/v1/agreements', { ...draft, id })
  expect([answer.status, answer.body.code, leaks(answer.body, id)]).toEqual([409, 'id-taken', []])
  swept(operationNamed('draftAgreement'), 'body', 'id')
})

test('nor can a request for access or an emergency be begun under the id of another one’s', async () => {
  const { accessGrantId, overrideId } = credentials.get(victim)!
  for (const [name, id] of [
    ['requestAccess', accessGrantId!],
    ['startAccessOverride', overrideId!],
  ] as const) {
    const operation = operationNamed(name)
    const answer = await ask(heads.get(stranger)!, operation, {}, { ...bodies[name], id })
    expect([name, answer.status, answer.body.code, leaks(answer.body, id)]).toEqual([name, 409, 'id-taken', []])
    swept(operation, 'body', 'id')
  }
})

test('what is for other kinds of organisation is refused; the operator sees no facts, and nobody without a key sees any', async () => {
  const facts = operations.filter(
    ({ service, id }) => service !== 'access' && id !== 'listIndicators' && !ofOrganisations(id),
  )
  expect(facts.filter(({ roles }) => roles.includes('operator'))).toEqual([])
  const kinds = { operator: product.operator, contractor: stranger, funder: strangersFunder }
  for (const operation of operations) {
    const { path, body } = attempts(operation)[0]!
    for (const [kind, api] of Object.entries(kinds)) {
      if (operation.roles.includes(kind)) continue
      const answer = await ask(api, operation, path, body)
      expect([kind, operation.id, answer.status, answer.body.code]).toEqual([kind, operation.id, 403, 'not-permitted'])
      expect(leaks(answer.body)).toEqual([])
    }
    const answer = await ask(product.anonymous, operation, path, body)
    expect([operation.id, answer.status, leaks(answer.body)]).toEqual([operation.id, 401, []])
  }
}, 60_000)

/** The operator follows what happens to organisations, and has webhooks of its own, and their jobs. */
const ofOrganisations = (id: string) => /Webhook|Jobs?$|^(listEvents|streamEvents|listChanges)$/.test(id)

test('what stands open to everybody holds nothing of anybody', async () => {
  for (const path of ['/openapi.json', '/errors.json', '/health/live', '/health/ready']) {
    const { status, body } = await product.anonymous.get(path)
    expect([path, status, leaks(body)]).toEqual([path, 200, []])
  }
})

test('a contractor who names another one’s ids in a fact is told no more than of ids that do not exist', async () => {
  let tried = 0
  const writes = operations.filter(({ writes, roles }) => writes && roles.includes('contractor'))
  for (const operation of writes) {
    const by = operation.id === 'requestAccess' ? heads.get(stranger)! : stranger
    /** Tellings that have come as far as the operation, by what they come to. What is refused changes nothing in them. */
    const ready = new Map<unknown, Step>()
    for (const { at, schema, alone } of leavesOf(operation.body)) {
      const prefix = prefixOf(schema)
      if (!prefix || at.join() === 'id') continue
      const place = `${operation.id} ${at.join('.')}`
      swept(operation, 'body', at.join('.'))
      const comesTo =
        operation.service === 'access' ? place : stepFor(operation, at, storyOf(stranger, undefined, '乙')).at
      const outcomes = []
      for (const foreign of [nobodysId(prefix), theirs(prefix)[0]!]) {
        if (!ready.has(comesTo)) ready.set(comesTo, await readyFor(operation, at))
        const { path, body } = ready.get(comesTo)!
        const answer = await ask(by, operation, path, withValueAt(body, at, foreign, alone))
        expect([place, leaks(answer.body, foreign)]).toEqual([place, []])
        outcomes.push({ place, ...toldOf(foreign, answer) })
        if (answer.status < 300) ready.delete(comesTo)
      }
      expect(outcomes[1]).toEqual(outcomes[0])
      tried++
    }
    // It was the ids that were refused: with one's own it is recorded.
    for (const { path, body } of ready.values())
      expect([operation.id, (await ask(by, operation, path, body)).status < 300]).toEqual([operation.id, true])
  }
  expect(tried).toBeGreaterThan(50)
}, 400_000)

test('no place of the contract where an id can stand was left out', () => {
  // The operator registers everybody: no organisation is another one's to it.
  const places = operations
    .filter(({ roles }) => roles.some((role) => role !== 'operator'))
    .flatMap(({ id, ids, query, body }) => [
      ...ids.map((name) => `${id} path ${name}`),
      ...query.filter(({ schema }) => prefixOf(schema)).map(({ name }) => `${id} query ${name}`),
      ...leavesOf(body)
        .filter(({ schema }) => prefixOf(schema))
        .map(({ at }) => `${id} body ${at.join('.')}`),
    ])
  expect(places.length).toBeGreaterThan(200)
  // An agreement names the parties to it: these are others by what it is.
  const meant = ['draftAgreement body contractorId', 'draftAgreement body funds.*.funderId']
  // Taken, as 1.0.0 took it, and never used; a stream shows what the list of events shows.
  meant.push('issueApiKey body id', 'streamEvents query agreementId')
  expect(places.filter((place) => !sweptPlaces.has(place)).sort()).toEqual(meant)
})

test('after all these attempts the contractor’s own things stand as they stood, for it and for its funder', async () => {
  const after = await everythingShown(victim, 'contractor', underAgreement, credentials.get(victim)!)
  for (const [address, answer] of after) expect([address, answer]).toEqual([address, victims.get(address)])
  for (const [address, answer] of await everythingShown(funder, 'funder', underAgreement, {}))
    expect([address, answer]).toEqual([address, funders.get(address)])
}, 60_000)

const sweptPlaces = new Set<string>()
const swept = ({ id }: Operation, kind: 'path' | 'query' | 'body', ...names: string[]) => {
  for (const name of names) sweptPlaces.add(`${id} ${kind} ${name}`)
}

const all = () => [underAgreement, underAnother, underNone]
/** Its funders are no secret of its own. */
const idsOf = ({ agreementId, steps }: Told) => [
  ...steps.flatMap(idsIn).filter((id) => !id.startsWith('org_')),
  ...(agreementId ? [agreementId] : []),
]
const theirs = (prefix: string | undefined) => [...ids].filter((id) => id.startsWith(`${prefix}_`))
const isPersonal = (schema: Record<string, any>) => /^pii/.test(schema['x-classification'])

const textsIn = ({ operation, body }: Step) =>
  leavesOf(operationNamed(operation).body).flatMap(({ at, schema }) => {
    const value = valueAt(body, at)
    return typeof value === 'string' ? [[value, isPersonal(schema)] as const] : []
  })

async function organisation(kind: 'contractor' | 'funder', name: string) {
  const api = await product.organisation(kind, name)
  const ours = `/v1/organisations/${api.orgId}`
  const { data: client } = (await api.post(`${ours}/clients`, { label: 'sync', method: 'client_secret_basic' })).body
  const { body, headers } = await api.get(`${ours}/keys`)
  credentials.set(api, { keyId: body.data[0].id, clientId: client.id, requestId: headers.get('request-id')! })
  if (kind === 'contractor') {
    const head = await aPersonOf(product, api, { role: 'station-head', within: { siteIds: [nobodysId('sta')] } })
    const [accessGrantId] = await accessTold(head, api, nobodysId('sub'))
    const [overrideId] = await emergenciesTold(head, api, nobodysId('sub'))
    Object.assign(credentials.get(api)!, { accessGrantId, overrideId })
    heads.set(api, head)
  }
  return api
}

/** Of all marks of the victim, those that the answer shows and that were not sent. */
const leaks = (shown: unknown, sent = '', marks: Iterable<string> = [...secrets, ...titles, ...ids]) => {
  const text = JSON.stringify(shown)
  return [...marks].filter((mark) => text.includes(mark) && !sent.includes(mark))
}

const refusesAsUnknown = (answer: Answer, ...what: unknown[]) => {
  expect([...what, answer.status, answer.body.code]).toEqual([...what, 404, 'not-found'])
  expect(leaks(answer.body)).toEqual([])
}

const attempts = (operation: Operation) =>
  attemptsOn(operation, {
    victim: all(),
    victims: credentials.get(victim)!,
    own: strangers,
    ours: credentials.get(stranger)!,
  })

/** The step of a telling that fills this place, or else its first one with the operation. */
function stepFor(operation: Operation, at: string[], steps: readonly Step[]) {
  const candidates = steps.filter((step) => step.operation === operation.id)
  const next = candidates.find((step) => valueAt(step.body, at) !== undefined) ?? candidates[0]!
  return { next, at: steps.indexOf(next) }
}

/** A telling of the stranger's that has come as far as the operation needs it, and what comes next. */
async function readyFor(operation: Operation, at: string[]): Promise<Step> {
  if (operation.service === 'access') {
    const role = at.includes('workerId') ? 'social-worker' : 'station-head'
    const within = at.includes('workerId') ? { workerId: nobodysId('pra') } : { siteIds: [nobodysId('sta')] }
    const body = { ...bodies[operation.id], ...(at[0] === 'within' && { role, within }) }
    return { operation: operation.id, path: { organisationId: stranger.orgId }, body }
  }
  const steps = storyOf(stranger, strangers.agreementId, '乙', ++tellings)
  const { next } = stepFor(operation, at, steps)
  const needed = new Set(idsIn(next))
  const earlier = steps
    .slice(0, steps.indexOf(next))
    .reverse()
    .filter((step) => {
      const about = [...Object.values(step.path), step.body['id']]
      const isNeeded = about.some((id) => needed.has(id))
      if (isNeeded) idsIn(step).forEach((id) => needed.add(id))
      return isNeeded
    })
  await follow(stranger, earlier.reverse(), strangersColleague)
  return next
}
let tellings = 0
