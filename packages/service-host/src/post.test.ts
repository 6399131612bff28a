import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { mayReach } from './inner-addresses.ts'
import { poster, sign } from './post.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUps.splice(0).reverse()) await one()
})

async function aServer(answer: (req: IncomingMessage, res: ServerResponse) => void) {
  let reached = 0
  const server = createServer((req, res) => {
    reached++
    answer(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUps.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, reached: () => reached }
}
const aPoster = (options: Parameters<typeof poster>[0]) => {
  const made = poster(options)
  cleanUps.push(made.close)
  return (url: string, body = '{}') => made.post({ url, id: 'msg_1', body, secrets: [secret, another] })
}
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const another = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

test('a message is signed as Standard Webhooks says', () =>
  // The example of its specification's own test suites.
  expect(sign(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  ))

test('a message carries its id, its moment and a signature by each secret', async () => {
  const heard = Promise.withResolvers<{ headers: IncomingMessage['headers']; body: string }>()
  const { port } = await aServer(async (req, res) => {
    const parts: Buffer[] = []
    for await (const part of req) parts.push(part)
    heard.resolve({ headers: req.headers, body: Buffer.concat(parts).toString() })
    res.writeHead(202).end()
  })
  const post = aPoster({ loopback: true, now: () => new Date('2026-03-02T04:00:00.900Z') })
  expect(await post(`http://127.0.0.1:${port}/hook`, '{"名":1}')).toEqual({ status: 202 })
  const { headers, body } = await heard.promise
  const at = Date.parse('2026-03-02T04:00:00Z') / 1000
  expect(body).toBe('{"名":1}')
  expect(headers).toMatchObject({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(at),
    'webhook-signature': `${sign(secret, 'msg_1', at, body)} ${sign(another, 'msg_1', at, body)}`,
    'content-type': 'application/cloudevents+json',
  })
})

test('only the internet is reached, in whatever way an inner address is written', async () => {
  const { port, reached } = await aServer((_, res) => res.end())
  const post = aPoster({ loopback: false })
  const inner = [
    ...['127.0.0.1', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', '0.0.0.0', '[::1]', '[::]'],
    ...['169.254.169.254', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '224.0.0.1'],
    ...['[::ffff:127.0.0.1]', '[::ffff:10.0.0.1]', '[::ffff:a9fe:a9fe]', '[fd00::1]', '[fe80::1]', '[ff02::1]'],
    ...['[64:ff9b::7f00:1]', '[2002:7f00:1::1]', '[2001::1]', '255.255.255.255', '198.18.0.1'],
  ]
  for (const host of inner)
    expect([host, await post(`https://${host}:${port}/`)]).toEqual([host, { failed: 'address-not-allowed' }])
  expect(reached()).toBe(0)
})

test('a name that resolves inside is not reached', async () => {
  const { port, reached } = await aServer((_, res) => res.end())
  const post = aPoster({ loopback: false })
  expect(await post(`https://localhost:${port}/`)).toEqual({ failed: 'address-not-allowed' })
  expect(reached()).toBe(0)
})

test('with this machine allowed, what else is inside stays so', async () => {
  const { port } = await aServer((_, res) => res.end())
  const post = aPoster({ loopback: true })
  expect(await post(`http://localhost:${port}/`)).toEqual({ status: 200 })
  for (const host of ['10.0.0.1', '169.254.169.254', '[::ffff:10.0.0.1]'])
    expect(await post(`http://${host}/`)).toEqual({ failed: 'address-not-allowed' })
})

test('without TLS nothing goes to the internet', async () => {
  expect(await aPoster({ loopback: false })('http://93.184.215.14/')).toEqual({ failed: 'address-not-allowed' })
})

test('a redirect is not followed, wherever it leads', async () => {
  const inside = await aServer((_, res) => res.end())
  const { port } = await aServer((_, res) => {
    res.writeHead(307, { location: `http://127.0.0.1:${inside.port}/secret` }).end()
  })
  expect(await aPoster({ loopback: true })(`http://127.0.0.1:${port}/`)).toEqual({ status: 307 })
  expect(inside.reached()).toBe(0)
})

test('who does not answer in time has not answered, and nobody listening is told apart from that', async () => {
  const { port } = await aServer(() => {})
  const post = aPoster({ loopback: true, timeoutMs: 100 })
  expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ failed: 'timed-out' })
  expect(await post('http://127.0.0.1:1/')).toEqual({ failed: 'not-reached' })
})

test('Retry-After is passed on, and an answer without an end is not read', async () => {
  const { port } = await aServer((_, res) => {
    res.writeHead(503, { 'retry-after': '7' })
    const flood = setInterval(() => res.write('x'.repeat(65_536)), 1)
    res.on('close', () => clearInterval(flood))
  })
  expect(await aPoster({ loopback: true })(`http://127.0.0.1:${port}/`)).toEqual({ status: 503, retryAfter: '7' })
})

test('addresses of the internet are reached', () => {
  for (const address of [
    '93.184.215.14',
    '8.8.8.8',
    '172.32.0.1',
    '2606:2800:21f:cb07:6820:80da:af6b:8b2c',
    '2400:3200::1',
  ])
    expect([address, mayReach(address, false)]).toEqual([address, true])
})
