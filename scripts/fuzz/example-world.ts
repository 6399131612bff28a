// The world in which the contract's examples are true: the organisations, people and things that they name.
import openapi from '@wushe/contracts/openapi.json' with { type: 'json' }

type Node = { [key: string]: any }
type Role = 'operator' | 'contractor' | 'funder' | 'station-head'
export type Keys = Record<Role, string>

/** Each carried out with its example, on things of the examples, in an order in which all of them may be. */
const acts = [
  'draftAgreement signAgreement activateAgreement',
  'establishStation registerPractitioner recordLicence registerVolunteer registerSubject',
  'raiseConcern openCase completeAssessment agreeServicePlan recordCaseSession',
  'planGroup holdGroupSession planActivity holdActivity recordHours',
  'startProject registerProvider offerResource proposeLink',
  'startAccessOverride requestCorrection chooseRetentionProfile',
].flatMap((line) => line.split(' '))

/** Makes it through the API, as three organisations with a key each. Names what was refused, and why, and what was answered. */
export async function exampleWorld(url: string, operator: string) {
  const keys: Keys = { operator, contractor: '', funder: '', 'station-head': '' }
  const seen = new Map<string, string>()
  const refused: string[] = []
  const answers: Record<string, Node> = {}
  const act = async (operationId: string, body: Node, number = 1) => {
    const { path, by } = operationNamed(operationId)
    const response = await fetch(url + addressOf(path, number), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${keys[by]}`,
        'content-type': 'application/json',
        'accept-language': 'en',
        // The same each time, and with it the ids.
        'idempotency-key': `example ${operationId} ${number} ${JSON.stringify(body['id'] ?? body['label'])}`,
        'if-match': '*',
        ...(seen.size > 0 && { 'sync-token': [...seen.values()].join(',') }),
      },
      body: JSON.stringify(body),
    })
    const answer = (await response.json()) as Node
    const token = response.headers.get('sync-token')
    if (token) seen.set(token.split('=')[0]!, token)
    if (!response.ok) refused.push(`${operationId}: ${response.status} ${answer['code']}`)
    else answers[operationId] ??= answer
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
  const within = { siteIds: [idOf('sta', 1)] }
  const head = await act('issueApiKey', { label: 'station head', role: 'station-head', within })
  keys['station-head'] = head['data'].secret
  for (const operationId of acts) {
    if (operationId === 'establishStation') await act(operationId, headStation)
    await carryOut(operationId)
    // Those who come to a group are at least two.
    if (operationId === 'registerSubject') await carryOut(operationId, 2)
  }
  for (const { operationId, path, parameters } of operations.filter(isRead)) {
    const query = parameters
      .filter(({ in: place, required }) => place === 'query' && required)
      .map(({ name, example }): [string, string] => [name, name.endsWith('Id') ? idNamed(name, 1) : example])
    const isLong = parameters.some(({ name }) => name === 'limit')
    const search = new URLSearchParams([...query, ...(isLong ? [['limit', '2'] as [string, string]] : [])])
    const response = await fetch(`${url}${addressOf(path)}?${search}`, {
      headers: {
        authorization: `Bearer ${keys.contractor}`,
        'accept-language': 'en',
        'sync-token': [...seen.values()].join(','),
      },
    })
    if (response.ok) answers[operationId] = (await response.json()) as Node
  }
  return { keys, refused, answers }
}

/** What shows a contractor the things of this world; not what lasts, nor who used which key and saw what meanwhile. */
const isRead = ({ method, operationId, roles }: (typeof operations)[number]) =>
  method === 'get' && roles.includes('contractor') && !/Version$|Diff$|^stream|ApiKeys$|AccessLog$/.test(operationId)

/** Under which the station of the examples stands. */
const headStation = {
  id: 'sta_01h455vb4pex5vsknk084sn002',
  level: 'hq',
  name: '市社工总站',
  divisionCode: '659002',
  occurredOn: '2021-07-01',
}

const addressOf = (path: string, number = 1) => path.replace(/{(\w+)}/g, (_, name: string) => idNamed(name, number))
const idOf = (prefix: string, number: number) => `${prefix}_01h455vb4pex5vsknk084sn00${number}`
/** caseId → cas_…: the prefix stands in the pattern of the parameter. */
const idNamed = (name: string, number: number) => choices.get(name) ?? idOf(prefixes.get(name) ?? name, number)

const operations = Object.entries(openapi.paths as Node).flatMap(([path, methods]) =>
  Object.entries(methods as Node).map(([method, operation]) => {
    const body = operation.requestBody?.content['application/json']
    const schema = body && (openapi.components.schemas as Node)[body.schema.$ref.split('/').at(-1)]
    return {
      path,
      method,
      operationId: operation.operationId as string,
      roles: (operation['x-roles'] ?? []) as Role[],
      /** Some things only the people of a contractor do. */
      by: operation['x-not-roles']?.includes('contractor-admin') ? 'station-head' : (operation['x-roles']?.[0] as Role),
      parameters: (operation.parameters as Node[]).map((one) => (one['$ref'] ? found(one['$ref']) : one)),
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

/** The name of a report. */
const choices = new Map(
  operations.flatMap(({ parameters }) =>
    parameters.flatMap(({ name, in: place, schema }) => {
      const values = (schema.$ref ? found(schema.$ref) : schema).enum
      return place === 'path' && values ? [[name as string, values[0] as string] as const] : []
    }),
  ),
)

function found(ref: string): Node {
  return ref
    .split('/')
    .slice(1)
    .reduce((node: Node, key) => node[key], openapi)
}

/** Undefined where the id is always the platform's to give. */
function prefixIn(pattern = '') {
  return /^\^([a-z]{3})_/.exec(pattern)?.[1]
}
