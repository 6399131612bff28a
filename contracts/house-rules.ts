// What every document of this API must obey beyond being good OpenAPI. A rule is a sentence and a function that names
// the places where a document breaks it; contracts/house-rules.test.ts breaks each of them once to see it found.

export type Node = { [key: string]: any }
export type Contract = { openapi: Node; problems: Record<string, { status: number }> }
type Rule = (contract: Contract) => string[]

export const houseRules = {
  'an operation has a name of its own, a verb and a noun': ({ openapi }) => {
    const names = operationsOf(openapi).map(({ id }) => id)
    return names.filter((name, at) => !/^[a-z]+([A-Z][a-z]+)+$/.test(name) || names.indexOf(name) !== at)
  },

  'an operation says in English and in Chinese what it does': ({ openapi }) =>
    idsOf(openapi, ({ node }) => !/^[A-Z][^\u4e00-\u9fff]*\. [\u4e00-\u9fff、]+$/.test(node['summary'] ?? '')),

  'an operation says who may call it, or that everybody may': ({ openapi }) =>
    idsOf(openapi, ({ node }) => !(node['x-roles']?.length > 0) && node['x-public'] !== true),

  'an operation names the scopes that it needs': ({ openapi }) =>
    idsOf(openapi, ({ id, node }) => !(node['x-scopes']?.length > 0) && node['x-public'] !== true && !forAll.has(id)),

  'a POST demands an Idempotency-Key, and declares it': ({ openapi }) =>
    idsOf(openapi, (one) => writes(one) && !named(one.parameters, 'header', 'Idempotency-Key')),

  'a command to a thing that exists declares If-Match, 412 and 428': ({ openapi }) =>
    idsOf(
      openapi,
      (one) =>
        writes(one) &&
        one.node['responses']['200'] &&
        !(named(one.parameters, 'header', 'If-Match') && one.node['responses']['412'] && one.node['responses']['428']),
    ),

  'no header is demanded by the document, as the host answers with a code of its own': ({ openapi }) =>
    operationsOf(openapi).flatMap(({ id, parameters }) =>
      parameters.filter((one) => one['in'] === 'header' && one['required']).map((one) => `${id} ${one['name']}`),
    ),

  'an operation declares 400, 401, 403, 404, 429 and 500 as problems': ({ openapi, problems }) =>
    operationsOf(openapi).flatMap(({ id, path, node }) =>
      [400, ...(node['x-public'] ? [] : [401, 403]), 404, 429, 500]
        // A status that no code has yet cannot be answered.
        .filter((status) => Object.values(problems).some((one) => one.status === status))
        // The errors of the token endpoint have the form of RFC 6749.
        .filter((status) => !(path === '/oauth/token' && status < 500))
        .filter((status) => !isProblem(openapi, node['responses'][status]))
        .map((status) => `${id} ${status}`),
    ),

  'every answer carries Request-Id and API-Version': ({ openapi }) =>
    lacking(openapi, () => ['Request-Id', 'API-Version']),

  'an answer that shows a record carries ETag and Sync-Token': ({ openapi }) =>
    lacking(openapi, ({ record, status }) => (status < 300 && record ? ['ETag', 'Sync-Token'] : [])),

  'a 201 carries Location, and what stands there can be read': ({ openapi }) => [
    ...lacking(openapi, ({ status }) => (status === 201 ? ['Location'] : [])),
    ...idsOf(openapi, ({ id, path, node }) => {
      const readable = Object.keys(openapi['paths']).some(
        (other) => /^\/{\w+}$/.test(other.slice(path.length)) && other.startsWith(path) && openapi['paths'][other].get,
      )
      return node['responses']['201'] && !readable && id !== 'rotateApiKey' // It makes a key beside the one it is asked of.
    }),
  ],

  'an answer that is to be tried again says when': ({ openapi }) =>
    lacking(openapi, ({ status }) => (status === 429 || status === 503 ? ['Retry-After'] : [])),

  'a list takes limit and cursor, and answers with nextCursor and Link': ({ openapi }) =>
    operationsOf(openapi).flatMap(({ id, parameters, node }) => {
      const answer = resolved(openapi, node['responses']['200'] ?? {})
      const schema = resolved(openapi, answer['content']?.['application/json']?.schema ?? {})
      // A search answers the best hundred, and who wants others asks more narrowly.
      if (node['x-reads'] || (!schema['properties']?.nextCursor && !named(parameters, 'query', 'cursor'))) return []
      const has = {
        limit: named(parameters, 'query', 'limit'),
        cursor: named(parameters, 'query', 'cursor'),
        nextCursor: schema['properties']?.nextCursor,
        Link: answer['headers']?.Link,
      }
      return Object.entries(has).flatMap(([name, there]) => (there ? [] : [`${id} ${name}`]))
    }),

  'whoever reads records, one or a list, may ask for some of their fields': ({ openapi }) =>
    operationsOf(openapi).flatMap(({ id, method, parameters, node }) => {
      const answer = resolved(openapi, node['responses']['200'] ?? {})
      const { data } = resolved(openapi, answer['content']?.['application/json']?.schema ?? {})['properties'] ?? {}
      const record = data && 'x-id-prefix' in resolved(openapi, data['items'] ?? data)
      return method === 'get' && record && !named(parameters, 'query', 'fields') ? [id] : []
    }),

  'the body of a request has an example': ({ openapi }) =>
    idsOf(openapi, ({ node }) => {
      const { schema, example } = node['requestBody']?.content['application/json'] ?? {}
      return schema && !example
    }),

  'the body of a request is a closed schema of its own': ({ openapi }) =>
    bodiesOf(openapi).flatMap(({ id, schema }) =>
      schema['$ref'] && resolved(openapi, schema)['unevaluatedProperties'] === false ? [] : [id],
    ),

  'an object inside the body of a request is closed': ({ openapi }) =>
    bodiesOf(openapi).flatMap(({ id, schema }) =>
      within(openapi, schema, id)
        .filter(({ at, node }) => at !== id && node['properties'] && !isPart(at))
        .filter(({ node }) => node['additionalProperties'] !== false && node['unevaluatedProperties'] !== false)
        .map(({ at }) => at),
    ),

  'an answer is open': ({ openapi }) =>
    answersOf(openapi).flatMap(({ id, response }) =>
      Object.values<Node>(response['content'] ?? {}).flatMap(({ schema }) =>
        resolved(openapi, schema)['additionalProperties'] === false ||
        resolved(openapi, schema)['unevaluatedProperties'] === false
          ? [id]
          : [],
      ),
    ),

  'the body of a request limits every string, list and number': ({ openapi }) =>
    bodiesOf(openapi).flatMap(({ id, schema }) => unlimited(openapi, schema, id)),

  'a query limits every value': ({ openapi }) =>
    operationsOf(openapi).flatMap(({ id, parameters }) =>
      parameters
        .filter((one) => one['in'] !== 'header' && one['name'] !== 'limit')
        .flatMap((one) => unlimited(openapi, one['schema'], `${id} ${one['name']}`)),
    ),

  'the body of a request says of every free text how private it is': ({ openapi }) =>
    bodiesOf(openapi).flatMap(({ id, schema }) =>
      within(openapi, schema, id)
        .filter(({ node }) => node['type'] === 'string' && !node['enum'] && !node['pattern'] && !node['format'])
        .filter(({ node }) => !node['x-classification'])
        .map(({ at }) => at),
    ),

  'every property says how private it is': ({ openapi }) =>
    propertiesOf(openapi).flatMap(({ at, node }) =>
      classifications.has(node['x-classification'] ?? resolved(openapi, node)['x-classification']) ? [] : [at],
    ),

  'a classification is one of four': ({ openapi }) =>
    parts(openapi).flatMap(({ at, node }) =>
      'x-classification' in node && !classifications.has(node['x-classification']) ? [at] : [],
    ),

  'no identity and no free text stands in an address': ({ openapi }) => {
    const personal = new Set(
      propertiesOf(openapi)
        .filter(({ node }) => String(resolved(openapi, node)['x-classification']).startsWith('pii'))
        .map(({ name }) => name),
    )
    return operationsOf(openapi).flatMap(({ id, parameters }) =>
      parameters
        .filter((one) => one['in'] !== 'header')
        .filter((one) => personal.has(one['name']) || /FreeText|Identity|"pii/.test(JSON.stringify(one)))
        .map((one) => `${id} ${one['name']}`),
    )
  },

  'a moment in a query may keep its colons': ({ openapi }) =>
    operationsOf(openapi).flatMap(({ id, parameters }) =>
      parameters
        .filter((one) => one['in'] === 'query' && resolved(openapi, one['schema'])['format'] === 'date-time')
        .filter((one) => one['allowReserved'] !== true)
        .map((one) => `${id} ${one['name']}`),
    ),

  'a moment that may be null is written as anyOf': ({ openapi }) =>
    parts(openapi).flatMap(({ at, node }) =>
      node['format'] === 'date-time' && Array.isArray(node['type']) ? [at] : [],
    ),

  'the body of a request has no oneOf': ({ openapi }) =>
    bodiesOf(openapi).flatMap(({ id, schema }) =>
      within(openapi, schema, id).flatMap(({ at, node }) => (node['oneOf'] ? [at] : [])),
    ),

  'what is deprecated says when it ends': ({ openapi }) =>
    parts(openapi).flatMap(({ at, node }) =>
      node['deprecated'] === true && !/^\d{4}-\d\d-\d\d$/.test(node['x-sunset'] ?? '') ? [at] : [],
    ),
} satisfies Record<string, Rule>

/** Whoever comes may ask who they are and what they did; each request of a batch is asked for by itself. */
const forAll = new Set(['getMe', 'getRequest', 'sendBatch'])

/** A POST that records something, and is not another protocol's. */
const writes = ({ method, node }: Operation) =>
  method === 'post' && !['x-reads', 'x-public', 'x-built-in', 'x-idempotent'].some((mark) => node[mark])

const classifications = new Set(['public', 'internal', 'pii.direct', 'pii.sensitive'])

type Operation = { id: string; method: string; path: string; parameters: Node[]; node: Node }

export const operationsOf = (openapi: Node): Operation[] =>
  Object.entries<Node>(openapi['paths']).flatMap(([path, methods]) =>
    Object.entries<Node>(methods).map(([method, node]) => ({
      id: node['operationId'] as string,
      ...{ method, path, node },
      parameters: (node['parameters'] ?? []).map((one: Node) => resolved(openapi, one)) as Node[],
    })),
  )

const idsOf = (openapi: Node, broken: (operation: Operation) => unknown) =>
  operationsOf(openapi)
    .filter(broken)
    .map(({ id }) => id)

const named = (parameters: Node[], where: string, name: string) =>
  parameters.find((one) => one['in'] === where && one['name'] === name)

const bodiesOf = (openapi: Node) =>
  operationsOf(openapi).flatMap(({ id, node }) =>
    Object.values<Node>(node['requestBody']?.content ?? {}).map(({ schema }) => ({ id, schema: schema as Node })),
  )

const answersOf = (openapi: Node) =>
  operationsOf(openapi).flatMap(({ id, method, node }) =>
    Object.entries<Node>(node['responses']).map(([status, one]) => {
      const response = resolved(openapi, one)
      const schema = response['content']?.['application/json']?.schema
      const data = schema && resolved(openapi, schema)['properties']?.data
      const record = Boolean(data?.['$ref'] && 'x-id-prefix' in resolved(openapi, data))
      return { id: `${id} ${status}`, method, status: Number(status), record, response }
    }),
  )

/** Answers without a header that must always be there. */
const lacking = (openapi: Node, wanted: (answer: ReturnType<typeof answersOf>[number]) => string[]) =>
  answersOf(openapi).flatMap((answer) =>
    wanted(answer)
      .filter((name) => !resolved(openapi, answer.response['headers']?.[name] ?? {})['required'])
      .map((name) => `${answer.id} ${name}`),
  )

const isProblem = (openapi: Node, response: Node | undefined) =>
  resolved(openapi, response ?? {})['content']?.['application/problem+json']?.schema['$ref'] ===
  '#/components/schemas/Problem'

/** What a `$ref` points to. */
const resolved = (openapi: Node, node: Node): Node =>
  node['$ref']
    ? resolved(
        openapi,
        node['$ref']
          .slice(2)
          .split('/')
          .reduce((at: any, step: string) => at?.[step], openapi) ?? {},
      )
    : node

type Place = { at: string; node: Node }

/** Every object of a document. */
const parts = (node: unknown, at = ''): Place[] =>
  typeof node !== 'object' || node === null
    ? []
    : [{ at, node }, ...Object.entries(node).flatMap(([name, inner]) => parts(inner, `${at}/${name}`))]

/** A condition (`if`, `else`) says nothing of a property that is not said where the property stands. */
const propertiesOf = (openapi: Node) =>
  parts(openapi['components'].schemas)
    .filter(({ at }) => !/\/(if|then|else)$/.test(at))
    .flatMap(({ at, node }) =>
      Object.entries<Node>(typeof node['properties'] === 'object' ? node['properties'] : {}).flatMap(([name, one]) =>
        typeof one === 'object' ? [{ at: `${at}/${name}`, name, node: one }] : [],
      ),
    )

/** Every schema that a schema lets in, with references followed; `&` stands where it is a part of another one. */
function within(openapi: Node, schema: Node, at: string): Place[] {
  if (schema['$ref']) return within(openapi, resolved(openapi, schema), at)
  return [
    { at, node: schema },
    ...Object.entries<Node>(schema['properties'] ?? {}).flatMap(([name, one]) => within(openapi, one, `${at}.${name}`)),
    ...['allOf', 'anyOf', 'oneOf'].flatMap((kind) =>
      (schema[kind] ?? []).flatMap((one: Node) => within(openapi, one, `${at}&`)),
    ),
    ...(schema['items'] ? within(openapi, schema['items'], `${at}[]`) : []),
  ]
}
const isPart = (at: string) => at.endsWith('&')

export const unlimited = (openapi: Node, schema: Node, at: string) =>
  within(openapi, schema, at).flatMap(({ at, node }) => {
    if (node['enum'] || !['string', 'array', 'integer', 'number'].includes(node['type'])) return []
    if (node['type'] === 'array') return 'maxItems' in node ? [] : [at]
    if (node['type'] === 'string')
      return 'maxLength' in node || 'pattern' in node || node['format'] === 'date' ? [] : [at]
    return 'minimum' in node && 'maximum' in node ? [] : [at]
  })
