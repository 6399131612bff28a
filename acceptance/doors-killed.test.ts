import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, expect, test } from '@jest/globals'
import { aHookServer } from './hooks.fixture.ts'
import { aFolder, cleanUp, launch, type Launched, type Ready } from './launch.fixture.ts'
import { readStream } from './sse.fixture.ts'

const hooks = await aHookServer()
afterAll(async () => {
  await hooks.close()
  await cleanUp()
}, 60_000)

const dir = aFolder()
let product: Launched
let ready: Ready
const start = async () => {
  process.env['WEBHOOKS_TO_LOOPBACK'] = 'true'
  product = launch(dir, '--empty')
  ready = await product.ready(120_000)
}

/** As a client that does not give up: the same request again until it is answered. */
async function ask(method: 'GET' | 'POST', path: string, body?: object, key: string = crypto.randomUUID()) {
  for (;;) {
    try {
      const answer = await fetch(ready.url + path, {
        method,
        headers: {
          authorization: `Bearer ${ready.keys.contractor}`,
          ...(body && { 'content-type': 'application/json', 'idempotency-key': key, 'if-match': '*' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(10_000),
      })
      if (answer.status < 500) return { status: answer.status, body: (await answer.json()) as any }
    } catch {
      // It was killed, or is not there yet.
    }
    await pause(100)
  }
}

test('a product that is killed three times loses nothing at any door and numbers what it sends without a gap', async () => {
  await start()
  const { body: registered } = await ask('POST', '/v1/webhook-endpoints', { url: hooks.url })
  const path = `/v1/webhook-endpoints/${registered.data.id}`

  let over = false
  const events: any[] = []
  const changed = new Map<string, number>()
  const streamed: string[] = []
  let behind = { events: '/v1/events', changes: '/v1/changes' }
  const readEvents = async () => {
    const { body } = await ask('GET', behind.events)
    events.push(...body.data)
    behind = { ...behind, events: body.nextLink ?? body.deltaLink }
    return body.nextLink !== undefined
  }
  const readChanges = async () => {
    const { body } = await ask('GET', behind.changes)
    for (const { id, version } of body.data) changed.set(id, version)
    behind = { ...behind, changes: body.nextLink ?? body.deltaLink }
    return body.nextLink !== undefined
  }
  const readLive = async () => {
    while (!over)
      try {
        const live = await readStream(ready.url, ready.keys.contractor, { query: `after=${streamed.at(-1) ?? 0}` })
        const closed = live.ended()
        while (!over && !(await Promise.race([closed.then(() => true), pause(50, false)]))) continue
        live.close()
        streamed.push(...live.all().map(({ id }) => id))
      } catch {
        await pause(100)
      }
  }
  const reading = [
    (async () => {
      while (!over) await readEvents().then(() => pause(20))
    })(),
    (async () => {
      while (!over) await readChanges().then(() => pause(20))
    })(),
    readLive(),
  ]

  const made: string[] = []
  const writing = Promise.all(
    Array.from({ length: 4 }, async (_, lane) => {
      for (let n = 0; n < 40; n++) {
        const activity = { kind: 'lecture', title: `${lane} ${n}`, plannedOccurrences: 1, occurredOn: '2023-05-01' }
        made.push((await ask('POST', '/v1/activities', activity)).body.data.id)
      }
    }),
  )
  for (const count of [30, 70, 110]) {
    while (made.length < count) await pause(5)
    product.signal('SIGKILL')
    await product.ended()
    await start()
  }
  await writing

  // What every door says in the end is what it should have said all along.
  await hooks.until(() => made.every((id) => heardOf(id)), 120_000)
  await pause(500)
  over = true
  await Promise.all(reading)
  while (await readEvents()) continue
  while (await readChanges()) continue
  const whole: any[] = []
  for (let link = '/v1/events'; link;) {
    const { body } = await ask('GET', link)
    whole.push(...body.data)
    link = body.nextLink
  }
  expect(made.length).toBe(160)
  expect(new Set(made).size).toBe(160)
  expect(whole.filter(({ type }) => type.includes('ActivityPlanned')).length).toBe(160)
  expect(events.map(({ sequence }) => sequence)).toEqual(whole.map(({ sequence }) => sequence))
  for (const id of made) expect([id, changed.get(id)]).toEqual([id, 1])
  expect(streamed).toEqual(whole.slice(0, streamed.length).map(({ sequence }) => sequence))
  expect(streamed.length).toBeGreaterThan(150)

  const numbers = new Set(hooks.heard.map(({ body }) => Number(body.endpointsequence)))
  expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: numbers.size }, (_, at) => at + 1))
  // Each number is one event, however often it was sent; and after a kill only what was on its way comes twice.
  for (const number of numbers)
    expect(
      new Set(hooks.heard.filter(({ body }) => Number(body.endpointsequence) === number).map(({ id }) => id)).size,
    ).toBe(1)
  expect(hooks.heard.length - numbers.size).toBeLessThanOrEqual(3 * 8)
  const { body } = await ask('GET', `${path}/deliveries?limit=500`)
  expect(new Set(body.data.map(({ status }: any) => status))).toEqual(new Set(['delivered']))

  product.signal('SIGTERM')
  expect((await product.ended()).code).toBe(0)
}, 540_000)

const heardOf = (id: string) => hooks.heard.some(({ body }) => body.subject === `activity-${id}`)
