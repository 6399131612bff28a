import { refuse } from '@wushe/slice'
import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey } from 'jose'
import { Refused } from './problem.ts'
import type { Claims } from './tokens.ts'

/** Somebody else who may say who asks: an identity provider of an organisation. One entry of AUTH_ISSUERS. */
export type Issuer = {
  issuer: string
  /** Ours, unless said otherwise. */
  audience?: string
  /** Where its public keys are; without it, its metadata says it. */
  jwks?: string
  /** The claim that names the organisation; `org` unless said otherwise. */
  organisationClaim?: string
  /** Which value of that claim is which organisation of ours; without it, the value is an organisation's id. */
  organisations?: Record<string, string>
  /** `typ` of its access tokens; RFC 9068's `at+jwt` unless said otherwise. */
  typ?: string
}

/** Checks tokens of one issuer against its keys, which are fetched when first needed and kept for ten minutes. */
export const issuerVerifier = ({
  issuer,
  audience,
  jwks,
  organisationClaim = 'org',
  organisations,
  typ = 'at+jwt',
}: Issuer & { audience: string }): ((token: string, now: Date) => Promise<Claims>) => {
  const { host } = new URL(issuer)
  let keys: Promise<JWTVerifyGetKey> | undefined
  const keysOf = () => {
    keys ??= (async () => createRemoteJWKSet(new URL(jwks ?? (await findKeys(issuer))), { cacheMaxAge: 600_000 }))()
    keys.catch(() => (keys = undefined))
    return keys
  }
  return async (token, now) => {
    const { payload } = await jwtVerify(token, await keysOf(), {
      ...{ issuer, audience, typ, currentDate: now, requiredClaims: ['exp'] },
      algorithms: ['EdDSA', 'ES256', 'RS256', 'PS256'],
    })
    const { client_id, azp, scope, scp, act, exp } = payload as Record<string, any>
    const named = payload[organisationClaim]
    const client: unknown = client_id ?? azp
    const orgId = typeof named !== 'string' ? undefined : organisations ? organisations[named] : named
    if (!orgId || typeof client !== 'string' || !/^[\w.:/-]{1,100}$/.test(client))
      throw new Refused(refuse('token-not-valid'))
    const said: unknown = scope ?? scp
    const scopes = Array.isArray(said) ? said.map(String) : typeof said === 'string' ? said.split(' ') : []
    const person = act?.sub === undefined ? {} : { person: String(act.sub) }
    // Which issuer's client it is stands in the records, and is never mistaken for one of ours.
    const clientId = `${host}/${client}`
    return { orgId, clientId, scopes, ...person, foreign: true, expires: exp as number }
  }
}

/** `jwks_uri` of the metadata, as OpenID providers and RFC 8414 publish it. */
const findKeys = async (issuer: string): Promise<string> => {
  const { protocol, origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const places = [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ]
  for (const place of places) {
    const answer = await fetch(place, { signal: AbortSignal.timeout(5000) })
    const found = answer.ok ? ((await answer.json()) as { issuer?: string; jwks_uri?: string }) : {}
    // Keys come by a way as safe as the issuer's own.
    if (found.issuer === issuer && found.jwks_uri?.startsWith(`${protocol}//`)) return found.jwks_uri
  }
  throw new Error(`${issuer} does not say where its keys are.`)
}
