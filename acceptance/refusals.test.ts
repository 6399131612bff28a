// Refusals that no rule of a service gives: what the host answers when time, others or our own faults stand in the way.
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { answerViolations } from '@wushe/contracts/openapi-check'
import { answerUnavailable } from '@wushe/service-host'
import { makeApiKey } from '@wushe/slice'
import { boot, seen, type Api, type Booted } from '@wushe/testkit'
import { services } from '../scripts/all-services.ts'
import { anAgreement } from './telling/telling.fixture.ts'

let product: Booted
let contractor: Api
let agreementId: string
beforeAll(async () => {
  product = await boot(services)
  contractor = await product.organisation('contractor')
  agreementId = await anAgreement(product, await product.organisation('funder'), contractor, '协议')
}, 120_000)
afterAll(() => product?.stop(), 120_000)

test('nobody is told figures of a moment to come, of an indicator that is not there, or by a dimension it has not', async () => {
  const facts = (query: string) => contractor.get(`/v1/reports/facts?agreementId=${agreementId}&${query}`)
  const report = await contractor.get(`/v1/reports/coverage?agreementId=${agreementId}&asOf=2999-01-01T00:00:00Z`)
  expect([report.status, report.body.code]).toEqual([422, 'as-of-in-future'])
  expect((await facts('indicator=IND-Z9')).body.code).toBe('indicator-not-known')
  expect((await facts('indicator=IND-A2&scope=national')).body.code).toBe('dimension-not-known')
})

test('whoever waits for what is not there yet is told to come again', async () => {
  const future = `case=pg:${'7'.padEnd(16, 'f')}`
  const { status, body, headers } = await contractor.get('/v1/cases', { 'sync-token': future })
  expect([status, body.code, body.retryable]).toEqual([503, 'projection-lagging', true])
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
})

test('whoever shows no key is told so at once, whatever else the request says', async () => {
  const far = `access=pg:${'7'.padEnd(16, 'f')}`
  for (const [authorization, code] of [
    ['', 'key-missing'],
    ['Bearer wsk_none', 'key-malformed'],
  ] as const)
    for (const token of [far, 'nonsense']) {
      const began = performance.now()
      const answer = await product.anonymous.get('/v1/cases', { authorization, 'sync-token': token })
      expect([answer.status, answer.body.code]).toEqual([401, code])
      expect(performance.now() - began).toBeLessThan(1500)
    }
  // An unknown key may be one that the token speaks of; a token that is none speaks of nothing.
  const unknown = { authorization: `Bearer ${makeApiKey('key_01h455vb4pex5vsknk084sn001', '0'.repeat(64)).text}` }
  expect((await product.anonymous.get('/v1/cases', { ...unknown, 'sync-token': 'nonsense' })).status).toBe(401)
  expect((await product.anonymous.get('/v1/cases', { ...unknown, 'sync-token': far })).status).toBe(503)
})

test('what comes as the body of a GET means nothing, however large', async () => {
  for (const body of ['{', '0'.repeat(1_100_000)]) {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${contractor.key}`,
        'content-type': 'application/json',
        'content-length': body.length,
      }
      request(`${product.url}/v1/me`, { method: 'GET', headers }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end(body)
    })
    expect(status).toBe(200)
  }
})

test('of many who write to one thing at once, some are told to come again, and with the same key succeed', async () => {
  const { body } = await contractor.post('/v1/groups', { ...group, occurredOn: '2023-02-01' })
  const waiting = Array.from({ length: 40 }, (_, number) => ({ key: `writer number ${number}`, number }))
  const wait = async ({ key, number }: (typeof waiting)[number]) => {
    const change = { ...group, capacity: 11 + number, occurredOn: '2023-02-01', reason: 'typing-error' }
    return contractor.post(`/v1/groups/${body.data.id}/correction`, change, { 'idempotency-key': key })
  }
  const outcomes = new Set<string>()
  for (let left = waiting; left.length > 0;) {
    const answers = await Promise.all(left.map(wait))
    for (const answer of answers) outcomes.add(`${answer.status} ${answer.body.code ?? ''}`.trim())
    left = left.filter((_, at) => answers[at]!.status === 409)
  }
  expect([...outcomes].sort()).toEqual(['200', '409 concurrent-update'])
  const { version } = (await contractor.get(`/v1/groups/${body.data.id}`)).body.data
  expect(version).toBe(1 + waiting.length)
}, 180_000)

test('a fault of ours is said to be ours, and says nothing of itself', async () => {
  const printed = jest.spyOn(console, 'error').mockImplementation(() => {})
  const { pool } = product.host.services.find(({ name }) => name === 'case')!
  await pool.query('alter table cases.case_file rename to elsewhere')
  const { status, body } = await contractor.get('/v1/cases')
  await pool.query('alter table cases.elsewhere rename to case_file')
  expect([status, body.code, body.retryable]).toEqual([500, 'internal-error', true])
  expect(JSON.stringify(body)).not.toMatch(/case_file|relation|select/)
  expect(printed).toHaveBeenCalledWith(body.requestId, expect.anything())
  printed.mockRestore()
  expect((await contractor.get('/v1/cases')).status).toBe(200)
})

test('before a service can be asked, it answers as the contract says', async () => {
  const server = createServer(answerUnavailable).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/v1/cases`, { headers: { 'accept-language': 'en' } })
  const { status, headers } = response
  const body = (await response.json()) as { code: string; title: string }
  server.close()
  expect(answerViolations({ method: 'GET', path: '/v1/cases', status, headers, body })).toEqual([])
  expect([status, body.code, body.title]).toEqual([503, 'unavailable', 'The service cannot answer now'])
  seen({ code: body.code })
})

const group = { kind: 'growth', theme: '成长小组', plannedSessions: 6, capacity: 10 }
