// One request on its way. Each file beside this one that takes a Send and gives a Send adds one care to it.
import { failureOf, WusheError, WusheNoAnswer } from './errors.ts'

export type Ask = {
  method: string
  url: string
  headers: Headers
  body?: ArrayBuffer | string
  signal?: AbortSignal | undefined
  /** Its body is read as it comes, and not waited for. */
  streams?: boolean
}
/** Answers a success, or throws a WusheError. */
export type Send = (ask: Ask) => Promise<Response>

/** One attempt. An answer that breaks off is no answer. */
export const attempting =
  (fetch: typeof globalThis.fetch, timeout: number): Send =>
  async ({ method, url, headers, body, signal, streams }) => {
    signal?.throwIfAborted()
    const giveUp = new AbortController()
    const onAbort = () => giveUp.abort(signal!.reason)
    signal?.addEventListener('abort', onAbort)
    let isOpen = false
    const timer = setTimeout(() => giveUp.abort(new WusheNoAnswer(`No answer within ${timeout} ms.`)), timeout)
    try {
      const response = await fetch(url, { method, headers, signal: giveUp.signal, ...(body !== undefined && { body }) })
      isOpen = streams === true && response.ok
      if (isOpen) return response
      const content = await response.arrayBuffer()
      // A body of no bytes is none: some statuses allow none.
      const whole = new Response(content.byteLength ? content : null, response)
      Object.defineProperty(whole, 'url', { value: response.url || url })
      // Where a hotel's page stands in for every answer, nothing was recorded.
      const isOurs = content.byteLength === 0 || whole.headers.get('content-type')?.includes('json')
      if (whole.status === 304 || (whole.ok && isOurs)) return whole
      throw await failureOf(whole)
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      if (error instanceof WusheError) throw error
      if (giveUp.signal.aborted) throw giveUp.signal.reason
      throw new WusheNoAnswer(`No answer of ${new URL(url).origin}.`, { cause: error })
    } finally {
      clearTimeout(timer)
      // What still comes of a stream is to be ended by it.
      if (!isOpen) signal?.removeEventListener('abort', onAbort)
    }
  }

/** Tries again what may succeed later, with the same idempotency key, waiting longer each time. */
export const retrying =
  (patience: number, next: Send): Send =>
  async (ask) => {
    const until = Date.now() + patience
    for (let attempt = 0; ; attempt++) {
      try {
        return await next(ask)
      } catch (error) {
        const wait = error instanceof WusheError && error.retryable ? pauseAfter(error, attempt) : Infinity
        if (Date.now() + wait > until) throw error
        await pause(wait, ask.signal)
      }
    }
  }

/** In ms. Doubles from a quarter of a second to eight, by chance a little less, so that not all come at once again. */
export const pauseAfter = ({ retryAfter }: { retryAfter?: number | undefined }, attempt: number) =>
  (retryAfter === undefined ? 0 : retryAfter * 1000) +
  Math.min(8000, 250 * 2 ** attempt) * (retryAfter === undefined ? 0.5 + Math.random() / 2 : Math.random() / 4)

export const pause = (ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal!.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })

/** A key for every act that has none, so that it can be repeated without being done twice. */
export const withIdempotencyKey =
  (next: Send): Send =>
  async (ask) => {
    if (ask.method !== 'POST' && ask.method !== 'PATCH') return next(ask)
    const headers = new Headers(ask.headers)
    if (!headers.has('idempotency-key')) headers.set('idempotency-key', newKey())
    try {
      return await next({ ...ask, headers })
    } catch (error) {
      if (error instanceof WusheError) error.idempotencyKey = headers.get('idempotency-key')!
      throw error
    }
  }

/** `crypto.randomUUID` is not there on pages that came without TLS. */
export const newKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
