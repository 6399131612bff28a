// Walks the whole policy over the running product: every operation of the contract, for everybody who can be told apart,
// on their own things, on those of an agreement of theirs, on another's, and on things that do not exist. What came out
// is held against policy-walk.golden.md, which people read and approve, and against laws that no golden file can bend.
// After a change that is meant, run it with UPDATE_GOLDEN=1 and read the difference.
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { caughtUp } from '@wushe/service-host'
import { boot, type Answer, type Api, type Booted } from '@wushe/testkit'
import policy from '@wushe/contracts/policy.json' with { type: 'json' }
import { services } from '../scripts/all-services.ts'
import { nobodysId } from './telling/attempts.fixture.ts'
import { accessTold, aPersonOf, emergenciesTold, inDays } from './telling/people-within.fixture.ts'
import { operations as all, type Operation } from './telling/operations.fixture.ts'
import { anAgreement, ask, pathsOf, tell, type Credentials, type Told } from './telling/telling.fixture.ts'

/** A stream shows what the list of events shows, and does not end. */
const operations = all.filter(({ ends }) => ends)

/** Who asks, and what the things of the telling are to them. */
const columns = [
  'operator',
  'contractor: own',
  'contractor: another’s',
  'contractor: none',
  'contractor: station head',
  'contractor: social worker',
  'funder: party',
  'funder: figures',
  'funder: named',
  'funder: another’s',
  'funder: none',
] as const
type Column = (typeof columns)[number]

/**
 * From the least to the most: no thing is named; 403; 404; an empty list; records or figures; identity or notes too. For
 * commands: may, whatever the rules of the business then say.
 */
const words = ['·', 'refused', 'unknown', 'nothing', 'sees', 'sees identity', 'may'] as const
type Word = (typeof words)[number]

let product: Booted
let told: Told
let credentials: Credentials
let spare: { organisationId: string } & Credentials
const callers = {} as Record<Column, Api>
const walked = new Map<string, Map<Column, Word>>()
const problems: string[] = []

beforeAll(async () => {
  product = await boot(services)
  const contractor = await product.organisation('contractor', '甲方中心')
  const stranger = await product.organisation('contractor', '乙方中心')
  const party = await product.organisation('funder', '甲区民政局')
  const figures = await product.organisation('funder', '基金会')
  const named = await product.organisation('funder', '审计局')
  const strangersFunder = await product.organisation('funder', '乙区民政局')
  const agreementId = await anAgreement(product, party, contractor, '甲 协议')
  told = await tell(product, contractor, agreementId, '甲')
  for (const [{ orgId: funderOrgId }, view] of [
    [figures, 'aggregate'],
    [named, 'named'],
  ] as const) {
    const terms = { agreementId, funderOrgId, view, basis: 'audit', validFrom: '2023-01-01', validTo: '2999-12-31' }
    expect((await contractor.post('/v1/agreement-grants', terms)).status).toBe(201)
  }
  await caughtUp(product.host)
  const keyOf = async (id: string) => (await product.operator.get(`/v1/organisations/${id}/keys`)).body.data[0].id
  const clientOf = async (id: string) =>
    (await product.operator.post(`/v1/organisations/${id}/clients`, bodies['registerClient'])).body.data.id as string
  const credentialsOf = async (id: string) => ({ keyId: await keyOf(id), clientId: await clientOf(id) })
  const requestId = (await contractor.get('/v1/me')).headers.get('request-id')!
  const made = (operation: string) => told.steps.find((step) => step.operation === operation)!
  const siteIds = [made('registerSubject').body['siteId']]
  const workerId = made('assignWorker').body['practitionerId']
  const stationHead = await aPersonOf(product, contractor, { role: 'station-head', within: { siteIds } })
  const socialWorker = await aPersonOf(product, contractor, { role: 'social-worker', within: { workerId } })
  const person = made('openCase').body['subjectId']
  const [accessGrantId] = await accessTold(stationHead, contractor, person)
  const [overrideId] = await emergenciesTold(stationHead, contractor, person)
  const jobId = (await contractor.get('/v1/jobs')).body.data[0].id
  credentials = { ...(await credentialsOf(contractor.orgId)), requestId, accessGrantId, overrideId, jobId }
  const { orgId } = await product.organisation('contractor', '备用')
  spare = { organisationId: orgId, ...(await credentialsOf(orgId)) }
  Object.assign(callers, {
    operator: product.operator,
    'contractor: own': contractor,
    'contractor: another’s': stranger,
    'contractor: none': contractor,
    'contractor: station head': stationHead,
    'contractor: social worker': socialWorker,
    'funder: party': party,
    'funder: figures': figures,
    'funder: named': named,
    'funder: another’s': strangersFunder,
    'funder: none': party,
  })
  // A key's grants may be remembered for a second.
  await new Promise((resolve) => setTimeout(resolve, 1100))
  // Questions first: what commands change, they must not find.
  for (const writes of [false, true])
    for (const operation of operations.filter((one) => one.writes === writes))
      for (const column of columns) {
        const row = walked.get(operation.id) ?? new Map<Column, Word>()
        walked.set(operation.id, row.set(column, await walk(operation, column)))
      }
}, 600_000)
afterAll(() => product?.stop(), 60_000)

async function walk(operation: Operation, column: Column): Promise<Word> {
  let most: Word = '·'
  for (const { path, query, body } of requestsOf(operation, column)) {
    const answer = await ask(callers[column], { ...operation, template: operation.template + query }, path, body)
    const word = wordOf(operation, answer)
    if (!word) problems.push(`${operation.id} ${column}: ${answer.status} ${JSON.stringify(answer.body)}`)
    else if (words.indexOf(word) > words.indexOf(most)) most = word
  }
  return most
}

function wordOf({ writes }: Operation, { status, body }: Answer): Word | undefined {
  // Whoever may use a sandbox finds none in what is real.
  if (body.code === 'only-in-sandbox') return writes ? 'may' : 'nothing'
  if (body.code === 'not-permitted' || body.code === 'figures-only') return 'refused'
  if (status === 404 || body.code === 'agreement-not-known') return 'unknown'
  // A rule of the business says no to whom the policy lets in; a body that does not fit proves nothing.
  if (writes) return status === 400 || status >= 500 ? undefined : 'may'
  if (status !== 200) return undefined
  if (Array.isArray(body.data) && body.data.length === 0) return 'nothing'
  return JSON.stringify(body).includes('甲密') ? 'sees identity' : 'sees'
}

type Sent = { path: Record<string, string>; query: string; body?: object }

/** The operation on a few of the things told; on things that do not exist, once. */
function requestsOf(operation: Operation, column: Column): Sent[] {
  const nobodys = column.endsWith('none')
  const queryOf = queries[operation.id]
  const query = queryOf?.(nobodys ? nobodysId('agr') : told.agreementId!) ?? ''
  const steps = told.steps.filter((step) => step.operation === operation.id)
  if (nobodys && operation.ids.length === 0 && !queryOf && !steps.some(({ body }) => 'agreementId' in body)) return []
  const ofCredentials = operation.writes && operation.ids[0] === 'organisationId'
  const known = ofCredentials ? [spare] : pathsOf(operation, told, credentials)
  const paths = operation.ids.length === 0 ? [{}] : steps.length > 0 ? steps.map(({ path }) => path) : known
  if (paths.length === 0) throw new Error(`Nothing was told on which ${operation.id} could be tried.`)
  return paths.slice(0, nobodys ? 1 : 4).map((path: Record<string, string>, at): Sent => {
    const own = Object.fromEntries(
      Object.entries(path).map(([name, id]) => [name, nobodys ? nobodysId(id.slice(0, 3)) : id]),
    )
    if (operation.method === 'get') return { path: { ...own, report: 'service-statistics' }, query }
    const body = bodies[operation.id] ?? steps[at]?.body
    if (!body) throw new Error(`There is no example of a body for ${operation.id}.`)
    const fresh = 'id' in body ? { id: nobodysId(String(body['id']).slice(0, 3)) } : {}
    const other = nobodys && 'agreementId' in body ? { agreementId: nobodysId('agr') } : {}
    return { path: own, query: '', body: { ...body, ...fresh, ...other } }
  })
}

const queries: Record<string, (agreementId: string) => string> = {
  getReport: (agreementId) => `?agreementId=${agreementId}`,
  listFacts: (agreementId) => `?agreementId=${agreementId}&indicator=IND-A2`,
}
const dated = { occurredOn: '2023-12-31' }
/** What is not in the telling. */
const bodies: Record<string, Record<string, unknown>> = {
  registerOrganisation: { kind: 'contractor', name: '新机构' },
  suspendOrganisation: { reason: 'requested' },
  resumeOrganisation: { reason: 'resolved' },
  chooseRetentionProfile: { profile: 'case-file-15' },
  issueApiKey: { label: 'another' },
  rotateApiKey: {},
  revokeApiKey: { reason: 'lost' },
  registerClient: { label: 'another', method: 'client_secret_basic' },
  replaceClientCredentials: {},
  revokeClient: { reason: 'lost' },
  resetSandbox: {},
  cancelJob: {},
  moveSandboxClock: { now: '2999-01-01T00:00:00Z' },
  get requestAccess() {
    const ownerOrgId = callers['contractor: own'].orgId
    return {
      personId: nobodysId('sub'),
      ownerOrgId,
      purpose: 'audit',
      until: inDays(9),
      reason: '抽查时须核对服务对象',
    }
  },
  approveAccess: {},
  refuseAccess: { reason: 'not-needed' },
  endAccess: { reason: 'other' },
  get startAccessOverride() {
    return { personId: nobodysId('sub'), purpose: 'missing-person', reason: '家属报称走失，须联系', durationMinutes: 5 }
  },
  endAccessOverride: {},
  reviewAccessOverride: { finding: 'justified' },
  sendBatch: { requests: [{ path: '/v1/me', idempotencyKey: 'a batch of one', body: {} }] },
  signAgreement: { signedOn: '2022-12-20' },
  activateAgreement: dated,
  completeAgreement: dated,
  get draftAgreement() {
    return {
      ...{ title: '又一协议', legalBasis: 'grant', from: '2023-01-01', to: '2023-12-31', divisions: ['659002001'] },
      contractorId: callers['contractor: own'].orgId,
      funds: [{ funderId: callers['funder: party'].orgId, share: 10_000 }],
    }
  },
  get searchSubjects() {
    return { name: somebody().name }
  },
  get matchSubjects() {
    return { idType: somebody().idType, idNumber: somebody().idNumber }
  },
}
/** A subject of which nothing was corrected, voided or erased. */
const somebody = () => {
  const changed = told.steps.filter(({ operation }) => /^(correct|void|erase)Subject$/.test(operation))
  const asItWas = told.steps.filter(({ operation }) => operation === 'registerSubject')
  return asItWas.find(({ body }) => !changed.some(({ path }) => path['subjectId'] === body['id']))!.body['identity']
}

/** They show each what is theirs. */
const follows = ['listEvents', 'listChanges']

const goldenFile = new URL('policy-walk.golden.md', import.meta.url)
const asTable = () =>
  [
    '<!-- What policy-walk.test.ts found, to be read by people. UPDATE_GOLDEN=1 writes it anew. -->',
    '',
    `| operation | ${columns.join(' | ')} |`,
    `| --- | ${columns.map(() => '---').join(' | ')} |`,
    ...operations.map(({ id }) => `| ${id} | ${columns.map((column) => walked.get(id)!.get(column)!).join(' | ')} |`),
    '',
  ].join('\n')

const wordAt = ({ id }: Operation, column: Column) => walked.get(id)!.get(column)!
const cells = () => operations.flatMap((operation) => columns.map((column) => [operation, column] as const))
const kindOf = (column: Column) => column.split(':')[0]!
/** As policy.yaml calls it. */
const roleOf = (column: Column) =>
  kindOf(column) === 'contractor'
    ? ({ 'station head': 'station-head', 'social worker': 'social-worker' }[column.split(': ')[1]!] ??
      'contractor-admin')
    : undefined
const mayNot = ({ rule, roles }: Operation, column: Column) =>
  !roles.includes(kindOf(column)) ||
  (policy.rules as Record<string, { not?: string[] }>)[rule]!.not?.includes(roleOf(column)!) === true
const found = (wrong: (operation: Operation, word: Word, column: Column) => boolean) =>
  cells()
    .filter(([operation, column]) => wrong(operation, wordAt(operation, column), column))
    .map(([operation, column]) => `${operation.id} ${column}: ${wordAt(operation, column)}`)

test('every cell was walked with a request that the contract lets through', () => {
  expect(problems).toEqual([])
  expect(cells().every(([operation, column]) => words.includes(wordAt(operation, column)))).toBe(true)
  expect(operations.length).toBeGreaterThan(140)
})

test('what everybody can do and see is what was read and approved', () => {
  if (process.env['UPDATE_GOLDEN']) writeFileSync(goldenFile, asTable())
  expect(asTable()).toBe(readFileSync(goldenFile, 'utf8'))
})

describe('whatever the golden file says,', () => {
  const shows = (word: Word) => word === 'sees' || word === 'sees identity'

  test('who is refused is whose kind stands in no cell of the rule, and whose role is taken out; and of records, who sees figures only', () =>
    expect(
      found(
        (one, word, column) =>
          word !== '·' &&
          (word === 'refused') !== (mayNot(one, column) || (one.id === 'listFacts' && column === 'funder: figures')),
      ),
    ).toEqual([]))

  test('nobody sees or changes a thing of another, and what does not exist is told the same way', () =>
    expect(
      found(
        ({ ids }, word, column) =>
          ids.length > 0 && /another’s|none/.test(column) && word !== 'unknown' && word !== 'refused',
      ),
    ).toEqual([]))

  test('a thing of another and one that does not exist are the same to every kind of caller', () =>
    expect(
      operations
        .filter(({ ids }) => ids.length > 0)
        .filter((one) =>
          ['contractor', 'funder'].some(
            (kind) => wordAt(one, `${kind}: another’s` as Column) !== wordAt(one, `${kind}: none` as Column),
          ),
        )
        .map(({ id }) => id),
    ).toEqual([]))

  test('the operator sees organisations and keys, and no facts', () =>
    expect(
      found(
        (one, word, column) =>
          column === 'operator' &&
          shows(word) &&
          one.service !== 'access' &&
          !['listIndicators', ...follows].includes(one.id),
      ),
    ).toEqual([]))

  test('who follows events as the operator or with figures only is told of organisations, and of no fact', async () => {
    for (const caller of [callers.operator, callers['funder: figures']]) {
      const told = [...(await caller.get('/v1/events?limit=500')).body.data] as { type: string; tenant: string }[]
      expect(told.length).toBeGreaterThan(0)
      // An agreement that it drafted is no fact of its contractor's.
      const ofOthers = told.filter(({ tenant }) => tenant !== caller.orgId)
      const facts = ofOthers.filter(({ type }) => !/^org\.wushe\.(access\.|reporting\.Agreement)/.test(type))
      expect(facts).toEqual([])
    }
  })

  test('identity is shown to its own contractor and its people, and under a grant of names', () => {
    expect(found((_, word, column) => word === 'sees identity' && !/own|named|head|worker/.test(column))).toEqual([])
    for (const column of ['contractor: own', 'contractor: station head', 'funder: named'] as const)
      expect(found((_, word, at) => at === column && word === 'sees identity').length).toBeGreaterThan(3)
  })

  test('a funder with figures sees agreements, grants, figures and itself, and no fact', () =>
    expect(
      found((one, word, column) => column === 'funder: figures' && shows(word) && one.service !== 'access')
        .map((cell) => cell.split(' ')[0])
        .sort(),
    ).toEqual(
      [
        ...['getAgreement', 'getAgreementGrant', 'getAgreementGrantHistory', 'getAgreementHistory', 'getReport'],
        ...['getAgreementDiff', 'getAgreementVersion', 'getAgreementGrantDiff', 'getAgreementGrantVersion'],
        ...['listAgreementGrants', 'listAgreements', 'listIndicators', ...follows],
      ].sort(),
    ))

  test('a funder changes nothing but agreements that it drafted, grants that it gave, requests and webhooks of its own', () =>
    expect(
      [
        ...new Set(
          found((_, word, column) => /^funder/.test(column) && word === 'may').map((cell) => cell.split(' ')[0]),
        ),
      ].sort(),
    ).toEqual([
      ...['activateAgreement', 'completeAgreement', 'draftAgreement', 'giveAgreementGrant'],
      // Each request of a batch is asked for by itself, and there is no sandbox here.
      ...['moveSandboxClock', 'registerWebhook', 'requestAccess', 'resetSandbox', 'sendBatch', 'signAgreement'],
    ]))
})
