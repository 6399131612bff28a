import http, { type IncomingHttpHeaders } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Chain, Request } from './requests.ts'

export type Client = { url: string; key: string }

/**
 * Sends chains side by side, each one's requests in their order. What fails for a passing reason (no connection, 409
 * concurrent-update, 429, 5xx) is sent again with the same key; anything else stops the load. Answers the Sync-Tokens of
 * all of it.
 */
export async function send(
  client: Client,
  chains: readonly Chain[],
  {
    side = 24,
    patience = 60_000,
    onDone = () => {},
    onAnswer,
  }: {
    side?: number
    /** How long one request is tried again, in ms. */
    patience?: number
    onDone?: (done: number) => void
    /** Without it nobody looks at the answers, and they say that it is recorded and no more. */
    onAnswer?: (request: Request, answer: { status: number; body: any; replayed: boolean }) => void
  } = {},
): Promise<string> {
  const waiting = [...chains].reverse()
  let done = 0
  const tokens = new Map<string, string>()
  await Promise.all(
    Array.from({ length: Math.min(side, chains.length) }, async () => {
      for (let chain = waiting.pop(); chain; chain = waiting.pop())
        for (const request of chain) {
          const answer = await sendOne(client, request, { patience, minimal: onAnswer === undefined })
          const [service = ''] = answer.token.split('=', 1)
          if (answer.token > (tokens.get(service) ?? '')) tokens.set(service, answer.token)
          onAnswer?.(request, answer)
          onDone(++done)
        }
    }),
  )
  return [...tokens.values()].join(', ')
}

async function sendOne(
  { url, key }: Client,
  request: Request,
  { patience, minimal }: { patience: number; minimal: boolean },
) {
  const until = Date.now() + patience
  for (let attempt = 0; ; attempt++) {
    try {
      const { status, headers, body } = await post(url + request.path, JSON.stringify(request.body), {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': request.key,
        'accept-language': 'en',
        ...(request.transition && { 'if-match': '*' }),
        ...(minimal && { prefer: 'return=minimal' }),
      })
      if (status < 300)
        return { status, body, replayed: 'idempotent-replayed' in headers, token: String(headers['sync-token'] ?? '') }
      if (!body.retryable) throw new Stopped(`${request.path} (${request.key}): ${status} ${JSON.stringify(body)}`)
    } catch (error) {
      if (error instanceof Stopped) throw error
      if (Date.now() > until) throw new Error(`${request.path}: no answer`, { cause: error })
    }
    if (Date.now() > until) throw new Error(`${request.path}: still refused after ${patience} ms`)
    await pause(Math.min(50 * 2 ** attempt, 2000) * (0.5 + Math.random() / 2))
  }
}

/** Costs a third of what fetch does, which matters to who sends thousands from the process that answers them. */
const post = (url: string, body: string, headers: Record<string, string>) =>
  new Promise<{ status: number; headers: IncomingHttpHeaders; body: any }>((resolve, reject) => {
    const length = { 'content-length': Buffer.byteLength(body) }
    const sent = http.request(
      url,
      { agent: connections, method: 'POST', headers: { ...headers, ...length } },
      (answer) => {
        let heard = ''
        answer.setEncoding('utf8')
        answer.on('data', (text: string) => (heard += text))
        answer.on('error', reject)
        answer.on('end', () => {
          try {
            resolve({ status: answer.statusCode!, headers: answer.headers, body: heard && JSON.parse(heard) })
          } catch (error) {
            reject(error as Error)
          }
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })

const connections = new http.Agent({ keepAlive: true })

class Stopped extends Error {
  override name = 'Stopped'
}
