import { randomUUID } from 'node:crypto'
import { idOf } from './every-operation.fixture.ts'
import type { Operation } from './operations.fixture.ts'
import { inDays } from './people-within.fixture.ts'
import { pathsOf, type Credentials, type Told } from './telling.fixture.ts'

type Attempt = { path: Record<string, string>; body?: object }

/** The operation on each of the victim's things; where its path takes two ids, also with one of them one's own. */
export function attemptsOn(
  operation: Operation,
  { victim, victims, own, ours }: { victim: Told[]; victims: Credentials; own: Told; ours: Credentials },
): Attempt[] {
  const paths = victim.flatMap((told) => pathsOf(operation, told, victims))
  const [theirs] = paths
  const [mine] = pathsOf(operation, own, ours)
  const [first, second] = operation.ids
  if (first && !theirs) throw new Error(`Nothing was told on which ${operation.id} could be tried.`)
  if (first && second && theirs && mine)
    paths.push({ ...theirs, [first]: mine[first]! }, { ...theirs, [second]: mine[second]! })
  if (operation.method === 'get') return paths.map((path) => ({ path }))

  const body = bodies[operation.id] ?? victim[0]!.steps.find((step) => step.operation === operation.id)?.body
  if (!body) throw new Error(`There is no example of a body for ${operation.id}.`)
  return paths.map((path) => ({ path, body: body['id'] ? { ...body, id: nobodysId(body['id'].slice(0, 3)) } : body }))
}

export function nobodysId(prefix: string) {
  if (prefix === 'req' || prefix === 'job') return `${prefix}_${randomUUID().replaceAll('-', '')}`
  return idOf(prefix, `nobody’s ${randomUUID()}`)
}

/** What funders, the operator and people within a contractor send, and questions. */
export const bodies: Record<string, Record<string, any>> = {
  searchSubjects: { name: '甲' },
  matchSubjects: { name: '甲' },
  draftAgreement: {},
  signAgreement: { signedOn: '2022-12-20' },
  activateAgreement: { occurredOn: '2023-01-01' },
  completeAgreement: { occurredOn: '2023-12-31' },
  registerOrganisation: {},
  suspendOrganisation: { reason: 'requested' },
  resumeOrganisation: { reason: 'resolved' },
  chooseRetentionProfile: { profile: 'case-file-15' },
  issueApiKey: { label: 'another' },
  rotateApiKey: {},
  revokeApiKey: { reason: 'lost' },
  resetSandbox: {},
  cancelJob: {},
  moveSandboxClock: { now: '2999-01-01T00:00:00Z' },
  requestAccess: { personId: nobodysId('sub'), purpose: 'audit', until: inDays(9), reason: '抽查时须核对服务对象' },
  approveAccess: {},
  refuseAccess: { reason: 'not-needed' },
  endAccess: { reason: 'other' },
  startAccessOverride: { personId: nobodysId('sub'), purpose: 'missing-person', reason: '家属报称走失，须立即联系' },
  endAccessOverride: {},
  reviewAccessOverride: { finding: 'justified' },
  sendBatch: { requests: [{ path: '/v1/activities', idempotencyKey: 'a batch of one', body: {} }] },
  registerClient: { label: 'another', method: 'client_secret_basic' },
  replaceClientCredentials: {},
  revokeClient: { reason: 'lost' },
}
