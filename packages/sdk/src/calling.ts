import createClient from 'openapi-fetch'
import type { paths } from './contract.ts'
import type { Ask, Send } from './sending.ts'
import type { Versions } from './versions.ts'

export type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete'
/** The addresses of the contract that know the method. */
export type PathsWith<Method extends Verb> = {
  [Path in keyof paths]: paths[Path] extends Record<Method, unknown> ? Path : never
}[keyof paths]
type Operation<Path extends keyof paths, Method extends Verb> =
  paths[Path] extends Record<Method, infer One> ? One : never

type JsonOf<Answer> = Answer extends { content: { 'application/json': infer Body } } ? Body : undefined
/** What a success answers. */
export type AnswerOf<Path extends keyof paths, Method extends Verb> =
  Operation<Path, Method> extends { responses: infer Answers }
    ? { [Status in keyof Answers & (200 | 201 | 202 | 204 | 207)]: JsonOf<Answers[Status]> }[keyof Answers &
        (200 | 201 | 202 | 204 | 207)]
    : never

type PathOf<One> = One extends { parameters: { path: infer Path } } ? { path: Path } : {}
type QueryOf<One> = One extends { parameters: { query: infer Query } }
  ? { query: Query }
  : One extends { parameters: { query?: infer Query } }
    ? [Query] extends [undefined]
      ? {}
      : { query?: Query }
    : {}
type BodyOf<One> = One extends { requestBody: { content: { 'application/json': infer Body } } }
  ? { body: Frozen<Body> }
  : One extends { requestBody?: { content: { 'application/json': infer Body } } }
    ? { body?: Frozen<Body> }
    : {}
/** What is sent is not changed: a value `as const` will do. */
type Frozen<Value> = Value extends object ? { readonly [Name in keyof Value]: Frozen<Value[Name]> } : Value
type Acting = {
  /** Made for you when left out. Give one when you keep an outbox: the same for each attempt, also tomorrow's. */
  idempotencyKey?: string | undefined
  /** The version that you saw, `record.version`; `'*'` for whatever is current. Without it: what this client last saw. */
  ifMatch?: number | string | undefined
}
export type Given<Path extends keyof paths, Method extends Verb> = PathOf<Operation<Path, Method>> &
  QueryOf<Operation<Path, Method>> &
  BodyOf<Operation<Path, Method>> &
  (Method extends 'get' ? {} : Acting) & { headers?: Record<string, string>; signal?: AbortSignal | undefined }
/** May be left out when nothing in it is needed. */
export type MaybeGiven<Path extends keyof paths, Method extends Verb> =
  {} extends Given<Path, Method> ? [given?: Given<Path, Method>] : [given: Given<Path, Method>]

export type Call<Method extends Verb> = <Path extends PathsWith<Method>>(
  path: Path,
  ...given: MaybeGiven<Path, Method>
) => Promise<AnswerOf<Path, Method>>

type Loose = Acting & {
  path?: object
  query?: object
  body?: unknown
  headers?: object
  signal?: AbortSignal | undefined
}

/** The operations of the contract as functions, one for each method: they answer the body or throw a WusheError. */
export const calling = (baseUrl: string, send: Send, versions: Versions) => {
  const client = createClient<any>({ baseUrl, fetch: async (request) => send(await askOf(request)) })
  return <Method extends Verb>(method: Method): Call<Method> =>
    async (address, ...[given]) => {
      const { path, query, body, headers, signal, idempotencyKey, ifMatch } = (given ?? {}) as Loose
      const { data, response } = await client.request(
        method,
        address as string,
        {
          params: { path, query },
          body,
          headers: {
            ...headers,
            ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
            ...(ifMatch !== undefined && { 'if-match': typeof ifMatch === 'number' ? `"v${ifMatch}"` : ifMatch }),
          },
          ...(signal && { signal }),
        } as never,
      )
      versions.sawBody(response.url, data)
      return data as never
    }
}

export const askOf = async (request: Request): Promise<Ask> => {
  const body = request.method === 'GET' || request.method === 'HEAD' ? undefined : await request.arrayBuffer()
  return {
    method: request.method,
    url: request.url,
    headers: new Headers(request.headers),
    signal: request.signal,
    ...(body?.byteLength && { body }),
  }
}
