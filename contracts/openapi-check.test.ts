import { describe, expect, test } from '@jest/globals'
import { answerViolations, type ApiAnswer } from './openapi-check.ts'

const id = 'cas_01h455vb4pex5vsknk084sn001'
const problem = {
  type: '/docs/errors/not-found',
  code: 'not-found',
  title: 'It does not exist, or not for you',
  status: 404,
  requestId: 'req_019364f0c8a57f0e9c1d2b3a4f5e6d7c',
  retryable: false,
}
const everywhere = { 'request-id': problem.requestId, 'api-version': '1.0.0' }
const refused = {
  method: 'GET',
  path: `/v1/cases/${id}`,
  status: 404,
  headers: { ...everywhere, 'content-type': 'application/problem+json; charset=utf-8', 'content-language': 'en' },
  body: problem as object,
}

describe('answerViolations', () => {
  test('finds nothing in an answer as the contract has it', () => {
    expect(violations({})).toEqual([])
  })

  test('finds a status that is not declared', () => {
    expect(violations({ status: 402 })).toEqual(['getCase 402: the status is not declared'])
  })

  test('finds a header that is missing or malformed', () => {
    expect(violations({ headers: { ...refused.headers, 'request-id': '7' } })).toEqual([
      'getCase 404: Request-Id is malformed: 7',
    ])
    const { 'content-language': _, ...without } = refused.headers
    expect(violations({ headers: without as never })).toEqual(['getCase 404: Content-Language is missing'])
    expect(violations({ method: 'POST', path: '/v1/cases', status: 201 })).toEqual(
      expect.arrayContaining(['ETag', 'Sync-Token', 'Location'].map((name) => `openCase 201: ${name} is missing`)),
    )
    expect(violations({ status: 503 })).toEqual(['getCase 503: Retry-After is missing'])
  })

  test('finds another media type, and a body of another form', () => {
    expect(violations({ headers: { ...refused.headers, 'content-type': 'text/html' } })).toEqual([
      'getCase 404: the media type is text/html instead of application/problem+json',
    ])
    expect(violations({ body: { ...problem, code: 7 } })).toEqual([
      'getCase 404: the body is not #/components/schemas/Problem',
    ])
  })

  test('holds each line of lines by itself', () => {
    const lines = {
      path: '/v1/events',
      status: 200,
      headers: { ...refused.headers, 'content-type': 'application/x-ndjson' },
    }
    expect(violations({ ...lines, body: [{}] as never })).toContain(
      'listEvents 200: the body is not #/components/schemas/CloudEvent',
    )
    expect(violations({ ...lines, body: [] as never })).not.toContain(
      'listEvents 200: the body is not #/components/schemas/CloudEvent',
    )
  })

  test('prefers the address without an id, and knows nothing of addresses outside the contract', () => {
    expect(violations({ path: '/v1/reports/facts?indicator=IND-C1', status: 402 })[0]).toMatch('listFacts')
    expect(violations({ path: '/health/live', status: 402 })).toEqual([])
  })
})

const violations = (change: Partial<typeof refused>) => {
  const { headers, ...answer } = { ...refused, ...change }
  return answerViolations({ ...answer, headers: new Headers(headers) } satisfies ApiAnswer)
}
