// Holds an answer of the API against openapi.json: for tests, and for whoever wants to know what an answer has wrong.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

type Node = { [key: string]: any }
export type ApiAnswer = {
  method: string
  /** As it was asked for; a query may follow. */
  path: string
  status: number
  headers: { get: (name: string) => string | null }
  /** Parsed JSON, of lines all of them; undefined where there was none. */
  body?: unknown
}

/**
 * What of the answer is not as the document says, in a sentence each: its status, a header that is missing or malformed,
 * its media type, its body. An address that the document does not know has no violations.
 */
export const answerViolations = ({ method, path, status, headers, body }: ApiAnswer): string[] => {
  const operation = operationAt(method, path)
  if (!operation) return []
  const declared = operation['responses'][status]
  const name = `${operation['operationId']} ${status}`
  if (!declared) return [`${name}: the status is not declared`]
  const response = resolved(declared)

  const found: string[] = []
  for (const [header, reference] of Object.entries<Node>(response['headers'] ?? {})) {
    const { required, schema } = resolved(reference)
    const value = headers.get(header)
    if (value === null) {
      if (required) found.push(`${name}: ${header} is missing`)
    } else if (!fits(schema, value)) found.push(`${name}: ${header} is malformed: ${value}`)
  }

  const content: Node = response['content'] ?? {}
  const shown = headers.get('content-type')?.split(';')[0] ?? ''
  const schema: Node | undefined = content[shown]?.schema
  const [mediaType = ''] = Object.keys(content)
  if (!content[shown] && shown + mediaType)
    found.push(`${name}: the media type is ${shown || 'missing'} instead of ${mediaType}`)
  else if (schema && !(shown.endsWith('ndjson') ? linesIn(body) : [body]).every((one) => fits(schema, one)))
    found.push(`${name}: the body is not ${schema['$ref'] ?? 'as declared'}`)
  return found
}

const linesIn = (body: unknown) => (Array.isArray(body) ? body : [body])

/** The operation that answers at an address; a path without ids goes before one with. */
const operationAt = (method: string, path: string): Node | undefined => {
  const [address = ''] = path.split('?')
  const templates = [...patterns].filter(([, pattern]) => pattern.test(address)).map(([template]) => template)
  const [template] = templates.sort((one, other) => one.split('{').length - other.split('{').length)
  return template === undefined ? undefined : openapi['paths'][template][method.toLowerCase()]
}

const openapi: Node = JSON.parse(readFileSync(new URL('generated/openapi.json', import.meta.url), 'utf8'))
const patterns = Object.keys(openapi['paths']).map(
  (template) => [template, new RegExp(`^${template.replace(/{\w+}/g, '[^/]+')}$`)] as const,
)

const resolved = (node: Node): Node =>
  node['$ref']
    ? node['$ref']
        .split('/')
        .slice(1)
        .reduce((found: Node, key: string) => found[key], openapi)
    : node

const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
ajv.addSchema(openapi, 'api')
const fits = (schema: Node, value: unknown): boolean => {
  const absolute = schema['$ref'] ? { $ref: `api${schema['$ref']}` } : schema
  const key = JSON.stringify(absolute)
  if (!compiled.has(key)) compiled.set(key, ajv.compile(absolute))
  return compiled.get(key)!(value)
}
const compiled = new Map<string, (value: unknown) => boolean>()
