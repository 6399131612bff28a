import type { ServiceName } from '@wushe/contracts'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Grant } from '@wushe/slice'
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

/** Which operations a code is the answer of, where only their own rules give it. */
export const refusals = load('refusals.json') as Record<string, string[]>

export type Kind = 'operator' | 'contractor' | 'funder'
export type Records = 'none-of-anybody' | 'all' | 'own' | 'organisation' | 'agreement' | 'party' | 'begun' | 'requests'
export type Class = 'public' | 'internal' | 'pii.direct' | 'pii.sensitive'
/** The rule of an operation: which records for whom, and which roles are left out. */
export type Access = { may: Partial<Record<Kind, Records>>; not?: string[] }

/** The table of contracts/policy.yaml; policy.ts says what it means. */
export const policy = load('policy.json') as {
  roles: Record<string, { kind: Kind; within?: 'sites' | 'assignments' }>
  rules: Record<string, Access>
  fields: Record<'operator' | 'contractor', Class[]>
  views: Record<Grant['view'], { records: boolean; sections?: string[] }>
  viewWithoutGrant: { party: Grant['view'] }
  fieldsOfViews: Class[]
  bases: Record<string, { opens: Class[] }>
}

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
  access: Access
  /** What a credential needs for it, all of them. */
  scopes: string[]
  /** Answered to whoever asks. */
  public: boolean
  /** Status of success. */
  status: number
  /** The path ids in order: the first names the stream, the last the record. */
  ids: string[]
  /** Record shown by the answer, if it is one; of a built-in operation the record that it is about. */
  record?: string
  /** The host answers it by itself, for every service alike. */
  builtIn?: 'version' | 'diff' | 'batch' | 'request' | 'sandbox'
  /** It records nothing: all GETs, and such POSTs as would otherwise carry personal values in their address. */
  reads: boolean
  /** A command to a thing that exists: needs If-Match. */
  transition: boolean
  /** It can answer one item a line, too. */
  lines: boolean
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
      /^(\w+)(Answer|Created|Page)$/,
    )?.[1]
    return {
      operationId: operation.operationId,
      method,
      template: path,
      path: path.replace(/{(\w+)}/g, ':$1'),
      service: operation.tags[0],
      access: policy.rules[operation['x-access']] ?? { may: {} },
      scopes: operation['x-scopes'] ?? [],
      public: operation['x-public'] === true,
      status,
      ids: [...path.matchAll(/{(\w+)}/g)].map(([, name]) => name!).filter((name) => name !== 'version'),
      ...(record && { record }),
      ...(operation['x-built-in'] && { builtIn: operation['x-built-in'] }),
      reads: method === 'get' || operation['x-reads'] === true,
      transition: method === 'post' && status === 200 && operation['x-reads'] !== true,
      ...(operation.deprecated && { deprecated: { since: operation['x-deprecated'], sunset: operation['x-sunset'] } }),
      lines: 'application/x-ndjson' in (lookup(operation.responses[status]?.$ref ?? '#')['content'] ?? {}),
      query: (operation.parameters as any[])
        .map((parameter) => (parameter.$ref ? lookup(parameter.$ref) : parameter))
        .filter((parameter) => parameter.in === 'query')
        .map((parameter) => parameter.name),
    }
  }),
)

/** Everything that a kind of organisation may do. */
export const scopesOfKind = load('scopes.json') as Record<string, string[]>

/** Where a record that an operation made can be read: `ids` are those of its path. */
export const placeOf = ({ record, template }: Operation, ids: Record<string, string>, id: string) => {
  const reading = places.get(record)
  const last = reading?.lastIndexOf('/') ?? -1
  return `${(reading?.slice(0, last) ?? template).replace(/{(\w+)}/g, (_, name) => ids[name] ?? '')}/${id}`
}

/** The first address at which one record of a kind is read. */
const places = new Map(
  operations
    .filter(({ method, template, query }) => method === 'get' && template.endsWith('}') && !query.includes('limit'))
    .map(({ record, template }) => [record, template] as const)
    .toReversed(),
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
