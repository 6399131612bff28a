import { openapi, type Class } from './contract.ts'

/** The parts of a schema that are not for everybody: the class of each, by where it stands. */
export type Classified = { class?: Class; properties: ReadonlyMap<string, Classified>; items?: Classified }

/** What a record's schema in the contract says of its properties; undefined where all may see all of it. */
export const classifiedOf = (schema: string): Classified | undefined => {
  if (!known.has(schema)) known.set(schema, partsOf({ $ref: `#/components/schemas/${schema}` }))
  return known.get(schema)
}
const known = new Map<string, Classified | undefined>()

/** Every class that occurs in it. */
export const classesIn = (part: Classified | undefined): Class[] =>
  part ? [...(part.class ? [part.class] : []), ...[...part.properties.values(), part.items].flatMap(classesIn)] : []

/** The value without what is of other classes, and where that stood, as JSON Pointers. */
export function withoutOthers<Value>(
  value: Value,
  part: Classified | undefined,
  classes: readonly Class[],
  at = '',
): { value: Value | undefined; left: string[] } {
  if (!part || value === undefined || value === null) return { value, left: [] }
  if (part.class && !classes.includes(part.class)) return { value: undefined, left: [at] }
  if (typeof value !== 'object') return { value, left: [] }
  const left: string[] = []
  const inner = (one: unknown, its: Classified | undefined, name: string | number) => {
    const result = withoutOthers(one, its, classes, `${at}/${name}`)
    left.push(...result.left)
    return result.value
  }
  if (Array.isArray(value)) {
    const kept = value.map((one, index) => inner(one, part.items, index))
    return { value: kept.filter((one) => one !== undefined) as Value, left }
  }
  const kept = Object.entries(value).flatMap(([name, one]) => {
    const result = inner(one, part.properties.get(name), name)
    return result === undefined ? [] : [[name, result] as const]
  })
  return { value: Object.fromEntries(kept) as Value, left }
}

function partsOf(schema: any): Classified | undefined {
  if (schema.$ref) return partsOf(openapiAt(schema.$ref))
  const properties = new Map<string, Classified>()
  const add = (name: string, one: any) => {
    const part = partsOf(one)
    if (part) properties.set(name, part)
  }
  const whole = (schema.allOf ?? []).map(partsOf) as (Classified | undefined)[]
  for (const one of whole) for (const [name, part] of one?.properties ?? []) properties.set(name, part)
  for (const [name, one] of Object.entries(schema.properties ?? {})) add(name, one)
  const items = schema.items && partsOf(schema.items)
  // What has parts is as private as each of them, and no more.
  const own = properties.size === 0 && !items ? (classOf(schema) ?? whole.find((one) => one?.class)?.class) : undefined
  if (!own && !items && properties.size === 0) return undefined
  return { properties, ...(own && { class: own }), ...(items && { items }) }
}

const classOf = (schema: any): Class | undefined =>
  /^pii/.test(schema['x-classification'] ?? '') ? schema['x-classification'] : undefined

const openapiAt = (ref: string) =>
  ref
    .slice(2)
    .split('/')
    .reduce((node: any, key) => node[key], openapi)
