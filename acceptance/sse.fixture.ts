// Server-sent events as a client without any library reads them.
import { setTimeout as pause } from 'node:timers/promises'

type Message = { id: string; data: any }

export async function readStream(
  url: string,
  key: string,
  { query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {},
) {
  const closing = new AbortController()
  const response = await fetch(`${url}/v1/events/stream?${query}`, {
    headers: { authorization: `Bearer ${key}`, 'accept-language': 'en', ...headers },
    signal: closing.signal,
  })
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
  const messages: Message[] = []
  let beats = 0
  let place: string | undefined
  let end: unknown
  let closed = false
  const reading = (async () => {
    let rest = ''
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split('\n\n')
      rest = parts.pop()!
      for (const part of parts) {
        const fields = Object.fromEntries(
          part.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        )
        place = fields['id'] ?? place
        if (fields['event'] === 'heartbeat') beats++
        else if (fields['event'] === 'end') end = JSON.parse(fields['data']!)
        else if (fields['data']) messages.push({ id: fields['id']!, data: JSON.parse(fields['data']!) })
      }
    }
  })()
    .catch(() => {})
    .finally(() => (closed = true))
  const until = async (so: () => boolean, ms = 20_000) => {
    for (const late = Date.now() + ms; !so(); await pause(5))
      if (Date.now() > late) throw new Error(`Not within ${ms} ms; ${messages.length} events so far.`)
  }
  return {
    /** Waits until so many have come, and gives all of them. */
    events: async (count: number) => {
      await until(() => messages.length >= count)
      return messages
    },
    all: () => messages,
    heartbeats: () => beats,
    /** From where it would go on. */
    place: () => place,
    until,
    ended: async () => {
      await until(() => closed)
      await reading
      return end
    },
    close: () => closing.abort(),
  }
}
