import type { ServiceName } from '@wushe/contracts'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

// The bundled document is the only form of the contract that anything at run time reads.
const text = (file: string) => readFileSync(fileURLToPath(import.meta.resolve(`@wushe/contracts/${file}`)), 'utf8')
const load = (file: string) => JSON.parse(text(file))

export const openapi = load('openapi.json') as { info: { version: string }; paths: Record<string, Record<string, any>> }

/** The contract of the events, read anew each time. */
export const asyncapi = (): unknown => parse(text('asyncapi.yaml'))

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
  /** Record shown by the answer, if it is one; of a built-in operation the record that it is about. */
  record?: string
  /** The host answers it by itself, for every service alike. */
  builtIn?: 'version' | 'diff' | 'batch'
  /** A command to a thing that exists: needs If-Match. */
  transition: boolean
  query: string[]
  /** On its way out: RFC 3339 dates. */
  deprecated?: { since: string; sunset: string }
}

/** Every operation of the contract, ready for the router. */
export const operations: Operation[] = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => {
    const status = statusOf(operation)
    const answer = answerOf(operation)
    const record = (answer === 'Diff' ? answerOf(openapi.paths[path.replace(/\/diff$/, '')]!['get']) : answer).match(
      /^(\w+)(Answer|Page)$/,
    )?.[1]
    return {
      operationId: operation.operationId,
      method,
      template: path,
      path: path.replace(/{(\w+)}/g, ':$1'),
      service: operation.tags[0],
      roles: operation['x-roles'] ?? [],
      status,
      ids: [...path.matchAll(/{(\w+)}/g)].map(([, name]) => name!).filter((name) => name !== 'version'),
      ...(record && { record }),
      ...(operation['x-built-in'] && { builtIn: operation['x-built-in'] }),
      transition: method === 'post' && status === 200,
      ...(operation.deprecated && { deprecated: { since: operation['x-deprecated'], sunset: operation['x-sunset'] } }),
      query: (operation.parameters as any[])
        .map((parameter) => (parameter.$ref ? lookup(parameter.$ref) : parameter))
        .filter((parameter) => parameter.in === 'query')
        .map((parameter) => parameter.name),
    }
  }),
)

/** The service that answers under /v1/<segment>. */
export const serviceAt = (path: string): ServiceName | undefined => services.get(path.split('/')[2] ?? '')
const services = new Map(operations.map(({ template, service }) => [template.split('/')[2]!, service as ServiceName]))

function statusOf(operation: any) {
  return Number(Object.keys(operation.responses).find((code) => code.startsWith('2')))
}

/** Name of the response of success, where the contract gives it one. */
function answerOf(operation: any): string {
  const ref: string | undefined = operation.responses[statusOf(operation)]?.$ref
  return ref?.split('/').at(-1) ?? ''
}

function lookup(ref: string) {
  return ref
    .split('/')
    .slice(1)
    .reduce((node: any, key) => node[key], openapi)
}
