// A process of the bench: takes the traces that are sent to it, and does nothing with them.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { asChild } from './child.ts'

export type Sink = { url: string }
/** How many times something was sent, and how many bytes. */
export type Sunk = { requests: number; bytes: number }

const sunk: Sunk = { requests: 0, bytes: 0 }
const server = createServer((req, res) => {
  sunk.requests++
  req.on('data', (chunk: Buffer) => (sunk.bytes += chunk.length))
  req.on('end', () => res.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
})
server.listen(0, '127.0.0.1', () =>
  asChild({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } satisfies Sink, {
    answer: async () => ({ ...sunk }),
    stop: async () => {
      server.close()
      server.closeAllConnections()
    },
  }),
)
