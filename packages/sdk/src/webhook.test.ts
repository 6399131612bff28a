import { createHmac } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { verifyWebhook, WebhookRefused } from './webhook.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const body = JSON.stringify({ type: 'org.wushe.case.CaseOpened.v1', subject: '个案' })
const now = 1_700_000_000_000
const sign = (text: string, by = secret, time = now / 1000, id = 'msg_1') =>
  `v1,${createHmac('sha256', Buffer.from(by.slice(6), 'base64'))
    .update(`${id}.${time}.${text}`)
    .digest('base64')}`
const headers = (signature: string, time = now / 1000) => ({
  'webhook-id': 'msg_1',
  'webhook-timestamp': String(time),
  'webhook-signature': signature,
})

test('the example of the specification is genuine', async () => {
  // From the reference libraries of Standard Webhooks.
  const example = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  }
  const options = { now: 1_614_265_330_000 }
  expect(await verifyWebhook('{"test": 2432232314}', example, secret, options)).toEqual({ test: 2432232314 })
})

test('what was signed with the secret is genuine, as text and as bytes, under headers of any kind', async () => {
  const given = headers(sign(body))
  const event = JSON.parse(body)
  expect(await verifyWebhook(body, given, secret, { now })).toEqual(event)
  expect(await verifyWebhook(new TextEncoder().encode(body), new Headers(given), secret, { now })).toEqual(event)
  expect(await verifyWebhook(Buffer.from(body), { ...given, 'Webhook-Id': ['msg_1'] }, secret, { now })).toEqual(event)
})

test('one of several signatures is enough, and one of several secrets', async () => {
  const old = 'whsec_b2xkIHNlY3JldCBvbGQgc2VjcmV0'
  const both = headers(`v1a,AAAA ${sign(body, old)} ${sign(body)}`)
  expect(await verifyWebhook(body, both, secret, { now })).toBeTruthy()
  expect(await verifyWebhook(body, both, old, { now })).toBeTruthy()
  expect(await verifyWebhook(body, headers(sign(body)), [old, secret], { now })).toBeTruthy()
})

test.each([
  ['another body', body.replace('个案', '小组'), headers(sign(body))],
  ['another secret', body, headers(sign(body, 'whsec_AAAAAAAAAAAAAAAAAAAAAAAA'))],
  ['another id', body, { ...headers(sign(body)), 'webhook-id': 'msg_2' }],
  ['another time', body, headers(sign(body), now / 1000 + 1)],
  ['too old', body, headers(sign(body, secret, now / 1000 - 301), now / 1000 - 301)],
  ['of the future', body, headers(sign(body, secret, now / 1000 + 301), now / 1000 + 301)],
  ['no time', body, { ...headers(sign(body)), 'webhook-timestamp': 'yesterday' }],
  ['another scheme', body, headers(sign(body).replace('v1,', 'v2,'))],
  ['no base64', body, headers('v1,%%%')],
  ['part of a signature', body, headers(sign(body).slice(0, 12))],
  ['no signature', body, headers('')],
])('%s is refused', async (_, text, given) => {
  await expect(verifyWebhook(text, given, secret, { now })).rejects.toBeInstanceOf(WebhookRefused)
})

test('a secret that is none is a fault of the program, not of the sender', async () => {
  await expect(verifyWebhook(body, headers(sign(body)), '%', { now })).rejects.toThrow(TypeError)
})
