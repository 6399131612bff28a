// Contractors who tell everything they do, and what others are answered when they ask for it.
import { createHash, randomUUID } from 'node:crypto'
import { caughtUp } from '@wushe/service-host'
import type { Answer, Api, Booted } from '@wushe/testkit'
import { everyOperation, type Step } from './every-operation.fixture.ts'
import { addressOf, operationNamed, operations, paramOf, type Operation } from './operations.fixture.ts'

/** The ids of a key and a client of an organisation, of something it sent, a job, a request of its people, an emergency. */
export type Credentials = Partial<
  Record<'keyId' | 'clientId' | 'requestId' | 'jobId' | 'accessGrantId' | 'overrideId', string>
>
export type Told = { by: Api; agreementId: string | undefined; steps: Step[] }

/** An active agreement of 2023 that every service knows. */
export async function anAgreement({ host }: Booted, by: Api, contractor: Api, title: string): Promise<string> {
  const drafted = await by.post('/v1/agreements', {
    contractorId: contractor.orgId,
    title,
    legalBasis: 'government-procurement',
    from: '2023-01-01',
    to: '2023-12-31',
    divisions: ['659002001'],
    funds: [{ funderId: by.orgId, share: 10_000 }],
  })
  const { id } = drafted.body.data
  purchasers.set(id, by.orgId)
  await by.post(`/v1/agreements/${id}/signature`, { signedOn: '2022-12-20' })
  await by.post(`/v1/agreements/${id}/activation`, { occurredOn: '2023-01-01' })
  await caughtUp(host)
  return id
}

const purchasers = new Map<string, string>()

/** Does everything once, and waits until everybody could see it. Without an agreement there are no projects or grants. */
export async function tell(product: Booted, by: Api, agreementId: string | undefined, voice: string): Promise<Told> {
  const steps = storyOf(by, agreementId, voice).filter(
    ({ operation }) => agreementId || !/(Project|AgreementGrant)$/.test(operation),
  )
  await follow(by, steps, await product.anotherHand(by))
  await caughtUp(product.host)
  return { by, agreementId, steps }
}

/** Secrets begin with `<voice>密`, names and titles with the voice alone. */
export const storyOf = (by: Api, agreementId: string | undefined, voice: string, number = 0) =>
  everyOperation({
    salt: `${by.orgId} ${voice} ${number}`,
    agreementId: agreementId as string,
    funderId: purchasers.get(agreementId as string) as string,
    division: number === 0 ? '659002001' : `659${String(number).padStart(6, '0')}`,
    identity: (who) => identityOf(voice, who),
    text: (where) => `${voice}密 ${where} ${randomUUID()}`,
    title: (of) => `${voice} ${of}`,
  })

const identityOf = (voice: string, who: string) => {
  const name = `${voice}密 ${who}`
  const chance = randomUUID()
  const at = (from: number, to: number) => chance.slice(from, to)
  return {
    name: `${name} ${at(0, 8)}`,
    idType: 'passport' as const,
    idNumber: `P${chance.toUpperCase()}`,
    birthDate: `${voice === '乙' ? 18 : 19}${String(10 + (Number.parseInt(at(0, 2), 16) % 80))}-05-${String(1 + (Number.parseInt(at(2, 4), 16) % 28)).padStart(2, '0')}`,
    phone: `+86 ${at(0, 18)}`,
    address: `${name} 胡同 ${chance}`,
    guardian: { name: `${name} 监护人 ${at(0, 8)}`, relation: `姨 ${at(0, 8)}`, phone: `+86 ${at(19, 36)}` },
  }
}

/** Some things take two, of whom the other one has a key of its own. */
export const takesAnotherHand = ({ operation }: Step) => /^(approve|lift)/.test(operation)

export async function follow(by: Api, steps: readonly Step[], another: Api) {
  for (const step of steps) {
    const answer = await ask(
      takesAnotherHand(step) ? another : by,
      operationNamed(step.operation),
      step.path,
      step.body,
      keyOf(step),
    )
    if (answer.status >= 300) throw new Error(`${step.operation}: ${JSON.stringify(answer.body)}`)
  }
}

/** The same request has the same key, whoever sends it. */
export const keyOf = (step: Step) => createHash('sha256').update(JSON.stringify(step)).digest('hex')

export async function ask(
  by: Api,
  operation: Operation,
  path: Record<string, string>,
  body?: object,
  key: string = randomUUID(),
) {
  if (operation.method === 'get') return by.get(addressOf(operation, path))
  const tokens = written.get(by.orgId) ?? new Map<string, string>()
  written.set(by.orgId, tokens)
  // Who answers a person speaks of what other services recorded.
  const knows = tokens.size > 0 &&
    /Correction(Request)?$/.test(operation.id) && { 'sync-token': [...tokens.values()].join(',') }
  const answer = await by.post(addressOf(operation, path), body, { 'idempotency-key': key, ...knows })
  if (answer.syncToken) tokens.set(operation.service, answer.syncToken)
  return answer
}

/** By organisation and service: up to where it wrote. */
const written = new Map<string, Map<string, string>>()

/** The ids that a step names: in its path, of what it makes, and in its body. */
export const idsIn = ({ path, body }: Step): string[] => JSON.stringify([path, body]).match(anId) ?? []
const anId = /\b[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}\b/g

/** All ways to fill an operation's path with what was told; `organisation` holds the ids of the teller itself. */
export function pathsOf(
  { ids }: Operation,
  { by, agreementId, steps }: Told,
  credentials: Credentials,
): Record<string, string>[] {
  const known: Record<string, string>[] = [
    { organisationId: by.orgId, ...credentials },
    ...(agreementId ? [{ agreementId }] : []),
    ...steps.map(({ path, body }) =>
      body['id'] ? { ...path, [paramOf.get(body['id'].slice(0, 3))!]: body['id'] } : path,
    ),
  ]
  const fitting = known
    .map((one): Record<string, string> => ({
      ...one,
      personId: one['subjectId'] ?? one['volunteerId'] ?? one['practitionerId'] ?? one['providerId'] ?? '',
    }))
    .filter((one) => ids.every((name) => one[name]))
    .map((one) => Object.fromEntries(ids.map((name) => [name, one[name]!])))
  return [...new Map(fitting.map((one) => [JSON.stringify(one), one])).values()]
}

/**
 * Every answer that this caller can get about what was told, and all its lists and figures; by address. Deliveries go on
 * by themselves.
 */
export async function everythingShown(
  to: Api,
  kind: string,
  told: Told,
  credentials: Credentials,
): Promise<Map<string, unknown>> {
  const addresses = operations
    .filter(({ method, roles }) => method === 'get' && roles.includes(kind))
    .filter(({ id, ends }) => ends && !goesOn.has(id))
    .filter(({ id }) => id !== 'listAccessLog' && id !== 'getPersonCopy') // To look is a line in it.
    .flatMap((operation) =>
      (operation.ids.length > 0 ? pathsOf(operation, told, credentials) : [{}]).map(
        (path) => addressOf(operation, path) + (operation.pages ? '?limit=500' : ''),
      ),
    )
  const figures = told.agreementId ? await reportAddresses(to, told.agreementId) : []
  const shown = new Map<string, unknown>()
  for (const address of [...addresses, ...figures]) shown.set(address, bare(await to.get(address)))
  return shown
}

/** Figures are asked for one by one; the others change by themselves. */
const goesOn = new Set(['getReport', 'listFacts', 'listWebhookDeliveries', 'listJobs', 'getJob'])

/** Every report of an agreement, and the facts behind every figure. */
export async function reportAddresses(by: Api, agreementId: string): Promise<string[]> {
  const { body } = await by.get('/v1/indicators')
  return [
    ...reports.map((report) => `/v1/reports/${report}?agreementId=${agreementId}&groupBy=station`),
    ...body.data.map(
      (one: { id: string }) => `/v1/reports/facts?agreementId=${agreementId}&indicator=${one.id}&limit=500`,
    ),
  ]
}
const reports = ['service-statistics', 'volunteer-statistics', 'resource-statistics', 'licence-rate', 'coverage']

/** The answer without what every answer has of its own: its moment, its positions in the logs, its number. */
export const bare = ({ status, body }: Answer): unknown =>
  JSON.parse(
    JSON.stringify({ status, body }, (name, value) => (itsOwn.has(name) ? undefined : value)).replace(
      /asOf=[^&"]+/g,
      '',
    ),
  )
const itsOwn = new Set([...['requestId', 'asOf', 'position', 'positions', 'lastUsedAt', 'nextLink', 'deltaLink']])
/** What the answer tells of one id that was sent: all of a refusal, and which fields a record has. */
export const toldOf = (id: string, answer: Answer) => {
  const { status, body } = JSON.parse(JSON.stringify(bare(answer)).replaceAll(id, '<it>').replace(anId, '<another>'))
  if (status >= 300) return { status, body }
  const { data, receipt, warnings } = body
  return {
    status,
    fields: Object.keys(data),
    events: receipt.events.map((one: { type: string }) => one.type),
    warnings,
  }
}
