// What every operation of the API has in common is said here once and written into the served document, so that a
// service's own document shows only what is particular to it. docs/api.md tells the reasons.

export type Operation = {
  operationId?: string
  parameters?: unknown[]
  requestBody?: { content: Record<string, { schema: { $ref: string } }> }
  responses: Record<string, unknown>
  'x-roles'?: string[]
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
export function applyConventions(common: Document, services: Named[], problemCodes: string[]): Document {
  const collect = (kind: string) =>
    Object.assign({}, ...[common, ...services.map((one) => one.document)].map((one) => one.components?.[kind]))
  const schemas = collect('schemas')
  schemas.Problem.properties.code = { ...schemas.Problem.properties.code, 'x-extensible-enum': problemCodes }

  const paths: Document['paths'] = {}
  for (const { name, document } of services)
    for (const [path, methods] of Object.entries({ ...document.paths, ...pastOf(document.paths, schemas) })) {
      if (paths[path]) throw new Error(`${path} stands in two services.`)
      paths[path] = Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [
          method,
          complete(operation, method, path, name, schemas),
        ]),
      )
    }
  for (const [name, prefix] of createBodies(paths, schemas)) schemas[name] = withOwnId(schemas[name], prefix)
  const records = Object.keys(schemas).filter((name) => 'x-id-prefix' in schemas[name])
  for (const name of records) schemas[name] = recordSchema(schemas[name])
  for (const name of requestSchemas(paths)) schemas[name] = { ...schemas[name], unevaluatedProperties: false }

  return {
    ...common,
    tags: services.map(({ name, document }) => ({
      name,
      description: (document['info'] as { description: string }).description,
    })),
    paths,
    components: {
      ...common.components,
      schemas: { ...schemas, ...Object.assign({}, ...records.map(answersOf)) },
      parameters: collect('parameters'),
      responses: { ...collect('responses'), ...Object.assign({}, ...records.map(responsesOf)) },
    },
  }
}

const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` })
const json = (schema: unknown) => ({ content: { 'application/json': { schema } } })

function complete(
  operation: Operation,
  method: string,
  path: string,
  service: string,
  schemas: Record<string, unknown>,
): Operation {
  const answers = Object.keys(operation.responses)
  const writes = method === 'post'
  const transition = writes && answers.includes('200')
  const lists = /(Page|History)"/.test(JSON.stringify(operation.responses))
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
      ...(writes && !builtIn ? ['IdempotencyKey', 'DryRun'] : []),
      ...(transition ? ['IfMatch'] : []),
      ...(public_ ? [] : ['SyncToken', 'Prefer']),
      'AcceptLanguage',
    ].map((name) => ref('parameters', name)),
  ]
  const errors = [
    '400',
    ...(public_ ? [] : ['401', '403']),
    '404',
    ...(writes ? ['409', '413', '415', '422'] : []),
    ...(transition ? ['412', '428'] : []),
    '500',
    '503',
  ]
  return {
    ...operation,
    tags: [service],
    ...(public_
      ? { security: [] }
      : { 'x-roles': operation['x-roles'] ?? (writes ? ['contractor'] : ['contractor', 'funder']) }),
    parameters,
    responses: {
      ...operation.responses,
      ...(writes && !builtIn && { 204: ref('responses', 'NoContent') }),
      ...(!writes && !builtIn && shows === 'Answer' && { 304: ref('responses', 'NotModified') }),
      ...Object.fromEntries(errors.map((status) => [status, ref('responses', 'Problem')])),
    },
  }
}

/** Does the operation answer with one record, or with a page of them? */
const shownBy = ({ responses }: Operation, schemas: Record<string, any>) => {
  const [, name, form] = /(\w+)(Answer|Page)"/.exec(JSON.stringify(responses)) ?? []
  return name && schemas[name]?.['x-id-prefix'] ? (form as 'Answer' | 'Page') : undefined
}

/** What can be read of a record's past: each record that has an address of its own has it. */
const pastOf = (paths: Document['paths'], schemas: Record<string, any>): Document['paths'] =>
  Object.fromEntries(
    Object.entries(paths).flatMap(([path, { get }]) => {
      if (!get || shownBy(get, schemas) !== 'Answer') return []
      const { operationId, 'x-roles': roles, responses } = get
      const about = { ...(roles && { 'x-roles': roles }) }
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
              ...{ operationId: `${operationId}Version`, 'x-built-in': 'version', ...about },
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
              ...{ operationId: `${operationId}Diff`, 'x-built-in': 'diff', ...about },
              summary: 'What changed from one version to another. 版本差异',
              parameters: [version('from', 'query', 'The earlier version.'), version('to', 'query', 'The later one.')],
              responses: { '200': ref('responses', 'Diff') },
            },
          },
        ],
      ]
    }),
  )

/** `{caseId}` takes the id of the record whose prefix its schema names; `caseId` → the schema with x-param caseId. */
function pathParameter(name: string, schemas: Record<string, any>) {
  const owner = Object.values(schemas).find((schema) => schema['x-param'] === name)
  if (!owner) throw new Error(`No schema has x-param ${name}.`)
  return { name, in: 'path', required: true, schema: { type: 'string', pattern: idPattern(owner['x-id-prefix']) } }
}

const idPattern = (prefix: string) => `^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`

/** A record carries, beside its own fields, what all records have. */
const recordSchema = ({ 'x-id-prefix': prefix, 'x-param': _, required = [], properties, ...rest }: any) => ({
  ...rest,
  type: 'object',
  'x-id-prefix': prefix,
  required: ['id', 'version', 'orgId', 'recordedAt', 'updatedAt', ...required],
  properties: {
    id: { type: 'string', pattern: idPattern(prefix) },
    version: { type: 'integer', minimum: 1, description: 'The number in the ETag; one more with every event.' },
    orgId: { type: 'string', description: 'The organisation that recorded it.' },
    agreementId: { type: 'string' },
    siteId: { type: 'string' },
    occurredOn: { type: 'string', format: 'date' },
    recordedAt: { type: 'string', format: 'date-time' },
    updatedAt: { type: 'string', format: 'date-time' },
    masked: { type: 'array', items: ref('schemas', 'Masked') },
    ...properties,
  },
})

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
      nextCursor: { type: 'string' },
      asOf: { type: 'string', format: 'date-time' },
      position: { type: 'string' },
    },
  },
})

const headersNamed = (...names: string[]) => Object.fromEntries(names.map((name) => [name, ref('headers', name)]))
const headers = headersNamed('Request-Id', 'Sync-Token', 'Memento-Datetime', 'Link')
const responsesOf = (name: string) => ({
  [`${name}Answer`]: {
    description: `The ${name} as it now stands.`,
    headers: { ...headers, ...headersNamed('ETag', 'Dry-Run') },
    ...json(ref('schemas', `${name}Answer`)),
  },
  [`${name}Page`]: { description: `One page of the list.`, headers, ...json(ref('schemas', `${name}Page`)) },
})

/** The body that creates a record (201) may carry the record's id. */
const createBodies = (paths: Document['paths'], schemas: Record<string, any>) =>
  Object.values(paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ requestBody, responses }): [string, string][] => {
      const created = (responses['201'] as { $ref?: string } | undefined)?.$ref
        ?.split('/')
        .at(-1)
        ?.replace(/Answer$/, '')
      const body = requestBody?.content['application/json']?.schema.$ref.split('/').at(-1)
      const prefix = created && schemas[created]?.['x-id-prefix']
      return body && prefix ? [[body, prefix]] : []
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
      const name = requestBody.content['application/json']?.schema.$ref?.split('/').at(-1)
      if (!name) throw new Error(`${operationId}: the request body must be a $ref to a schema of its own.`)
      return [name]
    }),
  )
