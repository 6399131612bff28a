import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { makeApiKey } from '@wushe/slice'
import { boot, type Api, type Booted } from '@wushe/testkit'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import { accessService } from './service.ts'

let world: Booted
let ngo: Api
let operator: Api
/** Another issuer than ours, as an organisation's identity provider would be, on a port of its own. */
let idp: { url: string; fetched: number; key: CryptoKey; stop: () => void }
/** What the clock of the service shows. */
let clock = () => new Date()
const organisation = (of: Api) => `/v1/organisations/${of.orgId}`

beforeAll(async () => {
  idp = await anIssuer()
  world = await boot([accessService], {
    alone: true,
    now: () => clock(),
    issuers: [{ issuer: idp.url, audience: 'wushe', organisationClaim: 'department' }],
    limits: {
      clientRequestsPerMinute: 300,
      clientWritesPerHour: 40,
      organisationRequestsPerMinute: 400,
      organisationWritesPerHour: 60,
      failuresPerMinute: 100,
    },
    trustedProxies: ['loopback'],
  })
  operator = world.operator
  ngo = await world.organisation('contractor')
}, 120_000)
afterAll(async () => {
  await world?.stop()
  idp?.stop()
}, 60_000)

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const me = (token: string, headers = {}) => world.anonymous.get('/v1/me', { ...bearer(token), ...headers })

describe('an OAuth client', () => {
  let pair: Pair
  let clientId: string

  test('is registered by its own organisation, with a public key', async () => {
    pair = await aPair('EdDSA')
    const made = await ngo.post(`${organisation(ngo)}/clients`, {
      ...{ label: 'sync', method: 'private_key_jwt', keys: [pair.jwk] },
      ...{ scopes: ['organisations:read', 'keys:read'], origins: ['https://app.example.org'] },
    })
    expect([made.status, made.body.data.scopes, made.body.data.secret]).toEqual([
      201,
      ['organisations:read', 'keys:read'],
      undefined,
    ])
    clientId = made.body.data.id
    expect(made.headers.get('location')).toBe(`${organisation(ngo)}/clients/${clientId}`)
    const { body } = await ngo.get(`${organisation(ngo)}/clients/${clientId}`, { 'sync-token': made.syncToken! })
    expect(body.data).toMatchObject({ keys: [pair.jwk], origins: ['https://app.example.org'], orgId: ngo.orgId })
  })

  test('is nothing to another organisation', async () => {
    const other = await world.organisation('contractor')
    const body = { label: 'sync', method: 'client_secret_basic' }
    expect((await other.get(`${organisation(ngo)}/clients/${clientId}`)).status).toBe(404)
    expect((await other.get(`${organisation(ngo)}/clients`)).status).toBe(404)
    expect((await other.post(`${organisation(ngo)}/clients`, body)).status).toBe(404)
    expect((await other.post(`${organisation(ngo)}/keys`, { label: 'mine' })).status).toBe(404)
    expect((await other.post(`${organisation(ngo)}/clients/${clientId}/revocation`, {})).status).toBe(404)
  })

  test('gets a token of RFC 9068 for an assertion that it signed, and is who it says', async () => {
    await known(clientId)
    const { status, body, headers } = await token({ ...asserted(await assertion(clientId, pair)) })
    expect([status, body.token_type, body.expires_in]).toEqual([200, 'Bearer', 600])
    expect(headers.get('cache-control')).toBe('no-store')
    const [header, claims] = opened(body.access_token)
    expect(header).toEqual({ typ: 'at+jwt', alg: 'EdDSA', kid: new Date().toISOString().slice(0, 7) })
    expect(claims).toEqual({
      ...{ iss: world.url, aud: world.url, sub: clientId, client_id: clientId, jti: expect.any(String) },
      ...{ org: ngo.orgId, org_type: 'contractor', scope: 'keys:read organisations:read' },
      ...{ iat: expect.any(Number), exp: claims.iat + 600 },
    })
    const answer = await me(body.access_token)
    expect(answer.body.data).toMatchObject({
      organisation: { id: ngo.orgId },
      key: { id: clientId, label: 'sync' },
      scopes: ['keys:read', 'organisations:read'],
    })
  })

  test('stands for the role that it was registered with, in its tokens too', async () => {
    const { jwk, ...keys } = await aPair('EdDSA')
    const standing = { role: 'social-worker', within: { workerId: 'pra_01h455vb4pex5vsknk084sn001' } }
    const made = await ngo.post(`${organisation(ngo)}/clients`, {
      ...{ label: 'worker', method: 'private_key_jwt', keys: [jwk], ...standing },
    })
    const { id } = made.body.data
    await known(id)
    const { body } = await token(asserted(await assertion(id, { jwk, ...keys })))
    expect((await me(body.access_token)).body.data).toMatchObject(standing)
    const issuing = await world.anonymous.post(`${organisation(ngo)}/keys`, { label: 'x' }, bearer(body.access_token))
    expect([issuing.status, issuing.body.code]).toEqual([403, 'not-permitted'])
  })

  test('may use ES256 too', async () => {
    const es = await aPair('ES256')
    const made = await ngo.post(`${organisation(ngo)}/clients`, {
      ...{ label: 'es', method: 'private_key_jwt', keys: [es.jwk] },
    })
    await known(made.body.data.id)
    expect((await token(asserted(await assertion(made.body.data.id, es)))).status).toBe(200)
  })

  test('may do what its scopes say and nothing else, and is told what it lacks', async () => {
    const { body } = await token({ scope: 'organisations:read', ...asserted(await assertion(clientId, pair)) })
    const asClient = bearer(body.access_token)
    expect((await world.anonymous.get(organisation(ngo), asClient)).status).toBe(200)
    const keys = await world.anonymous.get(`${organisation(ngo)}/keys`, asClient)
    expect([keys.status, keys.body.code, keys.body.params]).toEqual([
      403,
      'missing-scope',
      { requiredScopes: 'keys:read' },
    ])
    expect(keys.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope", scope="keys:read"')
    const history = await world.anonymous.get(`${organisation(ngo)}/history`, asClient)
    expect(history.body.params).toEqual({ requiredScopes: 'organisations:read history:read' })
  })

  test('gets no token for a scope that it does not have', async () => {
    const answer = await token({ scope: 'keys:manage', ...asserted(await assertion(clientId, pair)) })
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_scope'])
  })

  test('cannot have an assertion used twice', async () => {
    const once = asserted(await assertion(clientId, pair))
    expect((await token(once)).status).toBe(200)
    const again = await token(once)
    expect([again.status, again.body.error]).toEqual([401, 'invalid_client'])
  })

  test.each([
    ['that another key signed', async () => assertion(clientId, await aPair('EdDSA'))],
    ['that is for somebody else', () => assertion(clientId, pair, { aud: 'https://elsewhere.example' })],
    ['that has expired', () => assertion(clientId, pair, { exp: seconds() - 60 })],
    ['that lives for longer than five minutes', () => assertion(clientId, pair, { exp: seconds() + 3600 })],
    ['without an id', () => assertion(clientId, pair, { jti: undefined })],
    ['of another client', () => assertion('cli_01h455vb4pex5vsknk084sn001', pair)],
    ['that is none', async () => 'nothing'],
  ])('gets no token for an assertion %s, and nobody learns why', async (_, make) => {
    const { status, body } = await token(asserted(await make()))
    expect([status, body]).toEqual([
      401,
      { error: 'invalid_client', error_description: 'The client is not known, or its proof is not right.' },
    ])
  })

  test('gets other public keys, and the old ones end', async () => {
    const next = await aPair('EdDSA')
    const path = `${organisation(ngo)}/clients/${clientId}`
    const changed = await ngo.post(`${path}/credentials`, { keys: [next.jwk] })
    expect([changed.status, changed.body.data.keys]).toEqual([200, [next.jwk]])
    await ngo.get('/v1/me', { 'sync-token': changed.syncToken! })
    expect((await token(asserted(await assertion(clientId, pair)))).status).toBe(401)
    expect((await token(asserted(await assertion(clientId, next)))).status).toBe(200)
    pair = next
  })

  test('is shown with the moment at which it was last used', async () => {
    const { body } = await eventually(
      () => ngo.get(`${organisation(ngo)}/clients/${clientId}`),
      (answer) => answer.body.data.lastUsedAt !== undefined,
    )
    expect(Date.now() - Date.parse(body.data.lastUsedAt)).toBeLessThan(120_000)
  })

  test('that is revoked gets no token, and those it has open nothing', async () => {
    const { body } = await token(asserted(await assertion(clientId, pair)))
    expect((await me(body.access_token)).status).toBe(200)
    const gone = await ngo.post(`${organisation(ngo)}/clients/${clientId}/revocation`, { reason: 'unused' })
    const after = await me(body.access_token, { 'sync-token': gone.syncToken! })
    expect([after.status, after.body.code]).toEqual([401, 'token-not-valid'])
    expect((await token(asserted(await assertion(clientId, pair)))).status).toBe(401)
  })
})

describe('a client with a secret', () => {
  let clientId: string
  let secret: string
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(`${clientId}:${text}`).toString('base64')}` })

  test('is shown it once, and gets a token for it', async () => {
    const made = await ngo.post(
      `${organisation(ngo)}/clients`,
      { label: 'excel', method: 'client_secret_basic' },
      { 'idempotency-key': 'a client with a secret' },
    )
    clientId = made.body.data.id
    secret = made.body.data.secret
    expect(secret).toMatch(/^wcs_[0-9a-f]{72}$/)
    await known(clientId)
    expect((await ngo.get(`${organisation(ngo)}/clients/${clientId}`)).body.data.secret).toBe(undefined)
    const { status, body } = await token({}, basic(secret))
    expect([status, body.scope.split(' ')]).toEqual([200, expect.arrayContaining(['cases:write', 'keys:manage'])])
  })

  test('gets another, and the one before works for seven more days', async () => {
    const changed = await ngo.post(`${organisation(ngo)}/clients/${clientId}/credentials`, {})
    const next = changed.body.data.secret
    await ngo.get('/v1/me', { 'sync-token': changed.syncToken! })
    expect((await token({}, basic(next))).status).toBe(200)
    expect((await token({}, basic(secret))).status).toBe(200)
    clock = () => new Date(Date.now() + 8 * 86_400_000)
    expect((await token({}, basic(next))).status).toBe(200)
    expect((await token({}, basic(secret))).status).toBe(401)
    clock = () => new Date()
  })

  test('is refused in the words of RFC 6749', async () => {
    const wrong = await token({}, basic('wcs_wrong'))
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="wushe"'])
    expect((await token({ grant_type: 'password' }, basic(secret))).body.error).toBe('unsupported_grant_type')
    expect((await token({ grant_type: undefined }, basic(secret))).body.error).toBe('invalid_request')
    expect((await token({ client_assertion: 'x' }, basic(secret))).body.error).toBe('invalid_request')
    expect((await token({ resource: 'https://elsewhere.example' }, basic(secret))).body.error).toBe('invalid_target')
    expect((await token({})).body.error).toBe('invalid_client')
  })
})

describe('an access token', () => {
  let text: string
  beforeAll(async () => {
    const made = await operator.post(`${organisation(ngo)}/clients`, { label: 'by us', method: 'client_secret_basic' })
    await known(made.body.data.id)
    const proof = Buffer.from(`${made.body.data.id}:${made.body.data.secret}`).toString('base64')
    text = (await token({}, { authorization: `Basic ${proof}` })).body.access_token
  })

  test('can be checked by anybody with the public keys that we publish', async () => {
    const { body } = await world.anonymous.get('/.well-known/oauth-authorization-server')
    expect(body).toMatchObject({ issuer: world.url, token_endpoint: `${world.url}/oauth/token` })
    const { keys } = (await (await fetch(body.jwks_uri)).json()) as { keys: JWK[] }
    const [header] = opened(text)
    const { importJWK, jwtVerify } = await import('jose')
    const key = await importJWK(
      keys.find(({ kid }) => kid === header.kid)!,
      'EdDSA',
    )
    const { payload } = await jwtVerify(text, key, { issuer: world.url, audience: world.url, typ: 'at+jwt' })
    expect(payload['org']).toBe(ngo.orgId)
    expect(keys.every((one) => one.d === undefined)).toBe(true)
  })

  test('is not taken with other claims, without a signature or with another one', async () => {
    const [header, payload, signature] = text.split('.') as [string, string, string]
    const other = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
    const claims = opened(text)[1]
    for (const forged of [
      `${header}.${other({ ...claims, org: operator.orgId })}.${signature}`,
      `${other({ typ: 'at+jwt', alg: 'none' })}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      'a.b.c',
    ]) {
      const answer = await me(forged)
      expect([answer.status, answer.body.code]).toEqual([401, 'token-not-valid'])
    }
  })

  test('ends after ten minutes, also where it was seen before', async () => {
    expect((await me(text)).status).toBe(200)
    clock = () => new Date(Date.now() + 601_000)
    expect((await me(text)).body.code).toBe('token-not-valid')
    clock = () => new Date()
  })

  test('of last month is taken in the first minutes of this one, and the next month has another key', async () => {
    const lastMinute = Date.UTC(2030, 0, 31, 23, 58)
    const made = await operator.post(`${organisation(ngo)}/clients`, { label: 'late', method: 'client_secret_basic' })
    await known(made.body.data.id)
    const proof = Buffer.from(`${made.body.data.id}:${made.body.data.secret}`).toString('base64')
    clock = () => new Date(lastMinute)
    const { body } = await token({}, { authorization: `Basic ${proof}` })
    expect(opened(body.access_token)[0].kid).toBe('2030-01')
    clock = () => new Date(lastMinute + 240_000)
    expect((await me(body.access_token)).status).toBe(200)
    const { body: published } = await world.anonymous.get('/.well-known/jwks.json')
    expect(published.keys.map(({ kid }: JWK) => kid)).toEqual(['2030-01', '2030-02'])
    expect(new Set(published.keys.map(({ x }: JWK) => x)).size).toBe(2)
    clock = () => new Date()
  })
})

describe('a token of another issuer', () => {
  const portal = () => `${new URL(idp.url).host}/portal`
  const issued = (claims: object, typ = 'at+jwt') =>
    new SignJWT({
      client_id: 'portal',
      scope: 'organisations:read keys:manage',
      department: ngo.orgId,
      aud: 'wushe',
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', typ, kid: 'idp-1' })
      .setIssuer(idp.url)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(idp.key)

  test('speaks for the organisation that its claim names, with the scopes that both allow', async () => {
    const { status, body } = await me(await issued({ scope: 'organisations:read organisations:write' }))
    expect([status, body.data]).toEqual([
      200,
      {
        organisation: { id: ngo.orgId, kind: 'contractor', name: expect.any(String) },
        ...{ key: { id: portal(), label: portal() }, scopes: ['organisations:read'], agreements: [] },
        // What its issuer calls a role is not known here.
        role: 'contractor-admin',
      },
    ])
  })

  test('is checked with keys that are fetched once', async () => {
    await me(await issued({}))
    await me(await issued({}))
    expect(idp.fetched).toBe(1)
  })

  test.each([
    ['for somebody else', () => issued({ aud: 'others' })],
    ['that is an ID token', () => issued({}, 'JWT')],
    ['for an organisation that does not exist', () => issued({ department: 'org_01h455vb4pex5vsknk084sn001' })],
    ['that names no organisation', () => issued({ department: undefined })],
  ])('%s is not taken', async (_, make) => {
    const answer = await me(await make())
    expect([answer.status, answer.body.code]).toEqual([401, 'token-not-valid'])
  })

  test('puts the person behind the client into the event, beside the client', async () => {
    const made = await world.anonymous.post(
      `${organisation(ngo)}/keys`,
      { label: 'by a person', scopes: ['keys:manage', 'organisations:read'] },
      bearer(await issued({ act: { sub: 'staff-4711' } })),
    )
    expect(made.status).toBe(201)
    const seen = async (as: Api) => {
      const { body } = await as.get(`${organisation(ngo)}/history?limit=500`)
      return body.data.find((one: any) => one.eventId === made.body.receipt.events[0].id).actor
    }
    expect(await seen(ngo)).toEqual({ orgId: ngo.orgId, keyId: portal(), person: 'staff-4711' })
    expect(await seen(operator)).toEqual({ orgId: ngo.orgId, keyId: portal() })
  })

  test('that would put a name into the records for ever is refused', async () => {
    const answer = await me(await issued({ act: { sub: 'wang@example.org' } }))
    expect([answer.status, answer.body.code]).toEqual([403, 'actor-not-opaque'])
  })
})

describe('an API key', () => {
  test('that is rotated works for seven more days beside the new one', async () => {
    const made = await ngo.post(`${organisation(ngo)}/keys`, { label: 'excel' })
    const { id, secret } = made.body.data
    const next = await ngo.post(`${organisation(ngo)}/keys/${id}/rotation`, {})
    expect([next.status, next.headers.get('location')]).toEqual([201, `${organisation(ngo)}/keys/${next.body.data.id}`])
    expect(next.body.receipt.events.map(({ type }: any) => type)).toEqual([
      'org.wushe.access.ApiKeyIssued.v3',
      'org.wushe.access.ApiKeyReplaced.v1',
    ])
    const since = { 'sync-token': next.syncToken! }
    expect((await me(secret, since)).status).toBe(200)
    expect((await me(next.body.data.secret, since)).status).toBe(200)
    clock = () => new Date(Date.now() + 8 * 86_400_000)
    expect((await me(secret, since)).body.code).toBe('key-not-valid')
    expect((await me(next.body.data.secret)).status).toBe(200)
    clock = () => new Date()
    const { body } = await ngo.get(`${organisation(ngo)}/keys/${id}`)
    expect(body.data).toMatchObject({ replacedBy: next.body.data.id, status: 'active' })
  })

  test('that was issued before there were scopes may do all that its kind may', async () => {
    const { store } = world.host.services[0]!
    const stream = `organisation-${ngo.orgId}`
    const keyId = 'key_01h455vb4pex5vsknk084sn007'
    const { text, hash, hint } = makeApiKey(keyId, '8'.repeat(64))
    let last
    for await (const event of store.read(stream)) last = event
    const data = { keyId, organisationId: ngo.orgId, organisationKind: 'contractor', label: 'old', hash, hint }
    const id = randomUUID()
    await store.append(
      stream,
      last!.revision,
      [
        {
          ...{ id, type: 'ApiKeyIssued', schema: 1, data: JSON.stringify(data), sealed: null, entry: last!.entry },
          meta: JSON.stringify(last!.meta),
        },
      ],
      { command: { id: randomUUID(), fingerprint: 'ab' } },
    )
    const { body } = await eventually(
      () => me(text),
      ({ status }) => status === 200,
    )
    expect(body.data.scopes).toEqual((await me(ngo.key)).body.data.scopes)
    expect((await ngo.get(`${organisation(ngo)}/keys/${keyId}`)).body.data).toMatchObject({ scopes: ['*'] })
    expect((await ngo.get(`${organisation(ngo)}/keys?limit=500`)).status).toBe(200)
  })

  test('is used only from its addresses, behind a proxy that we trust', async () => {
    const made = await ngo.post(`${organisation(ngo)}/keys`, {
      label: 'office',
      addresses: ['203.0.113.0/24', '2001:db8::/32'],
    })
    const since = { 'sync-token': made.syncToken! }
    const from = (address: string) => me(made.body.data.secret, { ...since, 'x-forwarded-for': address })
    expect((await from('203.0.113.7')).status).toBe(200)
    expect((await from('2001:db8::7')).status).toBe(200)
    for (const address of ['198.51.100.7', '203.0.113.7, 198.51.100.7', '2001:db9::1'])
      expect((await from(address)).body.code).toBe('key-not-valid')
  })

  test('says when it was last used', async () => {
    const id = (await me(ngo.key)).body.data.key.id
    const { body } = await eventually(
      () => ngo.get(`${organisation(ngo)}/keys/${id}`),
      (answer) => answer.body.data.lastUsedAt !== undefined,
    )
    expect(Date.now() - Date.parse(body.data.lastUsedAt)).toBeLessThan(120_000)
  })

  test('that is unknown, wrong, revoked, expired or elsewhere gets one and the same answer', async () => {
    const made = await ngo.post(`${organisation(ngo)}/keys`, { label: 'short', expiresOn: today() })
    const revoked = await ngo.post(`${organisation(ngo)}/keys`, { label: 'gone' })
    await ngo.post(`${organisation(ngo)}/keys/${revoked.body.data.id}/revocation`, {})
    const unknown = makeApiKey('key_01h455vb4pex5vsknk084sn001', '7'.repeat(64)).text
    const wrong = makeApiKey(revoked.body.data.id, '7'.repeat(64)).text
    await ngo.get('/v1/me', { 'sync-token': (await ngo.get(organisation(ngo))).syncToken! })
    const answers = []
    for (const text of [unknown, wrong, revoked.body.data.secret]) answers.push(await me(text))
    clock = () => new Date(Date.now() + 3 * 86_400_000)
    answers.push(await me(made.body.data.secret))
    clock = () => new Date()
    const said = answers.map(({ status, body: { requestId: _, ...body } }) => ({ status, body }))
    expect(new Set(said.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(said[0]!.body.code).toBe('key-not-valid')
  })
})

describe('a limit', () => {
  test('of a client is told in every answer and ends in 429, and another key is counted on its own', async () => {
    const other = await world.organisation('funder')
    const first = await other.get('/v1/me')
    expect(first.headers.get('ratelimit-policy')).toBe(
      '"requests";q=300;w=60, "organisation-requests";q=400;w=60, "writes";q=40;w=3600, "organisation-writes";q=60;w=3600',
    )
    expect(first.headers.get('ratelimit')).toMatch(
      /^"requests";r=299;t=60, "organisation-requests";r=399;t=60, "writes";r=40;/,
    )
    for (let n = 0; n < 40; n++)
      await other.post(`${organisation(other)}/keys/key_01h455vb4pex5vsknk084sn001/revocation`, {})
    const over = await other.post(`${organisation(other)}/keys/key_01h455vb4pex5vsknk084sn001/revocation`, {})
    expect([over.status, over.body.code, over.body.params.policy]).toEqual([429, 'rate-limited', 'writes'])
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(3500)
    expect((await other.get('/v1/me')).status).toBe(200)
    expect((await operator.get('/v1/me')).status).toBe(200)
  }, 60_000)

  test('stands for who guesses, and not for who comes from the same address with a right key', async () => {
    const from = { 'x-forwarded-for': '192.0.2.9' }
    let answer = await me('wsk_wrong', from)
    for (let n = 0; n < 100; n++) answer = await me('wsk_wrong', from)
    expect([answer.status, answer.body.params.policy]).toEqual([429, 'failures'])
    expect((await me(ngo.key, from)).status).toBe(200)
    expect((await me('wsk_wrong', { 'x-forwarded-for': '192.0.2.10' })).status).toBe(401)
  }, 60_000)
})

const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
const seconds = () => Math.floor(Date.now() / 1000)

type Pair = { privateKey: CryptoKey; jwk: JWK; alg: string }
const aPair = async (alg: 'EdDSA' | 'ES256'): Promise<Pair> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { privateKey, jwk: await exportJWK(publicKey), alg }
}

let assertions = 0
const assertion = (clientId: string, { privateKey, alg }: Pair, claims: object = {}) =>
  new SignJWT({
    ...{ iss: clientId, sub: clientId, aud: `${world.url}/oauth/token`, exp: seconds() + 120 },
    ...{ jti: `assertion ${++assertions}`, ...claims },
  })
    .setProtectedHeader({ alg })
    .sign(privateKey)
const asserted = (client_assertion: string) => ({
  client_assertion,
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
})

const token = async (form: Record<string, string | undefined>, headers: Record<string, string> = {}) => {
  const fields = Object.entries({ grant_type: 'client_credentials', ...form }).filter(
    ([, value]) => value !== undefined,
  )
  const answer = await fetch(`${world.url}/oauth/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(fields as [string, string][]),
  })
  return { status: answer.status, body: (await answer.json()) as any, headers: answer.headers }
}

const opened = (jwt: string): [any, any] =>
  jwt
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString())) as [any, any]

/** Waits until the copy, on which the token endpoint rests, has a client. */
const known = (clientId: string) =>
  eventually(
    () => world.host.services[0]!.pool.query('select from host.clients where client_id = $1', [clientId]),
    ({ rowCount }) => rowCount === 1,
  )

async function eventually<Answer>(ask: () => Promise<Answer>, good: (answer: Answer) => boolean): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    const answer = await ask()
    if (good(answer)) return answer
    if (tries > 100) throw new Error('It never came.')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function anIssuer() {
  const { privateKey: key, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'idp-1', alg: 'ES256' }
  const issuer = { url: '', fetched: 0, key, stop: () => void server.close() }
  const server = createServer((req, res) => {
    res.setHeader('content-type', 'application/json')
    if (req.url === '/.well-known/openid-configuration')
      return void res.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }))
    issuer.fetched++
    res.end(JSON.stringify({ keys: [jwk] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return issuer
}
