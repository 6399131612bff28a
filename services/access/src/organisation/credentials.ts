import scopesOfKind from '@wushe/contracts/scopes.json' with { type: 'json' }
import { isAddress, refuse, type Actor, type Refusal } from '@wushe/slice'
import type { Standing } from './organisation.ts'

type Kind = keyof typeof scopesOfKind

/** What a new key or client may do: what was asked for, or all that whoever issues it can give. */
export const scopesGiven = (
  asked: readonly string[] | undefined,
  target: Kind,
  own: boolean,
  actor: Actor,
): string[] => {
  const limited = own && actor.scopes && scopesOfKind[target].some((scope) => !actor.scopes!.includes(scope))
  return [...(asked ?? (limited ? actor.scopes! : ['*']))]
}

/** Nobody gives what the kind of organisation cannot have, nor to the own organisation more than one has. */
export const refuseScopes = (
  given: readonly string[],
  target: Kind,
  own: boolean,
  actor: Actor,
): Refusal | undefined => {
  const kind = scopesOfKind[target]
  const wanted = given.includes('*') ? kind : given
  const wrong = wanted.filter(
    (scope) => !kind.includes(scope) || (own && actor.scopes && !actor.scopes.includes(scope)),
  )
  return wrong.length > 0 ? refuse('scopes-not-available', { scopes: wrong.join(' ') }) : undefined
}

export const refuseAddresses = (addresses: readonly string[] = []): Refusal | undefined => {
  const wrong = addresses.find((one) => !isAddress(one))
  return wrong === undefined ? undefined : refuse('address-invalid', { address: wrong })
}

/** Each role is limited to what it is limited to, and to nothing else; only a contractor's people are told apart. */
export const refuseRole = ({ role, within = {} }: Standing, target: Kind): Refusal | undefined => {
  const { siteIds, workerId } = within
  const fits =
    (role === 'station-head') === (siteIds !== undefined) && (role === 'social-worker') === (workerId !== undefined)
  return fits && (role === undefined || target === 'contractor')
    ? undefined
    : refuse('role-limits-wrong', { role: role ?? 'contractor-admin' })
}

/** As an event says it: nothing of what is not so. */
export const standingOf = ({ role, within }: Standing) => ({ ...(role && { role }), ...(within && { within }) })

/** Twelve months after a day. */
export const yearAfter = (day: string) => {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCFullYear(date.getUTCFullYear() + 1)
  return date.toISOString().slice(0, 10)
}

/** The last of seven more days, in which a credential works beside the one that replaces it. */
export const overlapFrom = (day: string) => new Date(Date.parse(day) + 7 * 86_400_000).toISOString().slice(0, 10)
