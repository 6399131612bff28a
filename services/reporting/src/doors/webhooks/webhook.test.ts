import { expect, test } from '@jest/globals'
import type { Streams } from '@wushe/contracts'
import { aMoment, given } from '@wushe/testkit'
import { messageOf } from './deliver.ts'
import { correctWebhook, registerWebhook } from './register-webhook.ts'
import {
  removeWebhook,
  replayWebhook,
  resumeWebhook,
  rotateWebhookSecret,
  suspendWebhook,
  testWebhook,
} from './run-webhook.ts'

type Event = Streams['webhook']
const organisationId = aMoment.actor.orgId
const path = { webhookId: 'whk_01h455vb4pex5vsknk084sn001' }
const url = 'https://ngo.example/wushe'
const secret = `whsec_${Buffer.from(aMoment.chance, 'hex').toString('base64')}`
const registered: Event = { type: 'WebhookRegistered', data: { organisationId, url } }
const suspended: Event = { type: 'WebhookSuspended', data: { reason: 'requested' } }
const removed: Event = { type: 'WebhookRemoved', data: {} }

test('an endpoint is registered, and its secret is recorded sealed only', () => {
  given()
    .when(registerWebhook, { body: { url } })
    .records({ ...registered, sealed: { secret } })
  expect(JSON.stringify(registered)).not.toMatch('whsec')
})

test('an address that is not https, or carries a password, is refused', () => {
  for (const wrong of [
    'http://ngo.example/wushe',
    'https://user:password@ngo.example/',
    'https://user@ngo.example/',
    'https://ngo.example/#part',
    'https://',
  ])
    given()
      .when(registerWebhook, { body: { url: wrong } })
      .isRefused('webhook-url-not-allowed')
})

test('a type of event that does not exist is refused', () =>
  given()
    .when(registerWebhook, { body: { url, eventTypes: ['CaseOpened', 'CaseLost'] } })
    .isRefused('event-type-not-known', { type: 'CaseLost' }))

test('an endpoint is corrected as a whole, and the same again changes nothing', () => {
  const body = { url, eventTypes: ['CaseOpened'], reason: 'other' as const }
  given(registered)
    .when(correctWebhook, { path, body })
    .records({ type: 'WebhookCorrected', data: { organisationId, ...body } })
  given(registered)
    .when(correctWebhook, { path, body: { url, reason: 'other' } })
    .changesNothing()
})

test('an endpoint is suspended and resumed', () => {
  given(registered)
    .when(suspendWebhook, { path, body: { reason: 'requested' } })
    .records(suspended)
  given(registered, suspended)
    .when(suspendWebhook, { path, body: { reason: 'gone' } })
    .changesNothing()
  given(registered, suspended).when(resumeWebhook, { path, body: {} }).records({ type: 'WebhookResumed', data: {} })
  given(registered).when(resumeWebhook, { path, body: {} }).changesNothing()
})

test('an endpoint that was removed stays so', () => {
  given(registered).when(removeWebhook, { path, body: {} }).records(removed)
  for (const [command, body] of [
    [resumeWebhook, {}],
    [suspendWebhook, { reason: 'other' }],
    [rotateWebhookSecret, {}],
    [correctWebhook, { url, reason: 'other' }],
  ] as const)
    given(registered, removed)
      .when(command as typeof resumeWebhook, { path, body: body as never })
      .isRefused('webhook-not-active', { status: 'removed' })
})

test('a new secret is recorded sealed', () =>
  given(registered)
    .when(rotateWebhookSecret, { path, body: {} })
    .recordsEachTime({ type: 'WebhookSecretRotated', data: {}, sealed: { secret } }))

test('only an active endpoint is tested or sent anything again', () => {
  given(registered).when(testWebhook, { path, body: {} }).recordsEachTime({ type: 'WebhookTestRequested', data: {} })
  given(registered, suspended).when(testWebhook, { path, body: {} }).isRefused('webhook-not-active')
  given(registered, suspended)
    .when(replayWebhook, { path, body: { eventIds: ['019364f0-c8a5-7f0e-9c1d-2b3a4f5e6d7c'] } })
    .isRefused('webhook-not-active')
})

test('a replay names a period or events, and not both', () => {
  const [from, to] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00+08:00']
  const eventIds = ['019364f0-c8a5-7f0e-9c1d-2b3a4f5e6d7c']
  for (const data of [{ from, to }, { eventIds }])
    given(registered)
      .when(replayWebhook, { path, body: data })
      .recordsEachTime({ type: 'WebhookReplayRequested', data })
  for (const body of [{}, { from }, { to }, { from: to, to: from }, { from, to, eventIds }])
    given(registered).when(replayWebhook, { path, body }).isRefused('replay-not-clear')
})

test('a message says what happened to which thing and where to read it, and holds no fact', () => {
  const { data, ...attributes } = messageOf({
    ...{ run: '', number: '7', attempts: 0, position: '42', source: 'case', revision: '3', schema: 1 },
    stream: 'case-cas_01h455vb4pex5vsknk084sn001',
    id: '019364f0-c8a5-7f0e-9c1d-2b3a4f5e6d7c',
    type: 'CaseSessionRecorded',
    at: '2026-03-02T04:00:00.000000Z',
    data: { sessionId: 'ses_01h455vb4pex5vsknk084sn001', mode: 'interview', minutes: 50 },
    meta: { tenant: organisationId, correlationId: 'req_1', actor: { keyId: 'key_1' } },
  })
  expect(data).toEqual({
    type: 'caseSession',
    id: 'ses_01h455vb4pex5vsknk084sn001',
    href: '/v1/cases/cas_01h455vb4pex5vsknk084sn001/sessions/ses_01h455vb4pex5vsknk084sn001',
    version: 4,
  })
  expect(attributes).toMatchObject({ sequence: '00000000000000000042', endpointsequence: '00000000000000000007' })
  expect(JSON.stringify(attributes)).not.toMatch('interview')
})
