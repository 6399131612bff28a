import type { components } from './contract.ts'
import { WusheError, WusheNoAnswer } from './errors.ts'
import { pause, pauseAfter, type Send } from './sending.ts'

export type EventsAsked = {
  /** The `sequence` of the last event that you dealt with; without it, from now on. */
  after?: string | undefined
  /** `['CaseOpened']`; all of them unless said. */
  types?: readonly string[]
  agreementId?: string
  signal?: AbortSignal | undefined
  /** A heartbeat comes every 20 seconds; after this time without anything the connection is made anew. In ms. */
  silence?: number
}
/** CloudEvents 1.0. Of events, as of everything that is answered, ignore what you do not know. */
export type WusheEvent = components['schemas']['CloudEvent']

export async function* eventsOf(
  baseUrl: string,
  send: Send,
  { after, types, agreementId, signal, silence = 60_000 }: EventsAsked = {},
): AsyncGenerator<WusheEvent, void> {
  const url = new URL(`${baseUrl}/v1/events/stream`)
  if (types?.length) url.searchParams.set('types', types.join(','))
  if (agreementId !== undefined) url.searchParams.set('agreementId', agreementId)
  const place: Place = { last: after, retry: 0 }
  for (let failures = 0; ; failures++) {
    if (signal?.aborted) return
    let failure = {}
    const connection = new AbortController()
    const onAbort = () => connection.abort(signal!.reason)
    signal?.addEventListener('abort', onAbort)
    try {
      const headers = new Headers({ accept: 'text/event-stream' })
      if (place.last) headers.set('last-event-id', place.last)
      const { body } = await send({ method: 'GET', url: url.href, headers, signal: connection.signal, streams: true })
      for await (const { type, data } of messagesOf(body!, place, silence)) {
        failures = 0
        // A heartbeat, or the word that it ends.
        if (type !== 'heartbeat' && type !== 'end') yield JSON.parse(data) as WusheEvent
      }
    } catch (error) {
      if (signal?.aborted) return
      if (!(error instanceof WusheError) || !error.retryable) throw error
      failure = error
    } finally {
      signal?.removeEventListener('abort', onAbort)
      connection.abort()
    }
    await pause(Math.max(place.retry, pauseAfter(failure, failures)), signal).catch(() => {})
  }
}

/** Where to begin again, and how many ms before. */
type Place = { last: string | undefined; retry: number }
type Message = { type: string; data: string }

/** Server-sent events, as the HTML standard reads them. */
export async function* messagesOf(
  body: ReadableStream<Uint8Array>,
  place: Place,
  silence: number,
): AsyncGenerator<Message, void> {
  let message: Partial<Message> = {}
  let id = place.last
  for await (const line of linesOf(body, silence)) {
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line)!
    if (line === '') {
      place.last = id
      if (message.data !== undefined) yield { type: message.type || 'message', data: message.data }
      message = {}
    } else if (field === 'event') message.type = value!
    else if (field === 'data') message.data = message.data === undefined ? value! : `${message.data}\n${value}`
    else if (field === 'id' && !value!.includes('\0')) id = value
    else if (field === 'retry' && /^\d+$/.test(value!)) place.retry = Number(value)
  }
}

/** Lines end with \n, \r or \r\n; what stands after the last end was cut off, and counts for nothing. */
async function* linesOf(body: ReadableStream<Uint8Array>, silence: number) {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await unlessSilent(reader.read(), silence)
      if (done) return
      rest += decoder.decode(value, { stream: true })
      // A \r at the end may be half of a \r\n.
      const lines = rest.split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop()!
      yield* lines
    }
  } catch (error) {
    throw error instanceof WusheError ? error : new WusheNoAnswer('The stream broke off.', { cause: error })
  } finally {
    await reader.cancel().catch(() => {})
  }
}

const unlessSilent = async <Value>(work: Promise<Value>, silence: number): Promise<Value> => {
  let timer: ReturnType<typeof setTimeout>
  const silent = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new WusheNoAnswer(`Nothing came for ${silence} ms.`)), silence)
  })
  return Promise.race([work, silent]).finally(() => clearTimeout(timer))
}
