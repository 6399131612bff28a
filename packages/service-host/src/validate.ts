import type { Request, RequestHandler } from 'express'
import * as validator from 'express-openapi-validator'
import documents from 'express-openapi-validator/dist/framework/openapi.schema.validator.js'
import { openapi } from './contract.ts'

type Node = { [key: string]: any }

/**
 * The contract was checked when it was made. For every document the validator would compile the schema of all OpenAPI
 * documents again, even when told not to use it, and that takes longer than everything else here.
 */
documents.OpenAPISchemaValidator = function () {
  return { validate: () => ({ errors: [] }) }
} as never

/**
 * Holds requests to one path against the contract. Each path gets a document of its own
 * with just what it refers to: the validator looks through all paths of its document at every request, and compiles a
 * schema together with all others that stand beside it.
 */
export const validatorOf = (path: string): RequestHandler => {
  let handlers: RequestHandler[] | undefined
  return (req, res, next) => {
    handlers ??= validator.middleware({
      apiSpec: documentOf(path) as never,
      validateRequests: { allErrors: true } as never,
      validateResponses: false,
      validateSecurity: false,
      fileUploader: false,
    }) as unknown as RequestHandler[]
    const run = (at: number) => (error?: unknown) => {
      const handler = handlers![at]
      if (error || !handler) return next(error)
      void handler(req, res, run(at + 1))
    }
    run(0)()
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
      const status = res.statusCode
      const body = /json/.test(res.get('content-type') ?? '') ? JSON.parse(text) : text
      const headers = { get: (name: string) => res.get(name) ?? null }
      // The error itself has to get out.
      const wrong = status === 500 ? [] : check({ method: req.method, path: req.originalUrl, status, headers, body })
      if (wrong.length > 0) throw new Error(`An answer is not as the contract says: ${wrong.join('; ')}`)
      return send(text)
    }
    next()
  }

function documentOf(path: string): object {
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
