import { timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { hashOfApiKey, sql } from '@wushe/slice'
import express, { type Request, type RequestHandler, type Response } from 'express'
import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify, type JWK } from 'jose'
import { clientRow, type ClientRow } from './access.ts'
import { allowedBy, expanded, nobody } from './authenticate.ts'
import { scopesOfKind } from './contract.ts'
import type { OpenService } from './open.ts'
import { momentAt } from './request.ts'
import type { RouteSlice } from './service.ts'
import { callersFault, tokenSeconds } from './tokens.ts'

/** POST /oauth/token: client credentials (RFC 6749 §4.4). Its errors have that document's form, not ours. */
export const issueToken = {
  kind: 'route',
  operation: 'issueToken',
  answer: async (req, res, service, now) => {
    res.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' })
    try {
      const form = await formOf(req, res)
      if (form['grant_type'] === undefined) throw new TokenRefused('invalid_request', 'grant_type is missing.')
      if (form['grant_type'] !== 'client_credentials')
        throw new TokenRefused('unsupported_grant_type', 'Only client_credentials.')
      const { clientId, row } = await clientOf(req, form, service, now)
      service.limits.demand(res, { orgId: row.org_id, keyId: clientId }, { writes: false, now })
      if (form['resource'] !== undefined && form['resource'] !== service.tokens.audience)
        throw new TokenRefused('invalid_target', `The only resource is ${service.tokens.audience}.`)
      const may = expanded(row.scopes, row.kind)
      const scopes = form['scope']?.split(' ').filter(Boolean) ?? may
      const wrong = scopes.filter((scope) => !may.includes(scope))
      if (wrong.length > 0 || scopes.length === 0)
        throw new TokenRefused('invalid_scope', `Not for this client: ${wrong.join(' ') || 'nothing'}.`)
      const access_token = await service.tokens.issue({ clientId, orgId: row.org_id, kind: row.kind, scopes }, now)
      service.uses.note(clientId, now)
      res.json({ access_token, token_type: 'Bearer', expires_in: tokenSeconds, scope: scopes.join(' ') })
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error
      if (error.code === 'invalid_client') {
        service.limits.failed(res, req.ip ?? '', now)
        res.set('WWW-Authenticate', 'Basic realm="wushe"')
      }
      res
        .status(error.code === 'invalid_client' ? 401 : 400)
        .json({ error: error.code, error_description: error.message })
    }
  },
} as const satisfies RouteSlice

/** RFC 8414. */
export const getAuthorizationServer = {
  kind: 'route',
  operation: 'getAuthorizationServer',
  answer: async (_, res, { tokens: { issuer } }) => {
    res.set('Cache-Control', 'public, max-age=300').json({
      issuer,
      token_endpoint: endpointOf(issuer),
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      response_types_supported: [],
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic'],
      token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
      scopes_supported: [...new Set(Object.values(scopesOfKind).flat())].sort(),
      service_documentation: `${issuer}/openapi.json`,
    })
  },
} as const satisfies RouteSlice

/** RFC 7517. */
export const listSigningKeys = {
  kind: 'route',
  operation: 'listSigningKeys',
  answer: async (_, res, { tokens }, now) => {
    res.set('Cache-Control', 'public, max-age=300').json({ keys: await tokens.publicKeys(now) })
  },
} as const satisfies RouteSlice

type Form = Partial<Record<string, string>>

const endpointOf = (issuer: string) => `${issuer}/oauth/token`
const assertionAlgorithms = ['EdDSA', 'ES256']
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const readForm = promisify(express.urlencoded({ extended: false, limit: '32kb' }) as RequestHandler)

const formOf = async (req: Request, res: Response): Promise<Form> => {
  await (readForm as unknown as (req: Request, res: Response) => Promise<void>)(req, res).catch(() => {
    throw new TokenRefused('invalid_request', 'The body cannot be read.')
  })
  const form = req.is('application/x-www-form-urlencoded') ? (req.body as Record<string, unknown>) : {}
  if (Object.values(form).some((value) => typeof value !== 'string'))
    throw new TokenRefused('invalid_request', 'A parameter stands there twice.')
  return form as Form
}

/** The client, once it has proved itself. Who it is not, and why not, is never said. */
const clientOf = async (req: Request, form: Form, service: OpenService, now: Date) => {
  const basic = basicOf(req)
  const { client_assertion: assertion, client_assertion_type: type } = form
  if (basic && assertion !== undefined) throw new TokenRefused('invalid_request', 'One proof is enough.')
  if (assertion !== undefined && type !== assertionType)
    throw new TokenRefused('invalid_request', `client_assertion_type must be ${assertionType}.`)
  const clientId = basic?.clientId ?? (assertion === undefined ? undefined : subjectOf(assertion))
  if (clientId === undefined || (form['client_id'] !== undefined && form['client_id'] !== clientId)) throw unproven()
  const [row] = await service.rows(clientRow(clientId, momentAt(now).today))
  const proven = basic
    ? rightSecret(row, basic.secret)
    : await rightAssertion(row, { clientId, assertion: assertion! }, service, now)
  if (!row || !proven || !allowedBy(row.addresses)(req.ip ?? '')) throw unproven()
  return { clientId, row }
}

/** RFC 6749 §2.3.1: both parts are form-encoded before they are joined. */
const basicOf = (req: Request) => {
  const [, text] = /^Basic +(\S+)$/i.exec(req.get('authorization') ?? '') ?? []
  if (text === undefined) return undefined
  try {
    const [clientId = '', secret = ''] = Buffer.from(text, 'base64')
      .toString()
      .split(/:(.*)/s)
      .map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
    return { clientId, secret }
  } catch {
    throw unproven()
  }
}

const subjectOf = (assertion: string) => {
  try {
    return decodeJwt(assertion).sub
  } catch {
    throw unproven()
  }
}

/** An unknown client is compared too, and takes as long. */
const rightSecret = (row: ClientRow | undefined, secret: string) => {
  const given = Buffer.from(hashOfApiKey(secret))
  const hashes = row?.hashes.length ? row.hashes : [nobody]
  return hashes.map((one) => timingSafeEqual(Buffer.from(one), given)).includes(true) && row !== undefined
}

/** RFC 7523: signed by one of the client's keys, for us, for five minutes at most, and never seen before. */
const rightAssertion = async (
  row: ClientRow | undefined,
  { clientId, assertion }: { clientId: string; assertion: string },
  service: OpenService,
  now: Date,
) => {
  const { issuer } = service.tokens
  for (const key of keysFor(row, assertion)) {
    try {
      const { payload } = await jwtVerify(assertion, await importJWK(key, key.alg ?? algorithmOf(key)), {
        ...{ issuer: clientId, subject: clientId, audience: [issuer, endpointOf(issuer)] },
        ...{ algorithms: assertionAlgorithms, currentDate: now, clockTolerance: 30, requiredClaims: ['exp', 'jti'] },
      })
      const { exp, jti } = payload as { exp: number; jti: string }
      if (exp * 1000 > now.getTime() + 330_000 || typeof jti !== 'string' || jti.length > 200) return false
      return await firstSeen(service, { clientId, jti, until: new Date((exp + 60) * 1000) }, now)
    } catch (error) {
      if (!callersFault(error) && !(error instanceof TypeError || error instanceof DOMException)) throw error
    }
  }
  return false
}

/** Those that the assertion names; for an unknown client one that nobody has, so that it takes as long. */
const keysFor = (row: ClientRow | undefined, assertion: string): JWK[] => {
  const keys = (row?.keys ?? [nobodysKey]) as JWK[]
  try {
    const { kid } = decodeProtectedHeader(assertion)
    const named = keys.filter((key) => kid !== undefined && key.kid === kid)
    return named.length > 0 ? named : keys.filter((key) => kid === undefined || key.kid === undefined)
  } catch {
    return []
  }
}

const nobodysKey = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }
const algorithmOf = ({ kty }: JWK) => (kty === 'OKP' ? 'EdDSA' : 'ES256')

/** False for an assertion that was used before; they are remembered until they expire, by all copies of the service. */
const firstSeen = async (
  service: OpenService,
  { clientId, jti, until }: { clientId: string; jti: string; until: Date },
  now: Date,
) => {
  const fresh = await service.rows(sql<{ jti: string }>`
    with gone as (delete from host.assertions where expires_at < ${now.toISOString()})
    insert into host.assertions (client_id, jti, expires_at) values (${clientId}, ${jti}, ${until.toISOString()})
    on conflict do nothing returning jti`)
  return fresh.length > 0
}

const unproven = () => new TokenRefused('invalid_client', 'The client is not known, or its proof is not right.')

/** An error of RFC 6749 §5.2, which says what characters a description may have. */
class TokenRefused extends Error {
  override name = 'TokenRefused'
  readonly code: string
  constructor(code: string, description: string) {
    super(description.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?').slice(0, 300))
    this.code = code
  }
}
