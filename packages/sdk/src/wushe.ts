import { askOf, calling, type AnswerOf, type Call, type Given, type MaybeGiven, type PathsWith } from './calling.ts'
import { changesOf, type ChangesAsked, type ChangeBatch } from './changes.ts'
import { eventsOf, type EventsAsked, type WusheEvent } from './events.ts'
import { attempting, retrying, withIdempotencyKey, type Send } from './sending.ts'
import { withSyncToken } from './sync-token.ts'
import { withToken, type Access } from './token.ts'
import { rememberVersions, withIfMatch } from './versions.ts'

export type WusheOptions = Access & {
  /** Where the API is: `https://wushe.example`, without `/v1`. */
  baseUrl: string
  /** Of the sentences in answers. Chinese unless said. */
  language?: 'zh-CN' | 'en'
  /** Instead of the platform's: for a proxy, or to watch what is sent. */
  fetch?: typeof globalThis.fetch
  /** How long after its first attempt a request may be tried again, in ms; 30,000 unless said. 0 tries once. */
  patience?: number
  /** How long one attempt may take to its answer, in ms; 15,000 unless said. */
  timeout?: number
}

/** The lists of the contract. */
export type ListPath = {
  [Path in PathsWith<'get'>]: 'nextCursor' extends keyof AnswerOf<Path, 'get'> ? Path : never
}[PathsWith<'get'>]
export type ItemOf<Path extends ListPath> = AnswerOf<Path, 'get'> extends { data: (infer Item)[] } ? Item : never

export type Wushe = {
  /** Each answers the body of a success. Whatever else there is, it throws as a WusheError. */
  get: Call<'get'>
  post: Call<'post'>
  put: Call<'put'>
  patch: Call<'patch'>
  delete: Call<'delete'>
  /** All items of a list, page after page, as it stood when the first was asked for. */
  pages: <Path extends ListPath>(path: Path, ...given: MaybeGiven<Path, 'get'>) => AsyncGenerator<ItemOf<Path>, void>
  /** What changed since a token, until there is no more. Keep the token of each batch when you have dealt with it. */
  changes: (asked?: ChangesAsked) => AsyncGenerator<ChangeBatch, void>
  /** What happens, as it happens, through whatever breaks, until you leave the loop or abort the signal. */
  events: (asked?: EventsAsked) => AsyncGenerator<WusheEvent, void>
  /** Any request with the same care, for answers that are not JSON. Paths begin at `baseUrl`. */
  fetch: (path: string, init?: RequestInit) => Promise<Response>
}

/** A client of one organisation. It remembers what it saw: make one, and keep it. */
export const createWushe = (options: WusheOptions): Wushe => {
  const { fetch = globalThis.fetch, patience = 30_000, timeout = 15_000, language = 'zh-CN' } = options
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const versions = rememberVersions()

  // From the wire outwards. Key and version are said once for all attempts: they belong to what was decided.
  const once = attempting(fetch, timeout)
  const attempt = withSyncToken(withToken(options, { baseUrl, patience, once, next: once }))
  const decided = withIfMatch(versions, retrying(patience, attempt))
  const send: Send = withIdempotencyKey((ask) => decided({ ...ask, headers: inLanguage(ask.headers, language) }))

  const call = calling(baseUrl, send, versions)
  const get = call('get')
  return {
    get,
    post: call('post'),
    put: call('put'),
    patch: call('patch'),
    delete: call('delete'),
    pages: (path, ...[given]) => pagesOf(path, given, get),
    changes: (asked) => changesOf(baseUrl, send, asked),
    events: (asked) => eventsOf(baseUrl, send, asked),
    fetch: async (path, init) => {
      // Anything else might lead the token to another host.
      if (!path.startsWith('/')) throw new TypeError(`${path} does not begin with a slash.`)
      return send({ ...(await askOf(new Request(baseUrl + path, init))), streams: true })
    },
  }
}

const inLanguage = (given: Headers, language: string) => {
  const headers = new Headers(given)
  if (!headers.has('accept-language')) headers.set('accept-language', language)
  return headers
}

async function* pagesOf<Path extends ListPath>(
  path: Path,
  given: Given<Path, 'get'> | undefined,
  get: Call<'get'>,
): AsyncGenerator<ItemOf<Path>, void> {
  let cursor: string | undefined
  do {
    const query = { ...(given as { query?: object } | undefined)?.query, ...(cursor && { cursor }) }
    const page = (await get(path, ...([{ ...given, query }] as never))) as { data: ItemOf<Path>[]; nextCursor?: string }
    yield* page.data
    cursor = page.nextCursor
  } while (cursor)
}
