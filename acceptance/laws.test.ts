// What holds for every command of a contractor, over HTTP, whatever the order in which requests are repeated and race.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { caughtUp } from '@wushe/service-host'
import { boot, type Answer, type Api, type Booted } from '@wushe/testkit'
import fc from 'fast-check'
import { services } from '../scripts/all-services.ts'
import type { Step } from './telling/every-operation.fixture.ts'
import { addressOf, operationNamed, operations } from './telling/operations.fixture.ts'
import { anAgreement, ask, bare, storyOf, takesAnotherHand } from './telling/telling.fixture.ts'

let product: Booted
let contractor: Api
let colleague: Api
let funder: Api
let agreementId: string
beforeAll(async () => {
  product = await boot(services)
  contractor = await product.organisation('contractor')
  colleague = await product.anotherHand(contractor)
  funder = await product.organisation('funder')
  agreementId = await anAgreement(product, funder, contractor, '协议')
}, 120_000)
afterAll(() => product?.stop(), 60_000)

test('a request sent again under its key, whenever, is answered as the first time and records nothing', async () => {
  let repeated = 0
  const outbox = fc.infiniteStream(fc.nat({ max: 3 }))
  await fc.assert(
    fc.asyncProperty(outbox, fc.infiniteStream(fc.nat()), async (howMany, which) => {
      const sent: { step: Step; key: string; answer: Answer }[] = []
      for (const step of aStory()) {
        const key = randomUUID()
        sent.push({ step, key, answer: await succeeds(step, key) })
        for (let left = howMany.next().value; left > 0; left--) {
          const { step, key, answer } = sent[which.next().value % sent.length]!
          const again = await succeeds(step, key)
          expect([step.operation, again.headers.get('idempotent-replayed')]).toEqual([step.operation, 'true'])
          expect([step.operation, shown(again, answer)]).toEqual([step.operation, shown(answer, again)])
          repeated++
        }
      }
    }),
    { numRuns: 3 },
  )
  expect(repeated).toBeGreaterThan(100)
}, 120_000)

test('of those who change the same version of a thing at once, exactly one does', async () => {
  const raced = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.integer({ min: 2, max: 4 })), async (howMany) => {
      for (const step of aStory()) {
        const operation = operationNamed(step.operation)
        const thing = operations.find(
          ({ method, template }) => method === 'get' && template === operation.template.replace(/\/[^/]+$/, ''),
        )
        const isMade = operation.ids.length === 0 || operation.creates
        if (isMade || !thing) {
          await succeeds(step, randomUUID())
          continue
        }
        const { etag } = await contractor.get(addressOf(thing, step.path))
        const answers = await Promise.all(
          Array.from({ length: howMany.next().value }, () =>
            byHand(step).post(addressOf(operation, step.path), step.body, { 'if-match': etag! }),
          ),
        )
        const outcomes = answers.map(({ status, body }) => (status < 300 ? 'done' : body.code)).sort()
        expect([step.operation, ...outcomes]).toEqual([
          step.operation,
          'done',
          ...Array.from({ length: answers.length - 1 }, () => 'version-conflict'),
        ])
        raced.add(step.operation)
      }
    }),
    { numRuns: 2 },
  )
  expect(raced.size).toBeGreaterThan(40)
}, 120_000)

test('whoever sends the Sync-Token of a write along sees what it wrote, in lists too', async () => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.boolean()), async (reads) => {
      for (const step of aStory()) {
        const { body, syncToken } = await succeeds(step, randomUUID())
        const operation = operationNamed(step.operation)
        const list = operations.find(
          ({ method, template, pages }) => method === 'get' && pages && template === operation.template,
        )
        if (!list || !reads.next().value) continue
        const page = await contractor.get(`${addressOf(list, step.path)}?limit=500`, { 'sync-token': syncToken! })
        const found = page.body.data.find((one: { id: string }) => one.id === body.data.id)
        expect([list.id, found?.version]).toEqual([list.id, body.data.version])
        seen.add(list.id)
      }
    }),
    { numRuns: 3 },
  )
  expect(seen.size).toBeGreaterThan(10)
}, 120_000)

test('a dry run, however often, changes nothing and says what the real one then emits', async () => {
  const begin = await eventsAfter('0')
  const emitted: { id: string; type: string; data: unknown }[] = []
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat({ max: 2 })), async (howOften) => {
      for (const step of aStory()) {
        const key = randomUUID()
        const dry: Answer[] = []
        for (let left = howOften.next().value; left > 0; left--) dry.push(await dryRun(step, key))
        const real = await succeeds(step, key)
        expect([step.operation, real.headers.get('idempotent-replayed')]).toEqual([step.operation, null])
        for (const one of dry) expect([step.operation, said(one, real)]).toEqual([step.operation, said(real, one)])
        const { events } = real.body.receipt as { events: { id: string; type: string }[] }
        for (const [at, { id, type }] of events.entries())
          emitted.push({ id, type, data: dry[0] ? dry[0].body.wouldEmit[at].data : undefined })
      }
    }),
    { numRuns: 1 },
  )
  const { events } = await eventsAfter(begin.position)
  expect(events.map(({ id }) => id).sort()).toEqual(emitted.map(({ id }) => id).sort())
  for (const { id, type, data } of emitted)
    if (data) expect({ type, data }).toEqual({ type, data: events.find((one) => one.id === id)!.data })
}, 120_000)

test('a record as of a moment is what was answered at that moment, whatever happened since', async () => {
  const answers: { thing: string; answer: Answer }[] = []
  for (const step of aStory()) {
    const answer = await succeeds(step, randomUUID())
    const operation = operationNamed(step.operation)
    const template = answer.status === 201 ? undefined : operation.template.replace(/\/[^/]+$/, '')
    const reading = operations.find((one) => one.method === 'get' && one.template === template)
    const thing = answer.headers.get('location') ?? (reading && addressOf(reading, step.path))
    if (thing) answers.push({ thing, answer })
  }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...answers), async ({ thing, answer }) => {
      const then = await contractor.get(`${thing}?asOf=${answer.body.receipt.recordedAt}`)
      expect([thing, then.status]).toEqual([thing, 200])
      expect([thing, shown(then, answer).body.data]).toEqual([thing, shown(answer, then).body.data])
    }),
    { numRuns: 60 },
  )
}, 120_000)

test('what a funder or the operator sends again is done once, too', async () => {
  const twice = async (by: Api, path: string, body: object) => {
    const headers = { 'idempotency-key': randomUUID() }
    const [first, again] = [await by.post(path, body, headers), await by.post(path, body, headers)]
    expect([path, first.status < 300, again.headers.get('idempotent-replayed')]).toEqual([path, true, 'true'])
    expect(again.body.receipt).toEqual(first.body.receipt)
    return first.body.data as { id: string }
  }
  await twice(funder, `/v1/agreements/${agreementId}/completion`, { occurredOn: '2023-12-31' })
  const { operator } = product
  const { id } = await twice(operator, '/v1/organisations', { kind: 'contractor', name: '另一家中心' })
  const key = await twice(operator, `/v1/organisations/${id}/keys`, { label: 'first' })
  await twice(operator, `/v1/organisations/${id}/keys/${key.id}/revocation`, { reason: 'lost' })
  await twice(operator, `/v1/organisations/${id}/suspension`, { reason: 'requested' })
  await twice(operator, `/v1/organisations/${id}/resumption`, { reason: 'resolved' })
}, 60_000)

/** Each command of a contractor at least once, on things of its own. */
const aStory = () => storyOf(contractor, agreementId, '律', ++stories)
let stories = 0
const byHand = (step: Step) => (takesAnotherHand(step) ? colleague : contractor)

async function succeeds(step: Step, key: string): Promise<Answer> {
  const answer = await ask(byHand(step), operationNamed(step.operation), step.path, step.body, key)
  expect([step.operation, answer.status, answer.body.code]).toEqual([step.operation, expect.any(Number), undefined])
  return answer
}

/** What an answer shows of the thing, but the time at which it was recorded. */
const said = (answer: Answer, other: Answer) => {
  const { body, ...rest } = shown(answer, other)
  const { recordedAt: _, updatedAt: _updated, ...data } = body.data
  return { ...rest, data, warnings: (answer.body as { warnings?: object }).warnings }
}

const dryRun = async (step: Step, key: string) => {
  const address = `${addressOf(operationNamed(step.operation), step.path)}?dryRun=true`
  const answer = await byHand(step).post(address, step.body, { 'idempotency-key': key })
  expect([step.operation, answer.status < 300, answer.headers.get('dry-run')]).toEqual([step.operation, true, 'true'])
  return answer
}

/** Everything that the ledger holds of the contractor after a place, and how far it was read. */
async function eventsAfter(position: string) {
  await caughtUp(product.host)
  const events: { id: string; data: unknown }[] = []
  for (let link = `/v1/events?limit=500&after=${position}`; ;) {
    const { body } = await contractor.get(link)
    events.push(...body.data)
    if (!body.nextLink) return { events, position: body.position as string }
    link = body.nextLink
  }
}

/** All of an answer but a secret, which is shown once, and what is sealed from everybody at one of the two times. */
const shown = (answer: Answer, other: Answer) => {
  const { status, body } = bare(answer) as { status: number; body: { data: Record<string, unknown> } }
  const erased = [answer, other].flatMap(({ body: { data } }) =>
    ((data.masked ?? []) as { pointer: string; reason: string }[])
      .filter(({ reason }) => reason === 'erased' || reason === 'restricted')
      .map(({ pointer }) => pointer.slice(1)),
  )
  const left = Object.entries(body.data).filter(([name]) => ![...erased, 'masked', 'secret'].includes(name))
  return {
    status,
    body: { ...body, data: Object.fromEntries(left) },
    etag: answer.etag,
    location: answer.headers.get('location'),
  }
}
