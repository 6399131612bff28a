import type { ServerResponse } from 'node:http'
import { afterEach, expect, test } from '@jest/globals'
import { messagesOf } from './events.ts'
import { aServer, json, type Handler } from './server.fixture.ts'
import { createWushe } from './wushe.ts'

type Asked = Parameters<Handler>[0]
let server: Awaited<ReturnType<typeof aServer>>
afterEach(() => server?.stop())

/** Each connection is answered by the next of these. */
const aStream = async (...connections: ((res: ServerResponse, asked: Asked) => void)[]) => {
  const asked: Asked[] = []
  server = await aServer((request, res) => {
    asked.push(request)
    const answer = connections[Math.min(asked.length, connections.length) - 1]!
    answer(res, request)
  })
  return { asked, wushe: createWushe({ baseUrl: server.url, apiKey: 'wsk_1', patience: 0 }) }
}
const begin = (res: ServerResponse) => res.writeHead(200, { 'content-type': 'text/event-stream' })
const event = (sequence: number) =>
  `id: ${sequence}\nevent: event\ndata: ${JSON.stringify({ specversion: '1.0', id: `e${sequence}`, sequence: String(sequence) })}\n\n`

test('a stream that breaks off goes on after the last event that arrived whole', async () => {
  const { asked, wushe } = await aStream(
    (res) => {
      begin(res).write(event(1) + event(2) + event(3).slice(0, -1))
      setTimeout(() => res.destroy(), 500)
    },
    (res) => json(res, 503, { code: 'unavailable', title: 'Not now', retryable: true }),
    (res) => begin(res).write(event(3) + event(4)),
  )
  const seen: string[] = []
  for await (const { sequence } of wushe.events({ after: '0', types: ['CaseOpened', 'CaseClosed'] })) {
    seen.push(sequence)
    if (sequence === '4') break
  }
  expect(seen).toEqual(['1', '2', '3', '4'])
  expect(asked.map(({ headers }) => headers['last-event-id'])).toEqual(['0', '2', '2'])
  expect(asked[0]!.url.pathname + asked[0]!.url.search).toBe('/v1/events/stream?types=CaseOpened%2CCaseClosed')
  expect(asked[0]!.headers).toMatchObject({ accept: 'text/event-stream', authorization: 'Bearer wsk_1' })
})

test('a connection on which not even heartbeats come is made anew', async () => {
  const { asked, wushe } = await aStream(
    (res) => begin(res).write(event(1)),
    (res) => begin(res).write(event(2)),
  )
  const seen: string[] = []
  for await (const { sequence } of wushe.events({ silence: 500 })) {
    seen.push(sequence)
    if (sequence === '2') break
  }
  expect([seen, asked.map(({ headers }) => headers['last-event-id'])]).toEqual([
    ['1', '2'],
    [undefined, '1'],
  ])
})

test('heartbeats keep a connection, are no events, and move the place from which it would go on', async () => {
  const { asked, wushe } = await aStream(
    (res) => {
      begin(res)
      let beats = 0
      const timer = setInterval(() => {
        res.write(`id: ${++beats}\nevent: heartbeat\ndata: {}\n\n`)
        if (beats === 6) {
          clearInterval(timer)
          res.end('event: end\ndata: {"reason":"stopping"}\n\n')
        }
      }, 300)
    },
    (res) => begin(res).write(event(9)),
  )
  for await (const { sequence } of wushe.events({ silence: 1500 })) {
    expect(sequence).toBe('9')
    break
  }
  expect(asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '6'])
})

test('who may not listen is told so, and who stops listening is let go', async () => {
  const refusing = await aStream((res) => json(res, 403, { code: 'not-permitted', title: 'No', status: 403 }))
  const listen = async () => {
    for await (const _ of refusing.wushe.events()) expect(_).toBe('nothing')
  }
  await expect(listen()).rejects.toMatchObject({ code: 'not-permitted' })
  await server.stop()

  let closed = 0
  const { wushe } = await aStream((res) => {
    begin(res).write(event(1))
    res.on('close', () => closed++)
  })
  for await (const _ of wushe.events()) break
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 100)
  for await (const _ of wushe.events({ signal: stop.signal }));
  for (let waited = 0; closed < 2 && waited < 500; waited++) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(closed).toBe(2)
})

test.each([1, 2, 3, 5, 1000])('messages are read the same when they come %i bytes at a time', async (size) => {
  const text =
    '\uFEFF: hello\r\ndata: 一\r\ndata:二\r\n\r\nid: 7\rdata\r\revent: x\ndata: : y\nretry: 20\n\nid: 8\n\ndata: cut off'
  const bytes = new TextEncoder().encode(text)
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
      controller.close()
    },
  })
  const place = { last: undefined, retry: 0 }
  const messages = []
  for await (const message of messagesOf(body, place, 1000)) messages.push(message)
  expect(messages).toEqual([
    { type: 'message', data: '一\n二' },
    { type: 'message', data: '' },
    { type: 'x', data: ': y' },
  ])
  expect(place).toEqual({ last: '8', retry: 20 })
})
