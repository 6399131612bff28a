import { test } from '@jest/globals'
import { makeClientSecret } from '@wushe/slice'
import { aMoment, given } from '@wushe/testkit'
import { registerClient, replaceClientCredentials, revokeClient } from './clients.ts'
import {
  clientId,
  clientRegistered,
  clientRevoked,
  organisationId,
  publicKey,
  registered,
  suspended,
} from './examples.ts'

const path = { organisationId }
const withKeys = { label: 'sync', method: 'private_key_jwt' as const, keys: [publicKey] }
const withSecret = { label: 'sync', method: 'client_secret_basic' as const }
const { hash, hint } = makeClientSecret(aMoment.chance)
const { keys: _, ...facts } = clientRegistered.data
const secretRegistered = {
  type: 'ClientRegistered',
  data: { ...facts, method: 'client_secret_basic', hash: '0'.repeat(64), hint: 'wcs_…0000' },
} as const

test('a client is registered with public keys', () =>
  given(registered).when(registerClient, { path, body: withKeys }).recordsEachTime(clientRegistered))

test('a public key may be sent as browsers write it', () =>
  given(registered)
    .when(registerClient, { path, body: { ...withKeys, keys: [{ ...publicKey, ext: true, key_ops: ['verify'] }] } })
    .recordsEachTime(clientRegistered))

test('a client is registered with a secret of which only the hash is recorded', () =>
  given(registered)
    .when(registerClient, { path, body: withSecret })
    .recordsEachTime({ type: 'ClientRegistered', data: { ...facts, method: 'client_secret_basic', hash, hint } }))

test('a client has public keys or a secret, as it says, and never both', () => {
  const register = (body: object) => given(registered).when(registerClient, { path, body: body as never })
  register({ ...withKeys, keys: undefined }).isRefused('client-keys-wrong', { method: 'private_key_jwt' })
  register({ ...withSecret, keys: [publicKey] }).isRefused('client-keys-wrong', { method: 'client_secret_basic' })
})

test('a public key is one of the two kinds that we check', () => {
  const register = (key: object) =>
    given(registered).when(registerClient, { path, body: { ...withKeys, keys: [key as never] } })
  register({ ...publicKey, alg: 'ES256' }).isRefused('client-keys-wrong')
  register({ kty: 'EC', crv: 'P-256', x: publicKey.x }).isRefused('client-keys-wrong')
  register({ ...publicKey, crv: 'P-256' }).isRefused('client-keys-wrong')
})

test('a suspended organisation gets no client', () =>
  given(registered, suspended).when(registerClient, { path, body: withKeys }).isRefused('organisation-suspended'))

test('a client is given no scope that is not for its kind of organisation', () =>
  given(registered)
    .when(registerClient, { path, body: { ...withKeys, scopes: ['agreements:write'] } })
    .isRefused('scopes-not-available', { scopes: 'agreements:write' }))

test('a client stands for a role, as a key does', () => {
  const standing = { role: 'station-head' as const, within: { siteIds: ['sta_01h455vb4pex5vsknk084sn001'] } }
  given(registered)
    .when(registerClient, { path, body: { ...withKeys, ...standing } })
    .recordsEachTime({ ...clientRegistered, data: { ...clientRegistered.data, ...standing } })
  given(registered)
    .when(registerClient, { path, body: { ...withKeys, role: 'social-worker' } })
    .isRefused('role-limits-wrong', { role: 'social-worker' })
})

test('a new secret works beside the one before it, which ends in seven days', () =>
  given(registered, secretRegistered)
    .when(replaceClientCredentials, { path: { ...path, clientId }, body: {} })
    .recordsEachTime({
      type: 'ClientCredentialsReplaced',
      data: { clientId, organisationId, hash, hint, previousUntil: '2026-03-09' },
    }))

test('public keys are replaced as a whole', () =>
  given(registered, clientRegistered)
    .when(replaceClientCredentials, { path: { ...path, clientId }, body: { keys: [publicKey] } })
    .recordsEachTime({ type: 'ClientCredentialsReplaced', data: { clientId, organisationId, keys: [publicKey] } }))

test('nobody takes over a client of the own organisation that may do more than they', () =>
  given(registered, clientRegistered)
    .when(
      replaceClientCredentials,
      { path: { ...path, clientId }, body: { keys: [publicKey] } },
      { moment: { ...aMoment, actor: { ...aMoment.actor, orgId: organisationId, scopes: ['keys:manage'] } } },
    )
    .isRefused('scopes-not-available'))

test('a revoked client gets no new credentials', () =>
  given(registered, clientRegistered, clientRevoked)
    .when(replaceClientCredentials, { path: { ...path, clientId }, body: { keys: [publicKey] } })
    .isRefused('client-not-active'))

test('a client can be revoked', () =>
  given(registered, clientRegistered)
    .when(revokeClient, { path: { ...path, clientId }, body: { reason: 'lost' } })
    .records(clientRevoked))

test('revoking a client twice changes nothing', () =>
  given(registered, clientRegistered, clientRevoked)
    .when(revokeClient, { path: { ...path, clientId }, body: {} })
    .changesNothing())

test('a client that was never registered is not found', () =>
  given(registered)
    .when(revokeClient, { path: { ...path, clientId }, body: {} })
    .isRefused('not-found'))
