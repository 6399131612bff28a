import type { Request, RequestHandler, Response } from 'express'
import * as middlewares from 'express-openapi-validator/dist/middlewares/index.js'
import * as mutators from 'express-openapi-validator/dist/middlewares/parsers/req.parameter.mutator.js'
import * as preprocessors from 'express-openapi-validator/dist/middlewares/parsers/schema.preprocessor.js'
import * as validators from 'express-openapi-validator/dist/openapi.validator.js'
import { openapi } from './contract.ts'

type Node = { [key: string]: any }
/** Throws what is wrong with a request to an operation of its path. */
export type Validator = (req: Request, res: Response) => void

/** Without a query it would take the address apart, and look for each parameter in it, for nothing. */
const { prototype } = mutators.RequestParameterMutator
const { modifyRequest } = prototype
prototype.modifyRequest = function (req) {
  if (req.originalUrl.includes('?')) modifyRequest.call(this, req)
}

/**
 * Holds requests to one path against the contract. The parts of express-openapi-validator are put together here: its
 * middleware would read and check a document anew for every path, and look for the operation at every request once more.
 * Each path gets a document of its own with just what its requests refer to, because a schema is compiled together with
 * all others that stand beside it.
 */
export const validatorOf =
  (path: string): Validator =>
  (req, res) => {
    const validator = made.get(path) ?? make(path)
    made.set(path, validator)
    validator(req, res)
  }

const made = new Map<string, Validator>()

function make(template: string): Validator {
  const apiSpec = documentOf(template) as never
  const { ajvOpts } = new validators.OpenApiValidator({
    ...{ apiSpec, validateRequests: { allErrors: true } as never },
    ...{ validateSecurity: false, fileUploader: false },
  }) as unknown as { ajvOpts: { preprocessor: never; request: never } }
  const { apiDoc } = new preprocessors.SchemaPreprocessor(apiSpec, ajvOpts.preprocessor, false as never).preProcess()
  const requests = new middlewares.RequestValidator(apiDoc, ajvOpts.request)
  const expressRoute = template.replace(/{(\w+)}/g, ':$1')
  return (req, res) => {
    const schema = (apiDoc as Node)['paths'][template][req.method.toLowerCase()]
    Object.assign(req, { openapi: { expressRoute, openApiRoute: template, pathParams: req.params, schema } })
    void requests.validate(req as never, res, () => {})
  }
}

/** What of an answer is not as the contract says, in a sentence each. */
export type AnswerCheck = (answer: {
  method: string
  path: string
  status: number
  headers: { get: (name: string) => string | null }
  body: unknown
}) => readonly string[]

/** An answer that is not as the contract says is an error of ours. */
export const answersHeldAgainst =
  (check: AnswerCheck): RequestHandler =>
  (req, res, next) => {
    const send = res.send.bind(res)
    res.send = (text: string) => {
      const body = contentOf(res.get('content-type') ?? '', text)
      const headers = { get: (name: string) => res.get(name) ?? null }
      const wrong = check({ method: req.method, path: req.originalUrl, status: res.statusCode, headers, body })
      if (wrong.length === 0 || res.statusCode === 500) return send(text)
      console.error(`An answer is not as the contract says: ${wrong.join('; ')}`)
      return send.call(res.status(500).type('json'), JSON.stringify({ code: 'internal-error', wrong }))
    }
    next()
  }

const contentOf = (mediaType: string, text: string): unknown => {
  if (/ndjson/.test(mediaType))
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  return /json/.test(mediaType) ? JSON.parse(text) : text
}

function documentOf(path: string): Node {
  // Of requests it asks, and what answers refer to is most of the contract.
  const item = Object.fromEntries(
    Object.entries(openapi.paths[path]!).map(([method, operation]) => [method, { ...operation, responses: {} }]),
  )
  const components: Node = {}
  const take = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return
    if (Array.isArray(node)) return node.forEach(take)
    for (const [key, value] of Object.entries(node)) {
      if (key !== '$ref' || typeof value !== 'string') take(value)
      else {
        const [, , kind, name] = value.split('/') as [string, string, string, string]
        if (components[kind]?.[name]) continue
        const found = (openapi as Node)['components'][kind][name]
        components[kind] = { ...components[kind], [name]: found }
        take(found)
      }
    }
  }
  take(item)
  // A copy, because the validator writes into the document.
  return structuredClone({ openapi: '3.1.0', info: openapi.info, paths: { [path]: item }, components })
}

type Violation = { path: string; message: string; errorCode?: string }

/** All violations at once, each with its place as a JSON Pointer. */
export const violations = (errors: readonly Violation[], req: Request & { openapi?: { schema?: Node } }) =>
  genuine(errors, req).map(({ path, message, errorCode }) => {
    const [, place = 'body', rest = ''] = /^\/?(body|query|headers|params)?\/?(.*)$/.exec(path) ?? []
    return {
      in: { headers: 'header', params: 'path' }[place] ?? place,
      pointer: `#/${rest}`,
      detail: message,
      ...(errorCode && { code: errorCode.replace(/\.openapi\.(request)?validation$/i, '') }),
    }
  })

/** Where one field is wrong, the whole part of the schema it stands in counts as not looked at, and with it its other fields. */
const genuine = (errors: readonly Violation[], req: { openapi?: { schema?: Node } }) => {
  const known = new Set<string>()
  const collect = (schema: Node | undefined): void => {
    if (!schema) return
    if (schema['$ref']) return collect((openapi as Node)['components'].schemas[schema['$ref'].split('/').at(-1)])
    for (const name of Object.keys(schema['properties'] ?? {})) known.add(name)
    for (const part of schema['allOf'] ?? []) collect(part)
  }
  collect(req.openapi?.schema?.['requestBody']?.content?.['application/json']?.schema)
  return errors.filter(
    ({ path, errorCode }) => !errorCode?.startsWith('unevaluatedProperties') || !known.has(path.split('/').at(-1)!),
  )
}
