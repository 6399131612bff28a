import { createPrivateKey, createPublicKey, hash, type JsonWebKey, type KeyObject } from 'node:crypto'
import { Unavailable } from '@wushe/event-store'
import { refuse } from '@wushe/slice'
import type { Vault } from '@wushe/vault'
import { decodeJwt, errors, jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import { v7 as newUuid } from 'uuid'
import { issuerVerifier, type Issuer } from './issuers.ts'
import { Refused } from './problem.ts'
import { ofTokens } from './sandbox-tokens.ts'

/** What an access token says, once its signature has been checked. */
export type Claims = {
  orgId: string
  clientId: string
  scopes: readonly string[]
  /** `act.sub`: the person behind the client. */
  person?: string
  /** Of an issuer other than ours. */
  foreign: boolean
  /** Seconds since 1970. */
  expires: number
}

export type Tokens = {
  /** Where the world reaches us: `iss`. */
  issuer: string
  audience: string
  /** An RFC 9068 access token for a client of ours. */
  issue(
    client: { clientId: string; orgId: string; kind: string; scopes: readonly string[] },
    now: Date,
  ): Promise<string>
  /** Throws Refused `token-not-valid`, or Unavailable when an issuer's keys cannot be had. */
  verify(token: string, now: Date): Promise<Claims>
  /** For JWKS: this month's key, and those of the months that a token or a cache may still or already be in. */
  publicKeys(now: Date): Promise<JsonWebKey[]>
}

export const tokenSeconds = 600

/**
 * Signs and checks access tokens. Nobody keeps a signing key: each month's is derived from the vault, which every
 * service has, so that all of them know it at the same moment and it changes by itself.
 */
export const openTokens = ({
  vault,
  issuer,
  audience = issuer,
  issuers = [],
  sandbox,
}: {
  vault: Vault
  issuer: string
  audience?: string | undefined
  issuers?: readonly Issuer[] | undefined
  /** Its tokens are told from others at sight. */
  sandbox?: object | undefined
}): Tokens => {
  const before = sandbox ? ofTokens : ''
  const keys = new Map<string, Promise<SigningKey>>()
  const keyOf = (month: string) => {
    const known = keys.get(month) ?? derive(vault, month)
    keys.set(month, known)
    known.catch(() => keys.delete(month))
    return known
  }
  const foreign = new Map(issuers.map((one) => [one.issuer, issuerVerifier({ audience, ...one })]))
  const verified = new LRUCache<string, Claims>({ max: 10_000 })

  const verifyOwn = async (token: string, now: Date): Promise<Claims> => {
    const { payload } = await jwtVerify(
      token,
      async ({ kid = '' }) => {
        const month = kid.startsWith(before) ? kid.slice(before.length) : ''
        if (!monthsAround(now, leeway).includes(month)) throw new errors.JWKSNoMatchingKey()
        return (await keyOf(month)).publicKey
      },
      {
        ...{ issuer, audience, typ: 'at+jwt', algorithms: ['EdDSA'], currentDate: now },
        requiredClaims: ['exp', 'jti'],
      },
    )
    const { client_id: clientId, org: orgId, scope, exp: expires } = payload as Record<string, any>
    return { orgId, clientId, scopes: scope.split(' '), foreign: false, expires }
  }

  return {
    issuer,
    audience,
    issue: async ({ clientId, orgId, kind, scopes }, now) => {
      const month = monthOf(now)
      const at = Math.floor(now.getTime() / 1000)
      return new SignJWT({ client_id: clientId, scope: scopes.join(' '), org: orgId, org_type: kind })
        .setProtectedHeader({ typ: 'at+jwt', alg: 'EdDSA', kid: before + month })
        .setIssuer(issuer)
        .setSubject(clientId)
        .setAudience(audience)
        .setIssuedAt(at)
        .setExpirationTime(at + tokenSeconds)
        .setJti(newUuid())
        .sign((await keyOf(month)).privateKey)
    },
    verify: async (token, now) => {
      const digest = hash('sha256', token)
      const known = verified.get(digest)
      if (known && known.expires * 1000 > now.getTime()) return known
      try {
        const { iss = '' } = decodeJwt(token)
        const claims = await (iss === issuer ? verifyOwn : (foreign.get(iss) ?? unknownIssuer))(token, now)
        verified.set(digest, claims)
        return claims
      } catch (error) {
        if (error instanceof Refused) throw error
        if (callersFault(error)) throw new Refused(refuse('token-not-valid'))
        throw new Unavailable('The keys of an issuer cannot be had.', { cause: error })
      }
    },
    publicKeys: async (now) => {
      const months = new Set([...monthsAround(now, leeway), ...monthsAround(now, 7 * 86_400_000)])
      return Promise.all(
        [...months].map(async (month) => ({
          ...(await keyOf(month)).publicKey.export({ format: 'jwk' }),
          ...{ kid: before + month, alg: 'EdDSA', use: 'sig' },
        })),
      )
    },
  }
}

type SigningKey = { privateKey: KeyObject; publicKey: KeyObject }

const monthOf = (date: Date) => date.toISOString().slice(0, 7)
/** As long as a token lives, and clocks that differ a little. */
const leeway = (tokenSeconds + 60) * 1000
const monthsAround = (now: Date, ms: number) => [-ms, 0, ms].map((by) => monthOf(new Date(now.getTime() + by)))

/** Ed25519 from 32 bytes that only the vault can make. */
const derive = async (vault: Vault, month: string): Promise<SigningKey> => {
  const seed = Buffer.from(await vault.blindIndex('platform', 'signing-key', month), 'base64url')
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

const unknownIssuer = (): never => {
  throw new Refused(refuse('token-not-valid'))
}

const faults = [
  ...[errors.JWTExpired, errors.JWTClaimValidationFailed, errors.JWTInvalid, errors.JWSInvalid],
  ...[errors.JWSSignatureVerificationFailed, errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys],
  ...[errors.JOSEAlgNotAllowed, errors.JOSENotSupported],
]
export const callersFault = (error: unknown) => faults.some((Fault) => error instanceof Fault)
