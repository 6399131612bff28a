import canonicalizeModule from 'canonicalize'

/**
 * The canonical JSON text (RFC 8785) of a value that keeps the producer profile: plain objects, arrays, booleans,
 * well-formed strings and integers of at most 2^53−1 in size. Decimals and dates are strings, an absent value is an
 * absent key. Throws NotCanonical, which names the place.
 */
export const canonical = (value: unknown): string => {
  const fault = faultIn(value, 0)
  if (fault) throw new NotCanonical(pointerTo(fault.path), fault.reason)
  return canonicalize(value)
}

// Its types speak of a default export that the CommonJS module does not have. For what the profile lets through the
// answer is never undefined.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string

/** The value has no canonical form. The message never quotes the value, which may be about a person. */
export class NotCanonical extends Error {
  override name = 'NotCanonical'
  /** RFC 6901; empty for the value itself. */
  pointer: string

  constructor(pointer: string, reason: string) {
    super(`${pointer === '' ? 'The value' : pointer} ${reason}.`)
    this.pointer = pointer
  }
}

type Fault = { reason: string; path: (string | number)[] }

/** Deeper values are nobody's facts, and a value that holds itself would never end. */
const deepest = 100

const faultIn = (value: unknown, depth: number): Fault | undefined => {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? undefined : fault('is text with half of a surrogate pair')
    case 'boolean':
      return undefined
    case 'number':
      return Number.isSafeInteger(value) ? undefined : fault('is not an integer within ±(2^53−1)')
    case 'object':
      if (value === null) return fault('is null; leave the key out')
      if (depth === deepest) return fault(`lies more than ${deepest} levels deep`)
      if (Array.isArray(value)) return faultInItems(value, depth)
      return isPlain(value) ? faultInMembers(value, depth) : fault('is not a plain object')
    default:
      return fault(`is ${typeof value === 'undefined' ? 'undefined; leave the key out' : `a ${typeof value}`}`)
  }
}

const faultInItems = (items: unknown[], depth: number): Fault | undefined => {
  for (let at = 0; at < items.length; at++) {
    const found = faultIn(items[at], depth + 1)
    if (found) return under(at, found)
  }
  return undefined
}

const faultInMembers = (members: Record<string, unknown>, depth: number): Fault | undefined => {
  for (const key of Object.keys(members)) {
    if (!key.isWellFormed()) return under(key.toWellFormed(), fault('is a key with half of a surrogate pair'))
    const found = faultIn(members[key], depth + 1)
    if (found) return under(key, found)
  }
  return undefined
}

/** Judged by the prototype's own prototype, because an object may come from another realm. */
const isPlain = (value: object): value is Record<string, unknown> => {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

const fault = (reason: string): Fault => ({ reason, path: [] })

const under = (key: string | number, { reason, path }: Fault): Fault => ({ reason, path: [key, ...path] })

const pointerTo = (path: (string | number)[]) =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
