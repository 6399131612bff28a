import { setTimeout as pause } from 'node:timers/promises'
import type { Chain, Request } from './alar.ts'

export type Client = { url: string; key: string }

/**
 * Sends chains side by side, each one's requests in their order. What fails for a passing reason (no connection, 409
 * concurrent-update, 429, 5xx) is sent again with the same key; anything else stops the load. Answers the Sync-Token
 * of the last answer.
 */
export async function send(
  client: Client,
  chains: readonly Chain[],
  {
    side = 24,
    patience = 60_000,
    onDone = () => {},
    onAnswer = () => {},
  }: {
    side?: number
    /** How long one request is tried again, in ms. */
    patience?: number
    onDone?: (done: number) => void
    onAnswer?: (request: Request, answer: { status: number; body: any; replayed: boolean }) => void
  } = {},
): Promise<string> {
  const waiting = [...chains].reverse()
  let done = 0
  let token = ''
  await Promise.all(
    Array.from({ length: Math.min(side, chains.length) }, async () => {
      for (let chain = waiting.pop(); chain; chain = waiting.pop())
        for (const request of chain) {
          const answer = await sendOne(client, request, patience)
          token = answer.token
          onAnswer(request, answer)
          onDone(++done)
        }
    }),
  )
  return token
}

async function sendOne({ url, key }: Client, request: Request, patience = 60_000) {
  const until = Date.now() + patience
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await fetch(url + request.path, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'idempotency-key': request.key,
          'accept-language': 'en',
          ...(request.transition && { 'if-match': '*' }),
        },
        body: JSON.stringify(request.body),
      })
      const body: any = await response.json()
      if (response.ok)
        return {
          status: response.status,
          body,
          replayed: response.headers.has('idempotent-replayed'),
          token: response.headers.get('sync-token') ?? '',
        }
      if (!body.retryable)
        throw new Stopped(`${request.path} (${request.key}): ${response.status} ${JSON.stringify(body)}`)
    } catch (error) {
      if (error instanceof Stopped) throw error
      if (Date.now() > until) throw new Error(`${request.path}: no answer`, { cause: error })
    }
    if (Date.now() > until) throw new Error(`${request.path}: still refused after ${patience} ms`)
    await pause(Math.min(50 * 2 ** attempt, 2000) * (0.5 + Math.random() / 2))
  }
}

class Stopped extends Error {
  override name = 'Stopped'
}
