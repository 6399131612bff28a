import { createPublicKey, randomUUID, verify, type JsonWebKey } from 'node:crypto'
import { aServer, json, type Handler } from './server.fixture.ts'

export type Client = { secret?: string; publicKey?: JsonWebKey }

/** RFC 6749, 7523 and 8414 as far as a machine client needs them, and an API that accepts the tokens they give. */
export async function anAuthorizationServer(clients: Record<string, Client>, expiresIn = 600) {
  const valid = new Set<string>()
  const assertions = new Set<string>()
  const seen = { metadata: 0, tokens: 0, scopes: [] as (string | null)[], refusals: 0 }
  let delay = 0

  const clientOf = (form: URLSearchParams, authorization: string | undefined): string | undefined => {
    if (authorization?.startsWith('Basic ')) {
      const [id, secret] = atob(authorization.slice(6)).split(':').map(formDecoded)
      return clients[id!]?.secret === secret && secret !== undefined ? id : undefined
    }
    if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') return undefined
    const [head, claims, signature] = form.get('client_assertion')!.split('.') as [string, string, string]
    const { alg } = decoded(head)
    const { iss, sub, aud, exp, jti } = decoded(claims)
    const jwk = clients[sub]?.publicKey
    if (!jwk || iss !== sub || aud !== server.url || exp * 1000 < Date.now() || assertions.has(jti)) return undefined
    if (alg !== (jwk.kty === 'OKP' ? 'EdDSA' : 'ES256')) return undefined
    assertions.add(jti)
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const fits = verify(
      alg === 'EdDSA' ? null : 'sha256',
      Buffer.from(`${head}.${claims}`),
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    )
    return fits ? sub : undefined
  }

  const handler: Handler = ({ url, method, headers, body }, res) => {
    if (url.pathname === '/.well-known/oauth-authorization-server') {
      seen.metadata++
      return json(res, 200, { issuer: server.url, token_endpoint: `${server.url}/oauth/token` })
    }
    if (url.pathname === '/oauth/token' && method === 'POST') {
      const form = new URLSearchParams(body)
      if (form.get('grant_type') !== 'client_credentials') return json(res, 400, { error: 'unsupported_grant_type' })
      if (!clientOf(form, headers.authorization))
        return json(res, 401, { error: 'invalid_client', error_description: 'Nobody here has that secret.' })
      const token = randomUUID()
      valid.add(token)
      seen.tokens++
      seen.scopes.push(form.get('scope'))
      return void setTimeout(
        () => json(res, 200, { access_token: token, token_type: 'Bearer', expires_in: expiresIn }),
        delay,
      )
    }
    if (valid.has(headers.authorization?.replace('Bearer ', '') ?? '')) return json(res, 200, { data: {} })
    seen.refusals++
    const problem = { type: '', code: 'key-not-valid', title: '', status: 401, requestId: '', retryable: false }
    json(res, 401, problem, { 'www-authenticate': 'Bearer error="invalid_token"' })
  }
  const server = await aServer(handler)
  return { ...server, seen, revokeAll: () => valid.clear(), answerAfter: (ms: number) => void (delay = ms) }
}

const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
const formDecoded = (text: string) => new URLSearchParams(`_=${text}`).get('_')!
