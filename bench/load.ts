// A process of the bench: sends POSTs over connections that stay open, each one after the other, and as little else as can be.
import { connect, type Socket } from 'node:net'
import { asChild } from './child.ts'
import { quantile } from './measure.ts'

export type Load = {
  url: string
  path: string
  headers: Record<string, string>
  body: string
  connections: number
  ms: number
}
export type Loaded = { count: number; ms: number; p50: number; p99: number }

let sent = 0

asChild({}, { answer: (load: Load) => run(load) })

async function run({ url, path, headers, body, connections, ms }: Load): Promise<Loaded> {
  const { hostname, port, host } = new URL(url)
  const head =
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
    Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(Number(port), hostname)))
  const took: number[] = []
  const start = performance.now()
  await Promise.all(
    sockets.map(async (socket) => {
      while (performance.now() - start < ms) {
        const began = performance.now()
        const answer = await exchange(socket, `${head}Idempotency-Key: bench-${process.pid}-${++sent}\r\n\r\n${body}`)
        if (!answer.startsWith('HTTP/1.1 201')) throw new Error(answer)
        took.push(performance.now() - began)
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
