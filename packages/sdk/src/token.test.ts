import { generateKeyPairSync } from 'node:crypto'
import { afterEach, expect, test } from '@jest/globals'
import { anAuthorizationServer } from './authorization-server.fixture.ts'
import { WusheTokenRefused } from './errors.ts'
import { createWushe } from './wushe.ts'

type Server = Awaited<ReturnType<typeof anAuthorizationServer>>
let server: Server
afterEach(() => server?.stop())

const secret = '秘密 & + : %'
const clientCredentials = { clientId: 'client one', clientSecret: secret }
const start = async (expiresIn?: number) => {
  server = await anAuthorizationServer({ 'client one': { secret } }, expiresIn)
  return createWushe({ baseUrl: server.url, clientCredentials })
}

test('requests that need a token at the same time wait for the same one, and later ones use it again', async () => {
  const wushe = await start()
  server.answerAfter(50)
  await Promise.all(Array.from({ length: 20 }, () => wushe.get('/v1/me')))
  await wushe.get('/v1/me')
  expect(server.seen).toEqual({ metadata: 1, tokens: 1, scopes: [null], refusals: 0 })
})

test('a token that is no longer accepted is renewed once for all who were refused', async () => {
  const wushe = await start()
  await wushe.get('/v1/me')
  server.revokeAll()
  await Promise.all(Array.from({ length: 20 }, () => wushe.get('/v1/me')))
  expect([server.seen.tokens, server.seen.refusals > 0]).toEqual([2, true])
})

test('a client whose new token is refused too is told so, and asks no further', async () => {
  const wushe = await start()
  await wushe.get('/v1/me')
  const revoking = createWushe({
    baseUrl: server.url,
    clientCredentials,
    fetch: (...request) => {
      server.revokeAll()
      return fetch(...request)
    },
  })
  await expect(revoking.get('/v1/me')).rejects.toMatchObject({ code: 'key-not-valid', status: 401 })
  expect(server.seen).toMatchObject({ tokens: 3, refusals: 2 })
})

test('a token is renewed before it ends', async () => {
  const wushe = await start(1)
  await wushe.get('/v1/me')
  await new Promise((resolve) => setTimeout(resolve, 950))
  await wushe.get('/v1/me')
  expect(server.seen).toMatchObject({ tokens: 2, refusals: 0 })
})

test('a wrong secret is refused with the word of the token endpoint, each time anew', async () => {
  await start()
  const wrong = createWushe({ baseUrl: server.url, clientCredentials: { clientId: 'client one', clientSecret: 'x' } })
  const refused = wrong.get('/v1/me')
  await expect(refused).rejects.toBeInstanceOf(WusheTokenRefused)
  await expect(refused).rejects.toMatchObject({ error: 'invalid_client', retryable: false })
  await expect(wrong.get('/v1/me')).rejects.toMatchObject({ error: 'invalid_client' })
})

test.each([
  ['Ed25519', generateKeyPairSync('ed25519')],
  ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
])('a client that holds a private key of %s proves it, and sends no secret', async (_, { publicKey, privateKey }) => {
  server = await anAuthorizationServer({ keeper: { publicKey: publicKey.export({ format: 'jwk' }) } })
  const key = privateKey.export({ format: 'jwk' }) as Record<string, string>
  const wushe = createWushe({
    baseUrl: server.url,
    privateKeyJwt: { clientId: 'keeper', key, keyId: 'k1', scope: 'cases:read' },
  })
  await wushe.get('/v1/me')
  server.revokeAll()
  await wushe.get('/v1/me')
  expect(server.seen).toMatchObject({ tokens: 2, scopes: ['cases:read', 'cases:read'] })
  const other = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as Record<string, string>
  const thief = createWushe({ baseUrl: server.url, privateKeyJwt: { clientId: 'keeper', key: other } })
  await expect(thief.get('/v1/me')).rejects.toMatchObject({ error: 'invalid_client' })
})

test('tokens of another issuer are asked for there, and only if it says that it is that issuer', async () => {
  server = await anAuthorizationServer({ 'client one': { secret } })
  const issuer = server.url
  const baseUrl = server.url.replace('127.0.0.1', 'localhost')
  await createWushe({ baseUrl, clientCredentials: { ...clientCredentials, issuer } }).get('/v1/me')
  const pretended = createWushe({ baseUrl, clientCredentials: { ...clientCredentials, issuer: baseUrl } })
  await expect(pretended.get('/v1/me')).rejects.toThrow('does not say how')
})

test('a source of tokens of one’s own is asked each time, and told which token was refused', async () => {
  await start()
  const asked: (string | undefined)[] = []
  const wushe = createWushe({
    baseUrl: server.url,
    token: async (refused) => {
      asked.push(refused)
      return `token ${asked.length}`
    },
  })
  await expect(wushe.get('/v1/me')).rejects.toMatchObject({ status: 401 })
  expect(asked).toEqual([undefined, 'token 1'])
})

test('whoever stops waiting for a token leaves the others waiting for it', async () => {
  const wushe = await start()
  server.answerAfter(1000)
  const stop = new AbortController()
  const left = wushe.get('/v1/me', { signal: stop.signal })
  const stayed = wushe.get('/v1/me')
  setTimeout(() => stop.abort(new Error('enough')), 50)
  await expect(left).rejects.toThrow('enough')
  await stayed
  expect(server.seen.tokens).toBe(1)
})
