import { parsed, WusheNoAnswer, WusheProblem, WusheTokenRefused } from './errors.ts'
import { newKey, retrying, type Ask, type Send } from './sending.ts'

type Client = {
  clientId: string
  /** Separated by blanks; without it, all that the client may. */
  scope?: string
  /** Who issues the tokens, if not the API itself. */
  issuer?: string
}
/** Of the Web Crypto API: Ed25519, or ECDSA over P-256. */
type SigningKey = Awaited<ReturnType<typeof imported>>
type Jwk = { kty?: string; crv?: string; kid?: string; d?: string; x?: string; y?: string }

/** Who asks. */
export type Access =
  | { apiKey: string }
  | { clientCredentials: Client & { clientSecret: string } }
  /** `key` is the private key as JWK or CryptoKey, Ed25519 or P-256; `keyId` names it, if the JWK does not. */
  | { privateKeyJwt: Client & { key: Jwk | SigningKey; keyId?: string } }
  /** Asked before each request, and once more, with the token that was refused, after a 401. */
  | { token: (refused?: string) => string | Promise<string> }

type Tokens = {
  token: () => string | Promise<string>
  /** Another one, if there can be one. */
  another?: (refused: string) => string | Promise<string>
}

/** Says who asks. A token that has ended is renewed once; requests that need one at the same time wait for the same. */
export const withToken = (access: Access, how: { baseUrl: string; patience: number; once: Send; next: Send }): Send => {
  const tokens = tokensOf(access, how)
  const withIt = (ask: Ask, token: string) => {
    const headers = new Headers(ask.headers)
    headers.set('authorization', `Bearer ${token}`)
    return how.next({ ...ask, headers })
  }
  return async (ask) => {
    const token = await unlessAborted(tokens.token(), ask.signal)
    try {
      return await withIt(ask, token)
    } catch (error) {
      if (!tokens.another || !(error instanceof WusheProblem) || error.status !== 401) throw error
      return withIt(ask, await unlessAborted(tokens.another(token), ask.signal))
    }
  }
}

const tokensOf = (access: Access, how: { baseUrl: string; patience: number; once: Send }): Tokens => {
  if ('apiKey' in access) return { token: () => access.apiKey }
  if ('token' in access) return { token: () => access.token(), another: access.token }
  let token: Token | undefined
  let coming: Promise<Token> | undefined
  const renew = () =>
    (coming ??= askForToken(access, how)
      .then((answered) => (token = answered))
      .finally(() => (coming = undefined)))
  return {
    token: async () => (token && token.until > Date.now() ? token : await renew()).text,
    another: async (refused) => (token && token.text !== refused ? token : await renew()).text,
  }
}

/** `until` is in ms of the epoch. */
type Token = { text: string; until: number }

const askForToken = async (
  access: Exclude<Access, { apiKey: string } | { token: unknown }>,
  { baseUrl, patience, once }: { baseUrl: string; patience: number; once: Send },
): Promise<Token> => {
  const send = retrying(patience, once)
  const client = 'privateKeyJwt' in access ? access.privateKeyJwt : access.clientCredentials
  const server = await metadataOf(client.issuer, baseUrl, send)
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' })
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  if (client.scope !== undefined) body.set('scope', client.scope)
  if ('privateKeyJwt' in access) {
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    body.set('client_assertion', await assertionOf(access.privateKeyJwt, server.issuer))
  } else {
    const { clientId, clientSecret } = access.clientCredentials
    headers.set('authorization', `Basic ${btoa(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`)}`)
  }
  const asked = Date.now()
  const answer = await send({ method: 'POST', url: server.token_endpoint, headers, body: body.toString() })
  const { access_token: text, expires_in: seconds = 60 } = parsed(await answer.text()) ?? {}
  if (typeof text !== 'string') throw new WusheNoAnswer(`No token came from ${server.token_endpoint}.`)
  // It is renewed a little early: it has to arrive before its end.
  return { text, until: asked + (seconds - Math.min(30, seconds / 10)) * 1000 }
}

type Metadata = { issuer: string; token_endpoint: string }

/** RFC 8414. Who names an issuer gets that one's metadata; else the API says who issues its tokens. */
const metadataOf = async (issuer: string | undefined, baseUrl: string, send: Send): Promise<Metadata> => {
  const { origin, pathname } = new URL(issuer ?? baseUrl)
  const url = `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`
  const answer = await send({ method: 'GET', url, headers: new Headers({ accept: 'application/json' }) })
  const metadata: Metadata | undefined = parsed(await answer.text())
  if (typeof metadata?.token_endpoint !== 'string' || (issuer !== undefined && metadata.issuer !== issuer))
    throw new WusheTokenRefused('invalid_issuer', `${url} does not say how ${issuer ?? 'the API'} issues tokens.`)
  return metadata
}

/** RFC 7523: the client shows that it has the key, for a minute and for this issuer alone. */
const assertionOf = async ({ clientId, key, keyId }: Keyed, audience: string) => {
  const [signing, kid] = 'kty' in key ? [await imported(key), keyId ?? key.kid] : [key as SigningKey, keyId]
  const isEd25519 = signing.algorithm.name === 'Ed25519'
  const now = Math.floor(Date.now() / 1000)
  const signed = [
    { alg: isEd25519 ? 'EdDSA' : 'ES256', typ: 'JWT', ...(kid && { kid }) },
    { iss: clientId, sub: clientId, aud: audience, jti: newKey(), iat: now, exp: now + 60 },
  ]
    .map((part) => base64url(new TextEncoder().encode(JSON.stringify(part))))
    .join('.')
  const algorithm = isEd25519 ? { name: 'Ed25519' } : { name: 'ECDSA', hash: 'SHA-256' }
  const signature = await crypto.subtle.sign(algorithm, signing, new TextEncoder().encode(signed))
  return `${signed}.${base64url(new Uint8Array(signature))}`
}
type Keyed = Extract<Access, { privateKeyJwt: unknown }>['privateKeyJwt']

const imported = (jwk: Jwk) =>
  crypto.subtle.importKey(
    'jwk',
    jwk,
    jwk.kty === 'OKP' ? { name: 'Ed25519' } : { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  )

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

/** RFC 6749, section 2.3.1. */
const formEncoded = (text: string) => new URLSearchParams({ _: text }).toString().slice(2)

const unlessAborted = async <Value>(work: Value | Promise<Value>, signal: AbortSignal | undefined): Promise<Value> => {
  if (!signal) return work
  let stop!: () => void
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
