// What stands between a client and the product: a network that loses answers, and whoever looks at what passes.
import { createServer, request as ask, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type Passed = {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
  status: number | undefined
}
export type Between = {
  url: string
  /** What passed, in order. */
  passed: Passed[]
  /** Of the next requests like this, so many answers are lost on their way back. */
  loseAnswers: (count: number, of: (request: Passed) => boolean) => void
  /** Answers instead of the product; undefined lets the request pass. */
  answer: (
    instead: (request: Passed) => { status: number; headers: Record<string, string>; body: string } | undefined,
  ) => void
  breakConnections: () => void
  stop: () => Promise<void>
}

export async function between(target: () => string): Promise<Between> {
  const passed: Passed[] = []
  let lost = { left: 0, of: (_: Passed) => false }
  let instead: Parameters<Between['answer']>[0] = () => undefined
  const server = createServer(async (req, res) => {
    const seen: Passed = {
      method: req.method!,
      path: req.url!,
      headers: req.headers,
      body: await text(req),
      status: undefined,
    }
    passed.push(seen)
    const own = instead(seen)
    if (own) {
      seen.status = own.status
      return void res.writeHead(own.status, own.headers).end(own.body)
    }
    const { host: _, ...headers } = req.headers
    const sent = ask(target() + req.url, { method: seen.method, headers }, (answer) => {
      seen.status = answer.statusCode
      if (lost.left > 0 && lost.of(seen)) {
        lost.left--
        // It was carried out; nobody will hear of it.
        answer.resume().on('end', () => res.destroy())
        return
      }
      res.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(res)
    })
    sent.on('error', () => res.destroy())
    res.on('close', () => sent.destroy())
    sent.end(seen.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    loseAnswers: (count, of) => void (lost = { left: count, of }),
    answer: (own) => void (instead = own),
    breakConnections: () => server.closeAllConnections(),
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
