// Receives traces as a collector does, and reads them without the help of the SDK that wrote them.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type SeenSpan = {
  process: string
  traceId: string
  spanId: string
  parentId: string
  name: string
  kind: string
  failed: boolean
  attributes: Record<string, string | number>
}

export async function openCollector() {
  const spans: SeenSpan[] = []
  const bodies: Buffer[] = []
  const server = createServer((req, res) => {
    const parts: Buffer[] = []
    req.on('data', (part: Buffer) => parts.push(part))
    req.on('end', () => {
      const body = Buffer.concat(parts)
      bodies.push(body)
      if (req.url === '/v1/traces') spans.push(...spansIn(body))
      res.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: spans as readonly SeenSpan[],
    /** All that came, as it came. */
    received: () => Buffer.concat(bodies),
    close: () =>
      new Promise<void>((closed) => server.close(() => closed())).finally(() => server.closeAllConnections()),
  }
}

type Field = { number: number; value: Buffer | bigint }

/** ExportTraceServiceRequest → ResourceSpans → ScopeSpans → Span, by the numbers of their fields. */
const spansIn = (request: Buffer): SeenSpan[] =>
  messages(request, 1).flatMap((resourceSpans) => {
    const [resource] = messages(resourceSpans, 1)
    const process = String(attributesIn(resource!, 1)['service.name'])
    return messages(resourceSpans, 2)
      .flatMap((scopeSpans) => messages(scopeSpans, 2))
      .map((span) => spanIn(process, span))
  })

const spanIn = (process: string, span: Buffer): SeenSpan => {
  const bytes = (number: number) => messages(span, number)[0] ?? Buffer.alloc(0)
  const [status] = messages(span, 15)
  return {
    process,
    traceId: bytes(1).toString('hex'),
    spanId: bytes(2).toString('hex'),
    parentId: bytes(4).toString('hex'),
    name: bytes(5).toString(),
    kind: ['', 'internal', 'server', 'client', 'producer', 'consumer'][number(span, 6)]!,
    failed: status !== undefined && number(status, 3) === 2,
    attributes: attributesIn(span, 9),
  }
}

const attributesIn = (message: Buffer, field: number) =>
  Object.fromEntries(
    messages(message, field).map((pair) => {
      const [key, value] = [messages(pair, 1)[0]!, messages(pair, 2)[0]!]
      const [{ number: kind, value: content }] = fields(value) as [Field]
      return [key.toString(), typeof content === 'bigint' ? Number(content) : kind === 1 ? content.toString() : '?']
    }),
  )

const messages = (message: Buffer, wanted: number) =>
  fields(message).flatMap(({ number, value }) => (number === wanted && Buffer.isBuffer(value) ? [value] : []))
const number = (message: Buffer, wanted: number) =>
  Number(fields(message).find(({ number }) => number === wanted)?.value ?? 0)

/** Protocol buffers on the wire: a field's number and kind, then a varint, 8 bytes, a length and as many bytes, or 4 bytes. */
function fields(message: Buffer): Field[] {
  const found: Field[] = []
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  const take = (length: number) => message.subarray(at, (at += length))
  while (at < message.length) {
    const tag = Number(varint())
    const [number, kind] = [tag >> 3, tag & 7]
    if (kind === 0) found.push({ number, value: varint() })
    else if (kind === 1) found.push({ number, value: take(8) })
    else if (kind === 2) found.push({ number, value: take(Number(varint())) })
    else found.push({ number, value: take(4) })
  }
  return found
}
