import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// The bundled document is the only form of the contract that anything at run time reads.
const load = (file: string) =>
  JSON.parse(readFileSync(fileURLToPath(import.meta.resolve(`@wushe/contracts/${file}`)), 'utf8'))

export const openapi = load('openapi.json') as { info: { version: string }; paths: Record<string, Record<string, any>> }

export type Problem = {
  status: number
  params?: string[]
  title: { zh: string; en: string }
  detail?: { zh: string; en: string }
  remedy?: { zh: string; en: string }
  retryable?: boolean
}
export const problems = load('problems.json') as Record<string, Problem>

export type EventEntry = {
  service: string
  type: string
  schema: number
  category: string
  title: { zh: string; en: string }
  json: object
}
export const events = load('events.json') as EventEntry[]

/** The newest version of an event type. */
export const newestEvent = (type: string) => newest.get(type)
const newest = new Map<string, EventEntry>()
for (const entry of events) if ((newest.get(entry.type)?.schema ?? 0) < entry.schema) newest.set(entry.type, entry)

export type Operation = {
  operationId: string
  method: string
  /** In the router's words: /v1/cases/:caseId */
  path: string
  /** As the contract writes it: /v1/cases/{caseId} */
  template: string
  service: string
  roles: string[]
  /** Status of success. */
  status: number
  /** The path ids in order: the first names the stream, the last the record. */
  ids: string[]
  /** Record shown by the answer, if it is one. */
  record?: string
  /** A command to a thing that exists: needs If-Match. */
  transition: boolean
  query: string[]
}

/** Every operation of the contract, ready for the router. */
export const operations: Operation[] = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => {
    const status = Number(Object.keys(operation.responses).find((code) => code.startsWith('2')))
    const answer =
      String(operation.responses[status]?.$ref ?? '')
        .split('/')
        .at(-1) ?? ''
    const record = answer.match(/^(\w+)(Answer|Page)$/)?.[1]
    return {
      operationId: operation.operationId,
      method,
      template: path,
      path: path.replace(/{(\w+)}/g, ':$1'),
      service: operation.tags[0],
      roles: operation['x-roles'] ?? [],
      status,
      ids: [...path.matchAll(/{(\w+)}/g)].map(([, name]) => name!),
      ...(record && { record }),
      transition: method === 'post' && status === 200,
      query: (operation.parameters as any[])
        .map((parameter) => (parameter.$ref ? lookup(parameter.$ref) : parameter))
        .filter((parameter) => parameter.in === 'query')
        .map((parameter) => parameter.name),
    }
  }),
)

function lookup(ref: string) {
  return ref
    .split('/')
    .slice(1)
    .reduce((node: any, key) => node[key], openapi)
}
