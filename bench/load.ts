// A process of the bench: sends POSTs over connections that stay open, each one after the other, and as little else as can be.
import { connect, type Socket } from 'node:net'
import { asChild } from './child.ts'
import { quantile } from './measure.ts'

export type Load = {
  url: string
  headers: Record<string, string>
  /** What each connection sends, over and over; `{id}` is the id in the first one's answer. */
  steps: { path: string; body: string; status: number }[]
  connections: number
  ms: number
}
export type Loaded = { count: number; ms: number; p50: number; p99: number }

let sent = 0

asChild({}, { answer: (load: Load) => run(load) })

async function run({ url, headers, steps, connections, ms }: Load): Promise<Loaded> {
  const { hostname, port, host } = new URL(url)
  const fixed = Object.entries({ Host: host, 'Content-Type': 'application/json', ...headers })
  const head = fixed.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const requestOf = ({ path, body }: Load['steps'][number], id: string) =>
    `POST ${path.replace('{id}', id)} HTTP/1.1\r\n${head}Idempotency-Key: bench-${process.pid}-${++sent}\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(Number(port), hostname)))
  const took: number[] = []
  const start = performance.now()
  await Promise.all(
    sockets.map(async (socket) => {
      for (let id = '', at = 0; performance.now() - start < ms; at = (at + 1) % steps.length) {
        const step = steps[at]!
        const began = performance.now()
        const answer = await exchange(socket, requestOf(step, id))
        if (!answer.startsWith(`HTTP/1.1 ${step.status}`)) throw new Error(answer)
        took.push(performance.now() - began)
        if (at === 0) id = /"id":"([^"]+)"/.exec(answer)![1]!
      }
      socket.end()
    }),
  )
  return { count: took.length, ms: performance.now() - start, p50: quantile(took, 0.5), p99: quantile(took, 0.99) }
}

function opened(port: number, host: string) {
  return new Promise<Socket>((resolve, reject) => {
    const socket = connect({ port, host, noDelay: true }, () => resolve(socket)).once('error', reject)
    socket.setEncoding('latin1')
  })
}

/** Sends a request and reads its answer to the end that Content-Length tells of. */
function exchange(socket: Socket, request: string) {
  return new Promise<string>((resolve, reject) => {
    let heard = ''
    const hear = (text: string) => {
      heard += text
      const body = heard.indexOf('\r\n\r\n') + 4
      if (body < 4) return
      const length = Number(/content-length: *(\d+)/i.exec(heard.slice(0, body))?.[1])
      if (heard.length < body + length) return
      socket.off('data', hear)
      socket.off('close', closed)
      resolve(heard)
    }
    const closed = () => reject(new Error('The server closed the connection.'))
    socket.on('data', hear)
    socket.once('close', closed)
    socket.write(request)
  })
}
