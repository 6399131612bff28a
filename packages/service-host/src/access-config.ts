import type { Values } from './config.ts'
import type { Issuer } from './issuers.ts'
import type { Limits } from './rate-limits.ts'

/** How it is known who asks, and how often they may. */
export type AccessConfig = {
  /** Where the world reaches the API: the issuer of access tokens. */
  publicUrl?: string
  /** For whom access tokens are meant; the issuer unless said otherwise. */
  audience?: string
  /** Others whose tokens are taken. */
  issuers?: readonly Issuer[]
  /** Whose X-Forwarded-For is believed. */
  trustedProxies?: readonly string[]
  limits: Limits
}

export const accessNames = [
  'PUBLIC_URL',
  'TOKEN_AUDIENCE',
  'AUTH_ISSUERS',
  'TRUSTED_PROXIES',
  'CLIENT_REQUESTS_PER_MINUTE',
  'CLIENT_WRITES_PER_HOUR',
  'ORGANISATION_REQUESTS_PER_MINUTE',
  'ORGANISATION_WRITES_PER_HOUR',
  'FAILURES_PER_MINUTE',
] as const

/** From the variables, with a sentence for each that is wrong. */
export const accessOf = (values: Values, complain: (sentence: string) => void): AccessConfig => {
  const issuers = issuersOf(values, complain)
  const trustedProxies = values.TRUSTED_PROXIES?.split(',').map((one) => one.trim())
  if (trustedProxies?.some((one) => !proxies.test(one)))
    complain('TRUSTED_PROXIES is not a list of addresses, networks, loopback, linklocal or uniquelocal.')
  return {
    ...(values.PUBLIC_URL !== undefined && { publicUrl: values.PUBLIC_URL.replace(/\/+$/, '') }),
    ...(values.TOKEN_AUDIENCE !== undefined && { audience: values.TOKEN_AUDIENCE }),
    ...(issuers && { issuers }),
    ...(trustedProxies && { trustedProxies }),
    limits: {
      clientRequestsPerMinute: Number(values.CLIENT_REQUESTS_PER_MINUTE),
      clientWritesPerHour: Number(values.CLIENT_WRITES_PER_HOUR),
      organisationRequestsPerMinute: Number(values.ORGANISATION_REQUESTS_PER_MINUTE),
      organisationWritesPerHour: Number(values.ORGANISATION_WRITES_PER_HOUR),
      failuresPerMinute: Number(values.FAILURES_PER_MINUTE),
    },
  }
}

const proxies = /^(loopback|linklocal|uniquelocal|[0-9a-fA-F.:]+(\/\d{1,3})?)$/

const issuersOf = ({ AUTH_ISSUERS: text }: Values, complain: (sentence: string) => void): Issuer[] | undefined => {
  if (text === undefined) return undefined
  try {
    const list = (
      text.startsWith('[') ? JSON.parse(text) : text.split(',').map((issuer) => ({ issuer: issuer.trim() }))
    ) as Issuer[] | null[]
    if (list.every((one) => one !== null && URL.canParse(one.issuer) && URL.canParse(one.jwks ?? one.issuer)))
      return list as Issuer[]
  } catch {
    // Said below.
  }
  complain('AUTH_ISSUERS is neither addresses with commas nor a JSON list of objects with an issuer.')
  return undefined
}
