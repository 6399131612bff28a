// A server to which webhooks are sent, as an NGO would run one: it checks the signature and keeps what it was sent.
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

export type Heard = { id: string; at: number; body: any; signatures: string[]; text: string }

export async function aHookServer() {
  const heard: Heard[] = []
  let answer: (one: Heard) => number | Promise<number> | { status: number; headers: Record<string, string> } = () => 204
  const server = createServer(async (req, res) => {
    const parts: Buffer[] = []
    for await (const part of req) parts.push(part)
    const text = Buffer.concat(parts).toString()
    const one = {
      id: String(req.headers['webhook-id']),
      at: Number(req.headers['webhook-timestamp']),
      signatures: String(req.headers['webhook-signature']).split(' '),
      body: JSON.parse(text),
      text,
    }
    heard.push(one)
    const said = await answer(one)
    const { status, headers } = typeof said === 'number' ? { status: said, headers: {} } : said
    res.writeHead(status, headers).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    heard,
    /** What it answers from now on. */
    answers: (next: typeof answer) => void (answer = next),
    until: async (so: () => boolean, ms = 60_000) => {
      for (const late = Date.now() + ms; !so(); await pause(10))
        if (Date.now() > late) throw new Error(`Not within ${ms} ms; heard ${heard.length} so far.`)
    },
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}

/** As a receiver verifies it. */
export const signedBy = ({ id, at, text, signatures }: Heard, secret: string) => {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  return signatures.includes(`v1,${createHmac('sha256', key).update(`${id}.${at}.${text}`).digest('base64')}`)
}
