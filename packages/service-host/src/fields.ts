import type { Classified } from './classified.ts'

/** The properties that a request asks for: each as a whole, or some of its parts. */
export type Fields = ReadonlyMap<string, 'whole' | ReadonlySet<string>>

/** What stands in `fields`, which the contract has looked at: `status`, `identity.name`. Undefined: all of them. */
export function askedFields(names: readonly string[] | undefined): Fields | undefined {
  if (!names) return undefined
  const fields = new Map<string, 'whole' | Set<string>>([
    ['id', 'whole'],
    ['version', 'whole'],
    ['masked', 'whole'],
  ])
  for (const one of names) {
    const [name = '', part] = one.split('.')
    const known = fields.get(name)
    if (part === undefined) fields.set(name, 'whole')
    else if (known !== 'whole') fields.set(name, new Set([...(known ?? []), part]))
  }
  return fields
}

/** Is what stands at the pointer, `/identity` or `/identity/name`, or something in it, asked for? */
export const isAsked = (fields: Fields | undefined, pointer: string) => {
  if (!fields) return true
  const [, name = '', part] = pointer.split('/')
  const parts = fields.get(name)
  return parts === 'whole' || (parts !== undefined && (part === undefined || parts.has(part)))
}

export const onlyAsked = (fields: Fields, record: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) => {
      const parts = fields.get(name)
      if (!parts) return []
      if (parts === 'whole' || typeof value !== 'object' || value === null) return [[name, value]]
      return [[name, Object.fromEntries(Object.entries(value).filter(([part]) => parts.has(part)))]]
    }),
  )

/** What is said of a property, as far as its parts are asked for. */
export const partsAsked = (fields: Fields | undefined, name: string, part: Classified): Classified => {
  const parts = fields?.get(name) ?? 'whole'
  if (parts === 'whole') return part
  return { ...part, properties: new Map([...part.properties].filter(([one]) => parts.has(one))) }
}
