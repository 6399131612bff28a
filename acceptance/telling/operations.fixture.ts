// The contract as the tests walk it: what is added to it is walked too.
import openapi from '@wushe/contracts/openapi.json' with { type: 'json' }

type Node = { [key: string]: any }
export type Operation = {
  id: string
  method: 'get' | 'post'
  template: string
  service: string
  roles: string[]
  /** Of policy.yaml. */
  rule: string
  /** It records something. */
  writes: boolean
  /** Names of the ids in its path, in order. */
  ids: string[]
  query: { name: string; schema: Node; required?: boolean }[]
  /** It carries out others, each of which is walked by itself. */
  carriesOthers: boolean
  /** Of its body, if it takes one. */
  body: Node | undefined
  /** Answers with a page of records. */
  pages: boolean
  /** Makes a thing rather than changing one. */
  creates: boolean
  /** A stream does not. */
  ends: boolean
}

const resolved = (node: Node): Node =>
  node['$ref']
    ? resolved(
        node['$ref']
          .split('/')
          .slice(1)
          .reduce((found: Node, key: string) => found[key], openapi as Node),
      )
    : node

export const operations: Operation[] = Object.entries(openapi.paths as Node).flatMap(([template, methods]) =>
  Object.entries(methods as Node).flatMap(([method, operation]) => {
    // What is open to everybody speaks other protocols and shows nothing of anybody.
    if (operation['x-public']) return []
    const parameters: Node[] = operation.parameters.map(resolved)
    const one: Operation = {
      id: operation.operationId,
      method: method as 'get' | 'post',
      template,
      service: operation.tags[0],
      roles: operation['x-roles'],
      rule: operation['x-access'],
      writes: method === 'post' && !operation['x-reads'],
      ids: parameters
        // The id of a person is of several kinds.
        .filter((one) => one['in'] === 'path' && (prefixOf(one['schema']) || one['name'] === 'personId'))
        .map((one) => one['name']),
      query: parameters.filter((one) => one['in'] === 'query') as Operation['query'],
      body: operation.requestBody?.content['application/json'].schema,
      carriesOthers: operation['x-built-in'] === 'batch',
      pages: /Page$/.test(operation.responses['200']?.$ref ?? ''),
      creates: '201' in operation.responses,
      ends: !/Stream$/.test(operation.responses['200']?.$ref ?? ''),
    }
    return [one]
  }),
)
export const operationNamed = (id: string) => operations.find((one) => one.id === id)!

/** `sub` where a value is the id of a subject. */
export function prefixOf(schema: Node): string | undefined {
  const whole = resolved(schema)
  const [, prefix] = /^\^([a-z]{3})_/.exec(whole['pattern'] ?? '') ?? []
  return prefix ?? (whole['allOf'] as Node[] | undefined)?.map(prefixOf).find(Boolean)
}

/** What an id of this prefix is called in a path. */
export const paramOf = new Map(
  Object.values(openapi.paths as Node)
    .flatMap((methods) => Object.values(methods as Node))
    .flatMap((operation) => operation.parameters.map(resolved) as Node[])
    .filter((one) => one['in'] === 'path' && prefixOf(one['schema']))
    .map((one) => [prefixOf(one['schema'])!, one['name'] as string]),
)

/** Of the versions of a thing, the first is meant. */
export const addressOf = ({ template, query }: Operation, path: Record<string, string>) => {
  const versions = query.filter(({ required, schema }) => required && schema['type'] === 'integer')
  return (
    template.replace(/{(\w+)}/g, (_, name: string) => path[name] ?? (name === 'version' ? '1' : `{${name}}`)) +
    (versions.length ? `?${versions.map(({ name }) => `${name}=1`).join('&')}` : '')
  )
}

export type Leaf = { at: string[]; schema: Node; alone: boolean }

/** Every place of a body where a value stands; `*` for any item of a list. */
export function leavesOf(schema: Node | undefined, at: string[] = [], alone = false): Leaf[] {
  if (!schema) return []
  const node = resolved(schema)
  const own = Object.entries((node['properties'] ?? {}) as Node).flatMap(([name, one]) =>
    leavesOf(one, [...at, name], node['maxProperties'] === 1),
  )
  const parts = ((node['allOf'] ?? []) as Node[]).flatMap((one) => leavesOf(one, at, alone))
  const items = node['items'] ? leavesOf(node['items'], [...at, '*']) : []
  const deeper = [...own, ...parts, ...items]
  return deeper.length > 0 ? deeper : [{ at, schema: node, alone }]
}

/** The first value at a place of a body. */
export const valueAt = (body: unknown, [name, ...rest]: string[]): unknown =>
  name === undefined ? body : valueAt((body as Node | undefined)?.[name === '*' ? 0 : name], rest)

/** A copy of the body with another value there; `alone`: in place of what stands beside it. */
export function withValueAt(body: unknown, [name, ...rest]: string[], value: unknown, alone = false): any {
  if (name === undefined) return value
  if (name === '*') {
    const [first, ...others] = (body as unknown[] | undefined) ?? []
    return [withValueAt(first, rest, value, alone), ...others]
  }
  const inner = withValueAt((body as Node | undefined)?.[name], rest, value, alone)
  return alone && rest.length === 0 ? { [name]: inner } : { ...(body as Node), [name]: inner }
}
