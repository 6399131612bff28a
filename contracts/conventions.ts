// What every operation of the API has in common is said here once and written into the served document, so that a
// service's own document shows only what is particular to it. docs/api.md tells the reasons.
import { classified } from './conventions/classification.ts'
import type { Document, Named } from './conventions/document.ts'
import { accessOf, complete, keyedOperations, requestSchemas, withExample } from './conventions/operations.ts'
import { fieldsOf, fieldsParameter, pastOf } from './conventions/reading.ts'
import {
  answersOf,
  createBodies,
  linksOf,
  onEvery,
  recordSchema,
  responsesOf,
  withOwnId,
} from './conventions/records.ts'
import { type Policy, rulesOf } from './policy.ts'
import { describeScope } from './scopes.ts'

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
