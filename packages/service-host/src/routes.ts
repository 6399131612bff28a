import type { Operation } from './contract.ts'

/** A step on the way to addresses: what may follow literally, what else may, and who answers here by method. */
type Step<One> = { next: Map<string, Step<One>>; any?: Step<One>; here: Map<string, One> }

/**
 * Finds an operation by its address, step by step: a router that tries one pattern after the other needs more time for
 * that than a service for its answer. What stands there literally goes first, so that `/v1/subjects/search` is never
 * the address of a subject.
 */
export function routesOf<One extends { operation: Operation }>(all: readonly One[]) {
  const step = (): Step<One> => ({ next: new Map(), here: new Map() })
  const root = step()
  for (const one of all) {
    let at = root
    for (const name of stepsOf(one.operation.path)) {
      if (name.startsWith(':')) at = at.any ??= step()
      else at.next.set(name, (at = at.next.get(name) ?? step()))
    }
    at.here.set(one.operation.method.toUpperCase(), one)
  }

  const walk = (from: Step<One>, names: readonly string[], at: number): Step<One> | undefined => {
    if (at === names.length) return from.here.size > 0 ? from : undefined
    const next = from.next.get(names[at]!)
    return (next && walk(next, names, at + 1)) ?? (from.any && names[at] ? walk(from.any, names, at + 1) : undefined)
  }

  return (method: string, path: string): { found: One; params: Record<string, string> } | undefined => {
    const names = stepsOf(path)
    const found = walk(root, names, 0)?.here.get(method)
    return found && { found, params: paramsOf(found.operation, names) }
  }
}

/** `/v1/cases/` is `/v1/cases`. */
const stepsOf = (path: string) => {
  const [, ...steps] = path.split('/')
  return steps.at(-1) === '' ? steps.slice(0, -1) : steps
}

/** Throws a URIError with status 400. */
const paramsOf = ({ path }: Operation, names: readonly string[]) => {
  const params: Record<string, string> = {}
  try {
    for (const [at, step] of stepsOf(path).entries())
      if (step.startsWith(':')) params[step.slice(1)] = decodeURIComponent(names[at]!)
  } catch (error) {
    throw Object.assign(error as URIError, { status: 400 })
  }
  return params
}
