import { isProblem } from './errors.ts'
import type { Ask, Send } from './sending.ts'

export type Versions = ReturnType<typeof rememberVersions>

/**
 * What this client last saw of each thing, so that a command on it can say so. The first id of an address names the
 * stream, whose events are numbered; the version of every thing in it is the number of the last event about it.
 */
export const rememberVersions = () => {
  const seen = boundedMap<number>()
  /** By stream: what this client recorded itself. Nobody else came between as long as they follow each other. */
  const own = boundedMap<Set<number>>()

  const saw = (path: string, version: number, isNewest = false) => {
    if (isNewest || version > (seen.get(path) ?? 0)) seen.set(path, version)
  }

  return {
    /** The header of an answer, ours when we asked for the thing or changed it. */
    sawAnswer: ({ method, url }: Ask, { headers }: Response) => {
      const version = Number(/^(?:W\/)?"v(\d+)/.exec(headers.get('etag') ?? '')?.[1])
      if (!version || headers.has('memento-datetime') || !isOfNow(url)) return
      const location = headers.get('location')
      const path = location ? pathOf(new URL(location, url).href) : thingOf(method, pathOf(url))
      if (path) saw(path, version, method === 'GET')
    },

    /** The versions of a list's items, and of the events that a command recorded. */
    sawBody: (url: string, body: any) => {
      if (!isOfNow(url)) return
      const path = pathOf(url)
      if (Array.isArray(body?.data))
        for (const { id, version } of body.data)
          if (isId(id) && Number.isInteger(version)) saw(`${path}/${id}`, version)
      const stream = streamOf(path)
      if (!stream || !body?.receipt?.events?.length) return
      const versions = own.get(stream) ?? new Set()
      for (const { version } of body.receipt.events) versions.add(version)
      own.set(stream, versions)
    },

    /** As If-Match takes it: the version that was seen, and those that only own commands have made since. */
    tagsOf: (path: string): string | undefined => {
      const version = seen.get(path)
      if (!version) return undefined
      const made = own.get(streamOf(path) ?? '')
      const tags = [version]
      while (made?.has(tags.at(-1)! + 1)) tags.push(tags.at(-1)! + 1)
      return tags
        .slice(-100)
        .map((one) => `"v${one}"`)
        .join(', ')
    },
  }
}

/**
 * Adds If-Match to commands that demand it. Which do, the API says (428); it is asked once for each kind of command. One
 * that makes something within a thing demands nothing, and would only be refused without need if others did the same.
 */
export const withIfMatch = (versions: Versions, next: Send): Send => {
  const demanding = new Set<string>()
  return async (ask) => {
    const path = pathOf(ask.url)
    const thing = ask.method === 'GET' || ask.headers.has('if-match') ? undefined : thingOf(ask.method, path)
    const kind = ask.method + path.replaceAll(anyId, '/*')
    const send = async () => {
      const tags = thing && demanding.has(kind) && versions.tagsOf(thing)
      const headers = new Headers(ask.headers)
      if (tags) headers.set('if-match', tags)
      const response = await next({ ...ask, headers })
      versions.sawAnswer(ask, response)
      return response
    }
    try {
      return await send()
    } catch (error) {
      if (!thing || demanding.has(kind) || !isProblem(error, 'precondition-required')) throw error
      demanding.add(kind)
      if (!versions.tagsOf(thing)) throw error
      return send()
    }
  }
}

/** Without what a proxy puts before it. */
const pathOf = (url: string) => {
  const { pathname } = new URL(url)
  return pathname.slice(Math.max(0, pathname.indexOf('/v1/')))
}

/** What was asked of the past, or only tried, says nothing of now. */
const isOfNow = (url: string) => {
  const { searchParams } = new URL(url)
  return !searchParams.has('asOf') && !searchParams.has('atVersion') && searchParams.get('dryRun') !== 'true'
}

/** `/v1/cases/cas_…` of itself, and of a command such as `/v1/cases/cas_…/closure`. */
const thingOf = (method: string, path: string) => {
  const segments = path.split('/')
  if (isId(segments.at(-1))) return path
  return method !== 'GET' && isId(segments.at(-2)) ? segments.slice(0, -1).join('/') : undefined
}

/** Up to the first id. */
const streamOf = (path: string) => /^.*?\/[a-z]{3}_[0-9a-z]{26}(?=\/|$)/.exec(path)?.[0]
const anyId = /\/[a-z]{3}_[0-9a-z]{26}(?=\/|$)/g
const isId = (segment: unknown) => typeof segment === 'string' && /^[a-z]{3}_[0-9a-z]{26}$/.test(segment)

/** Forgets what was set the longest ago. */
const boundedMap = <Value>(most = 10_000) => {
  const entries = new Map<string, Value>()
  return {
    get: (key: string) => entries.get(key),
    set: (key: string, value: Value) => {
      entries.delete(key)
      entries.set(key, value)
      if (entries.size > most) entries.delete(entries.keys().next().value!)
    },
  }
}
