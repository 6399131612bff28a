// What every operation has beside its own: parameters, scopes, who may, and the errors it can answer.
import type { Policy } from '../policy.ts'
import { scopesOf } from '../scopes.ts'
import { type Document, type Named, type Operation, idPattern, ref } from './document.ts'
import { fieldsOf, nameShownBy, opensPersons, shownBy } from './reading.ts'

export function complete(
  operation: Operation,
  method: string,
  path: string,
  service: string,
  schemas: Record<string, unknown>,
  access: { 'x-access'?: string },
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
  // What is the same however often it is sent records nothing by itself: `x-idempotent`.
  const commands = writes && !builtIn && !public_ && operation['x-idempotent'] !== true
  const parameters = [
    ...ids,
    ...(operation.parameters ?? []),
    ...[
      ...(lists ? ['Limit', 'Cursor'] : []),
      ...(!builtIn && !writes && shows === 'Answer' ? ['AtVersion', 'Expand', 'IfNoneMatch'] : []),
      ...(!builtIn && !writes && shows ? ['AsOf', 'AcceptDatetime'] : []),
      ...(opensPersons(operation, access) ? ['AccessOverride'] : []),
      ...(method === 'get' && shows && operation['x-built-in'] !== 'diff' ? [fieldsOf(nameShownBy(operation))] : []),
      ...(commands ? ['IdempotencyKey', 'DryRun'] : []),
      ...(commands && path.includes('{') ? ['IfMatch'] : []),
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
      ...(commands && { 204: ref('responses', 'NoContent') }),
      ...(!writes && !builtIn && shows === 'Answer' && { 304: ref('responses', 'NotModified') }),
      ...Object.fromEntries(
        errors
          .filter((status) => !answers.includes(status))
          .map((status) => [status, ref('responses', problemOf[status] ?? 'Problem')]),
      ),
    },
  }
}

/** Its body looks like this, for instance. */
export const withExample = (operation: Operation, bodies: Record<string, unknown>): Operation => {
  const { requestBody, operationId } = operation
  const example = bodies[operationId!]
  const body = requestBody?.content['application/json']
  return body && example
    ? { ...operation, requestBody: { ...requestBody, content: { 'application/json': { ...body, example } } } }
    : operation
}

/** Whoever may do it stands in policy.yaml, not beside the operation. The past of a thing is for whom the thing is for. */
export function accessOf(operation: Operation, { rules }: Policy, ruleOf: Map<string, string>) {
  if (operation['x-roles']) throw new Error(`${operation.operationId}: who may do it stands in policy.yaml alone.`)
  if (operation['x-public'] === true) return {}
  const rule = ruleOf.get(String(operation['x-past-of'] ?? operation.operationId))!
  const { may, not } = rules[rule]!
  return { 'x-access': rule, 'x-roles': Object.keys(may), ...(not && { 'x-not-roles': not }) }
}

export const keyedOperations = (services: Named[]) =>
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

/** Errors that come with a header of their own. */
const problemOf: Record<string, string> = {
  '401': 'NotAuthenticated',
  '409': 'Conflict',
  '412': 'VersionConflict',
  '429': 'TooManyRequests',
  '503': 'Unavailable',
}

export const requestSchemas = (paths: Document['paths']) =>
  Object.values(paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ requestBody, operationId }) => {
      if (!requestBody) return []
      const name = Object.values(requestBody.content)[0]?.schema.$ref?.split('/').at(-1)
      if (!name) throw new Error(`${operationId}: the request body must be a $ref to a schema of its own.`)
      return [name]
    }),
  )
