import records from '@wushe/contracts/records.json' with { type: 'json' }

type Kind = { name: string; prefix: string; path: string; within?: string }
const kinds = records as readonly Kind[]

/** A thing of the API that an event is about. */
export type Thing = { type: string; id: string; href: string }

/** `case`, `caseSession`, … */
export const thingTypes = kinds.map(({ name }) => typeOf(name))

/** Where the API shows a record; `owner` is what it belongs to. */
export const hrefOf = (record: string, owner: string) => {
  const ids = [owner, record]
  const kind = kinds.find(({ prefix }) => prefix === record.slice(0, 3))!
  return kind.path.replace(/{\w+}/g, () => (kind.within ? ids.shift()! : record))
}

/**
 * The things that an event is about, the narrowest first: what stands within another one is named in the data, and the
 * stream's own thing changes with it.
 */
export const thingsOf = (stream: string, data: Record<string, unknown>): Thing[] => {
  const [category, owner] = [stream.slice(0, stream.indexOf('-')), stream.slice(stream.indexOf('-') + 1)]
  const outer = kinds.find(({ prefix }) => prefix === owner.slice(0, 3))
  if (!outer) return []
  const inner = kinds.filter(({ within }) => within === outer.name)
  const ids = Object.values(data).filter((value): value is string => typeof value === 'string')
  const named = inner.flatMap((kind) => {
    const id = ids.find((one) => one.startsWith(`${kind.prefix}_`))
    return id === undefined ? [] : [thing(kind, id, owner)]
  })
  return typeOf(outer.name) === category ? [...named, thing(outer, owner, owner)] : named
}

const thing = ({ name }: Kind, id: string, owner: string): Thing => ({
  type: typeOf(name),
  id,
  href: hrefOf(id, owner),
})

function typeOf(name: string) {
  return name[0]!.toLowerCase() + name.slice(1)
}
