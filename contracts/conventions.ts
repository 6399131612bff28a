// What every operation of the API has in common is said here once and written into the served document, so that a
// service's own document shows only what is particular to it. docs/api.md tells the reasons.
import { rulesOf, type Policy } from './policy.ts'
import { describeScope, scopesOf } from './scopes.ts'

export type Operation = {
  operationId?: string
  parameters?: unknown[]
  requestBody?: { content: Record<string, { schema: { $ref: string }; example?: unknown }> }
  responses: Record<string, unknown>
  'x-roles'?: string[]
  'x-scopes'?: string[]
  [key: string]: unknown
}
export type Document = {
  paths: Record<string, Record<string, Operation>>
  components: Record<string, Record<string, Record<string, unknown>>>
  tags?: unknown[]
  [key: string]: unknown
}
type Named = { name: string; document: Document }

/** One OpenAPI document for all services: their paths and schemas, the common ones, and the conventions written out. */
export function applyConventions(
  common: Document,
  services: Named[],
  problemCodes: string[],
  bodies: Record<string, unknown>,
  policy: Policy,
): Document {
  const collect = (kind: string) =>
    Object.assign({}, ...[common, ...services.map((one) => one.document)].map((one) => one.components?.[kind]))
  const schemas = collect('schemas')
  schemas.Problem.properties.code = { ...schemas.Problem.properties.code, 'x-extensible-enum': problemCodes }

  const rules = rulesOf(policy, keyedOperations(services))
  const paths: Document['paths'] = {}
  for (const { name, document } of services)
    for (const [path, methods] of Object.entries({ ...document.paths, ...pastOf(document.paths, schemas) })) {
      if (paths[path]) throw new Error(`${path} stands in two services.`)
      paths[path] = Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [
          method,
          withExample(complete(operation, method, path, name, schemas, accessOf(operation, policy, rules)), bodies),
        ]),
      )
    }
  for (const [name, prefix] of createBodies(paths, schemas)) schemas[name] = withOwnId(schemas[name], prefix)
  const records = Object.keys(schemas).filter((name) => 'x-id-prefix' in schemas[name])
  const links = Object.fromEntries(records.map((name) => [name, linksOf(name, schemas[name]['x-param'], paths)]))
  for (const name of records) schemas[name] = recordSchema(schemas[name])
  for (const name of requestSchemas(paths)) schemas[name] = { ...schemas[name], unevaluatedProperties: false }

  const all = { ...schemas, ...Object.assign({}, ...records.map(answersOf)) }
  return {
    ...common,
    tags: services.map(({ name, document }) => ({
      name,
      description: (document['info'] as { description: string }).description,
    })),
    paths,
    components: {
      ...common.components,
      securitySchemes: withScopes(common.components['securitySchemes']!, paths),
      schemas: classified(all),
      parameters: {
        ...collect('parameters'),
        ...Object.fromEntries(records.map((name) => [fieldsOf(name), fieldsParameter(schemas[name], schemas)])),
      },
      responses: Object.fromEntries(
        Object.entries<any>({
          ...collect('responses'),
          ...Object.assign({}, ...records.map((name) => responsesOf(name, links[name]!))),
        }).map(([name, response]) => [name, { ...response, headers: { ...onEvery, ...response.headers } }]),
      ),
    },
  }
}

/** The scopes that some operation asks for, with what each allows. */
const withScopes = ({ oauth2, ...others }: Record<string, any>, paths: Document['paths']) => {
  const asked = Object.values(paths).flatMap((methods) =>
    Object.values(methods).flatMap((one) => one['x-scopes'] ?? []),
  )
  const scopes = Object.fromEntries([...new Set(asked)].sort().map((scope) => [scope, describeScope(scope)]))
  const { clientCredentials } = oauth2.flows
  return { ...others, oauth2: { ...oauth2, flows: { clientCredentials: { ...clientCredentials, scopes } } } }
}

const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` })
const json = (schema: unknown) => ({ content: { 'application/json': { schema } } })

function complete(
  operation: Operation,
  method: string,
  path: string,
  service: string,
  schemas: Record<string, unknown>,
  access: object,
): Operation {
  const answers = Object.keys(operation.responses)
  // Some questions are POSTs, so that no personal value stands in an address: `x-reads`.
  const posts = method === 'post'
  const writes = posts && operation['x-reads'] !== true
  const transition = writes && answers.includes('200') && operation['x-public'] !== true
  const created = operation.responses['201'] as { $ref: string } | undefined
  const lists = !posts && /(Page|History)"/.test(JSON.stringify(operation.responses))
  const shows = shownBy(operation, schemas)
  const builtIn = operation['x-built-in'] !== undefined
  const declared = (operation.parameters ?? []) as { name?: string; in?: string }[]
  const ids = [...path.matchAll(/{(\w+)}/g)]
    .map(([, name]) => name!)
    .filter((name) => !declared.some((one) => one.in === 'path' && one.name === name))
    .map((name) => pathParameter(name, schemas))
  const public_ = operation['x-public'] === true
  const parameters = [
    ...ids,
    ...(operation.parameters ?? []),
    ...[
      ...(lists ? ['Limit', 'Cursor'] : []),
      ...(!builtIn && !writes && shows === 'Answer' ? ['AtVersion', 'Expand', 'IfNoneMatch'] : []),
      ...(!builtIn && !writes && shows ? ['AsOf', 'AcceptDatetime'] : []),
      ...(method === 'get' && shows && operation['x-built-in'] !== 'diff' ? [fieldsOf(nameShownBy(operation))] : []),
      ...(writes && !builtIn && !public_ ? ['IdempotencyKey', 'DryRun'] : []),
      ...(writes && !builtIn && !public_ && path.includes('{') ? ['IfMatch'] : []),
      ...(public_ ? [] : ['SyncToken', 'Prefer']),
      'AcceptLanguage',
    ].map((name) => ref('parameters', name)),
  ]
  const errors = [
    '400',
    ...(public_ ? [] : ['401', '403']),
    '404',
    '429',
    ...(posts ? ['413', '415'] : []),
    ...(writes ? ['409', '412'] : []),
    ...(writes || (shows && !builtIn) ? ['422'] : []),
    ...(transition ? ['428'] : []),
    '500',
    '503',
  ]
  return {
    ...operation,
    tags: [service],
    ...(public_ ? { security: [] } : { ...access, 'x-scopes': operation['x-scopes'] ?? scopesOf(method, path) }),
    parameters,
    responses: {
      ...operation.responses,
      ...(created && { '201': { $ref: created.$ref.replace(/Answer$/, 'Created') } }),
      ...(writes && !builtIn && !public_ && { 204: ref('responses', 'NoContent') }),
      ...(!writes && !builtIn && shows === 'Answer' && { 304: ref('responses', 'NotModified') }),
      ...Object.fromEntries(
        errors
          .filter((status) => !answers.includes(status))
          .map((status) => [status, ref('responses', problemOf[status] ?? 'Problem')]),
      ),
    },
  }
}

/** Does the operation answer with one record, or with a page of them? */
const shownBy = (operation: Operation, schemas: Record<string, any>) => {
  const [, name, form] = answerNameOf(operation)
  return name && schemas[name]?.['x-id-prefix'] ? (form as 'Answer' | 'Page') : undefined
}
const nameShownBy = (operation: Operation) => answerNameOf(operation)[1]!
const answerNameOf = ({ responses }: Operation) => /(\w+)(Answer|Page)"/.exec(JSON.stringify(responses)) ?? []

/** What can be read of a record's past: each record that has an address of its own has it. */
const pastOf = (paths: Document['paths'], schemas: Record<string, any>): Document['paths'] =>
  Object.fromEntries(
    Object.entries(paths).flatMap(([path, { get }]) => {
      if (!get || shownBy(get, schemas) !== 'Answer') return []
      const { operationId, responses } = get
      const version = (name: string, place: string, description: string) => ({
        ...{
          name,
          in: place,
          required: true,
          description,
          schema: { type: 'integer', minimum: 1, maximum: 1_000_000 },
        },
      })
      return [
        [
          `${path}/versions/{version}`,
          {
            get: {
              ...{ operationId: `${operationId}Version`, 'x-built-in': 'version', 'x-past-of': operationId },
              summary: 'As it stood in one of its versions. 历史版本',
              parameters: [version('version', 'path', 'The version, or the last one before it.')],
              responses,
            },
          },
        ],
        [
          `${path}/diff`,
          {
            get: {
              ...{ operationId: `${operationId}Diff`, 'x-built-in': 'diff', 'x-past-of': operationId },
              summary: 'What changed from one version to another. 版本差异',
              parameters: [version('from', 'query', 'The earlier version.'), version('to', 'query', 'The later one.')],
              responses: { '200': ref('responses', 'Diff') },
            },
          },
        ],
      ]
    }),
  )

/** Its body looks like this, for instance. */
const withExample = (operation: Operation, bodies: Record<string, unknown>): Operation => {
  const { requestBody, operationId } = operation
  const example = bodies[operationId!]
  const body = requestBody?.content['application/json']
  return body && example
    ? { ...operation, requestBody: { ...requestBody, content: { 'application/json': { ...body, example } } } }
    : operation
}

/** Whoever may do it stands in policy.yaml, not beside the operation. The past of a thing is for whom the thing is for. */
function accessOf(operation: Operation, { rules }: Policy, ruleOf: Map<string, string>) {
  if (operation['x-roles']) throw new Error(`${operation.operationId}: who may do it stands in policy.yaml alone.`)
  if (operation['x-public'] === true) return {}
  const rule = ruleOf.get(String(operation['x-past-of'] ?? operation.operationId))!
  return { 'x-access': rule, 'x-roles': Object.keys(rules[rule]!.may) }
}

const keyedOperations = (services: Named[]) =>
  services.flatMap(({ document }) =>
    Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).flatMap((one) => (one['x-public'] === true ? [] : [one.operationId!])),
    ),
  )

/** `{caseId}` takes the id of the record whose prefix its schema names; `caseId` → the schema with x-param caseId. */
function pathParameter(name: string, schemas: Record<string, any>) {
  const owner = Object.values(schemas).find((schema) => schema['x-param'] === name)
  if (!owner) throw new Error(`No schema has x-param ${name}.`)
  return { name, in: 'path', required: true, schema: { type: 'string', pattern: idPattern(owner['x-id-prefix']) } }
}

const idPattern = (prefix: string) => `^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`

const internal = { type: 'string', 'x-classification': 'internal' }

/** A record carries, beside its own fields, what all records have. */
const recordSchema = ({
  'x-id-prefix': prefix,
  'x-param': _,
  'x-assigned-id': __,
  required = [],
  properties,
  ...rest
}: any) => ({
  ...rest,
  type: 'object',
  'x-id-prefix': prefix,
  required: ['id', 'version', 'orgId', 'recordedAt', 'updatedAt', ...required],
  properties: {
    id: { type: 'string', pattern: idPattern(prefix) },
    version: { type: 'integer', minimum: 1, description: 'The number in the ETag; one more with every event.' },
    orgId: { ...internal, description: 'The organisation that recorded it.' },
    agreementId: internal,
    siteId: internal,
    occurredOn: { type: 'string', format: 'date' },
    recordedAt: { type: 'string', format: 'date-time' },
    updatedAt: { type: 'string', format: 'date-time' },
    masked: { type: 'array', items: ref('schemas', 'Masked') },
    ...properties,
  },
})

const fieldsOf = (record: string) => `${record}Fields`

/** Of a record's properties, and of the parts of those that have any, those that an answer is to show. */
const fieldsParameter = (record: any, schemas: Record<string, any>) => ({
  ...{ name: 'fields', in: 'query', style: 'form', explode: false },
  description:
    'Only these properties, with commas, and always `id`, `version` and `masked`; the answer has a media type of its own. 只取所列字段。',
  schema: {
    type: 'array',
    ...{ minItems: 1, maxItems: 100 },
    items: {
      type: 'string',
      enum: Object.entries(propertiesOf(record, schemas)).flatMap(([name, one]) => [
        name,
        ...Object.keys(propertiesOf(one, schemas)).map((part) => `${name}.${part}`),
      ]),
    },
  },
})

const propertiesOf = ({ $ref, allOf = [], properties = {} }: any, schemas: Record<string, any>): Record<string, any> =>
  $ref
    ? propertiesOf(schemas[$ref.split('/').at(-1)], schemas)
    : Object.assign({}, ...allOf.map((one: any) => propertiesOf(one, schemas)), properties)

const answersOf = (name: string) => ({
  [`${name}Answer`]: {
    type: 'object',
    required: ['data'],
    properties: {
      data: ref('schemas', name),
      receipt: ref('schemas', 'Receipt'),
      provenance: ref('schemas', 'Provenance'),
      wouldEmit: { type: 'array', items: ref('schemas', 'WouldEmit'), description: 'In place of a receipt: dryRun.' },
      warnings: { type: 'array', items: ref('schemas', 'Warning') },
    },
  },
  [`${name}Page`]: {
    type: 'object',
    required: ['data', 'asOf', 'position'],
    properties: {
      data: { type: 'array', items: ref('schemas', name) },
      nextCursor: internal,
      asOf: { type: 'string', format: 'date-time' },
      position: internal,
    },
  },
})

const headersNamed = (...names: string[]) => Object.fromEntries(names.map((name) => [name, ref('headers', name)]))
const onEvery = headersNamed('Request-Id', 'API-Version')
/** Errors that come with a header of their own. */
const problemOf: Record<string, string> = {
  '401': 'NotAuthenticated',
  '409': 'Conflict',
  '412': 'VersionConflict',
  '429': 'TooManyRequests',
  '503': 'Unavailable',
}
const onWrites = ['Idempotent-Replayed', 'Dry-Run', 'Preference-Applied']
const responsesOf = (name: string, links: object) => ({
  [`${name}Answer`]: {
    description: `The ${name} as it now stands.`,
    headers: headersNamed('ETag', 'Sync-Token', ...onWrites, 'Memento-Datetime', 'Link'),
    content: wholeOrPart(`${name}Answer`, 'PartAnswer'),
  },
  [`${name}Created`]: {
    description: `The ${name} that was made.`,
    headers: headersNamed('ETag', 'Sync-Token', 'Location', ...onWrites),
    ...json(ref('schemas', `${name}Answer`)),
    links,
  },
  [`${name}Page`]: {
    description: `One page of the list.`,
    headers: { ...headersNamed('Link', 'Memento-Datetime'), 'Sync-Token': ref('headers', 'Sync-Token-If-Any') },
    content: wholeOrPart(`${name}Page`, 'PartPage'),
  },
})

/** What was promised of a record holds for whole ones; of whoever asks for `fields` it is known what they know. */
const wholeOrPart = (whole: string, part: string) => ({
  'application/json': { schema: ref('schemas', whole) },
  'application/vnd.wushe.fields+json': { schema: ref('schemas', part) },
})

/** From a record that was made to every operation on it: its id is in the answer, the others in the request. */
function linksOf(name: string, param: string, paths: Document['paths']) {
  const made = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).some(({ responses }) =>
      (responses['201'] as { $ref?: string })?.$ref?.endsWith(`/${name}Created`),
    )
      ? [`${path}/{${param}}`]
      : [],
  )
  const onIt = Object.entries(paths).filter(([path]) =>
    made.some((its) => path.startsWith(its) && !path.slice(its.length).includes('{')),
  )
  return Object.fromEntries(
    onIt.flatMap(([path, methods]) =>
      Object.values(methods).map(({ operationId, responses }) => [
        operationId,
        {
          operationId,
          parameters: {
            ...Object.fromEntries(
              [...path.matchAll(/{(\w+)}/g)].map(([, id]) => [
                `path.${id}`,
                id === param ? '$response.body#/data/id' : `$request.path.${id}`,
              ]),
            ),
            ...('428' in responses && { 'header.If-Match': '$response.header.ETag' }),
          },
        },
      ]),
    ),
  )
}

/** The body that creates a record (201) may carry the record's id, unless that is always ours to give. */
const createBodies = (paths: Document['paths'], schemas: Record<string, any>) =>
  Object.values(paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ requestBody, responses }): [string, string][] => {
      const created = (responses['201'] as { $ref?: string } | undefined)?.$ref
        ?.split('/')
        .at(-1)
        ?.replace(/Created$/, '')
      const body = requestBody?.content['application/json']?.schema.$ref.split('/').at(-1)
      const prefix = created && schemas[created]?.['x-id-prefix']
      return body && prefix && !schemas[created]['x-assigned-id'] ? [[body, prefix]] : []
    }),
  )

const withOwnId = (schema: any, prefix: string) => ({
  ...schema,
  properties: {
    id: { type: 'string', pattern: idPattern(prefix), description: 'Your own id, if you made one offline.' },
    ...schema.properties,
  },
})

const requestSchemas = (paths: Document['paths']) =>
  Object.values(paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ requestBody, operationId }) => {
      if (!requestBody) return []
      const name = Object.values(requestBody.content)[0]?.schema.$ref?.split('/').at(-1)
      if (!name) throw new Error(`${operationId}: the request body must be a $ref to a schema of its own.`)
      return [name]
    }),
  )

/**
 * Every property says of which class it is (policy.yaml). A value that cannot name anybody, because it is a number, a
 * day, a code or an id, is internal unless it says otherwise; a free text has to say; what has parts is of the strictest
 * class among them. What a `$ref` leads to says it there.
 */
function classified(schemas: Record<string, any>): Record<string, any> {
  const written = (node: any): any => {
    if (typeof node !== 'object' || node === null || node.$ref) return node
    const parts = {
      ...(node.properties && { properties: mapped(node.properties, written) }),
      ...(node.allOf && { allOf: node.allOf.map(written) }),
      ...(node.items && { items: written(node.items) }),
      ...(typeof node.additionalProperties === 'object' && {
        additionalProperties: written(node.additionalProperties),
      }),
    }
    const own = node['x-classification'] ?? (Object.keys(parts).length > 0 ? strictest(parts) : classByKind(node))
    return { ...node, ...parts, ...(own && { 'x-classification': own }) }
  }
  const strictest = (node: any, seen: readonly string[] = []): string | undefined => {
    if (node.$ref) {
      const name = node.$ref.split('/').at(-1)
      return seen.includes(name) ? undefined : strictest(schemas[name], [...seen, name])
    }
    const parts = [...Object.values(node.properties ?? {}), ...(node.allOf ?? []), ...(node.items ? [node.items] : [])]
    const found = [
      node['x-classification'] ?? (parts.length === 0 ? classByKind(node) : undefined),
      ...parts.map((one) => strictest(one, seen)),
    ]
    return classes.findLast((one) => found.includes(one))
  }
  return mapped(schemas, written)
}

/** From what everybody may know to what is nobody else's business. */
const classes = ['public', 'internal', 'pii.direct', 'pii.sensitive']

const classByKind = ({ type, enum: values, const: value, pattern, format, 'x-extensible-enum': open }: any) =>
  type !== 'string' || values || value !== undefined || pattern || format || open ? 'internal' : undefined

const mapped = (object: Record<string, any>, by: (value: any) => unknown) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, by(value)]))
