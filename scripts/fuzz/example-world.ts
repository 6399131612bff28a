// The world in which the contract's examples are true: the organisations, people and things that they name.
import { randomUUID } from 'node:crypto'
import openapi from '@wushe/contracts/openapi.json' with { type: 'json' }

type Node = { [key: string]: any }
type Role = 'operator' | 'contractor' | 'funder'
export type Keys = Record<Role, string>

/** Each carried out with its example, on things of the examples, in an order in which all of them may be. */
const acts = [
  'draftAgreement signAgreement activateAgreement',
  'establishStation registerPractitioner recordLicence registerVolunteer registerSubject',
  'raiseConcern openCase completeAssessment agreeServicePlan recordCaseSession',
  'planGroup holdGroupSession planActivity holdActivity recordHours',
  'startProject registerProvider offerResource proposeLink',
].flatMap((line) => line.split(' '))

/** Makes it through the API, as three organisations with a key each. Names what was refused, and why. */
export async function exampleWorld(url: string, operator: string) {
  const keys: Keys = { operator, contractor: '', funder: '' }
  const seen = new Map<string, string>()
  const refused: string[] = []
  const act = async (operationId: string, body: Node, number = 1) => {
    const { path, role } = operationNamed(operationId)
    const response = await fetch(url + path.replace(/{(\w+)}/g, (_, name: string) => idNamed(name, number)), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${keys[role]}`,
        'content-type': 'application/json',
        'accept-language': 'en',
        'idempotency-key': randomUUID(),
        'if-match': '*',
        ...(seen.size > 0 && { 'sync-token': [...seen.values()].join(',') }),
      },
      body: JSON.stringify(body),
    })
    const answer = (await response.json()) as Node
    const token = response.headers.get('sync-token')
    if (token) seen.set(token.split('=')[0]!, token)
    if (!response.ok) refused.push(`${operationId}: ${response.status} ${answer['code']}`)
    return answer
  }
  const carryOut = (operationId: string, number = 1) => {
    const { example, makes } = operationNamed(operationId)
    return act(operationId, { ...example, ...(makes && { id: idOf(makes, number) }) })
  }

  for (const [number, kind] of [
    [1, 'contractor'],
    [2, 'funder'],
  ] as const) {
    await act('registerOrganisation', { kind, name: kind, id: idOf('org', number) })
    keys[kind] = (await act('issueApiKey', { label: kind }, number))['data'].secret
  }
  for (const operationId of acts) {
    if (operationId === 'establishStation') await act(operationId, headStation)
    await carryOut(operationId)
    // Those who come to a group are at least two.
    if (operationId === 'registerSubject') await carryOut(operationId, 2)
  }
  return { keys, refused }
}

/** Under which the station of the examples stands. */
const headStation = {
  id: 'sta_01h455vb4pex5vsknk084sn002',
  level: 'hq',
  name: '市社工总站',
  divisionCode: '659002',
  occurredOn: '2021-07-01',
}

const idOf = (prefix: string, number: number) => `${prefix}_01h455vb4pex5vsknk084sn00${number}`
/** caseId → cas_…: the prefix stands in the pattern of the parameter. */
const idNamed = (name: string, number: number) => idOf(prefixes.get(name)!, number)

const operations = Object.entries(openapi.paths as Node).flatMap(([path, methods]) =>
  Object.values(methods as Node).map((operation) => {
    const body = operation.requestBody?.content['application/json']
    const schema = body && (openapi.components.schemas as Node)[body.schema.$ref.split('/').at(-1)]
    return {
      path,
      operationId: operation.operationId as string,
      role: operation['x-roles']?.[0] as Role,
      parameters: operation.parameters as Node[],
      example: body?.example as Node,
      makes: '201' in operation.responses ? prefixIn(schema.properties?.id?.pattern) : undefined,
    }
  }),
)
const operationNamed = (id: string) => operations.find(({ operationId }) => operationId === id)!
const prefixes = new Map(
  operations.flatMap(({ parameters }) =>
    parameters
      .filter((one) => one['in'] === 'path' && one['schema'].pattern)
      .map((one) => [one['name'] as string, prefixIn(one['schema'].pattern)]),
  ),
)

/** Undefined where the id is always the platform's to give. */
function prefixIn(pattern = '') {
  return /^\^([a-z]{3})_/.exec(pattern)?.[1]
}
