import type { Schemas } from '@wushe/contracts'
import { makeClientSecret, refuse, type Refusal } from '@wushe/slice'
import { overlapFrom, refuseAddresses, refuseRole, refuseScopes, scopesGiven, standingOf } from './credentials.ts'
import { organisation } from './organisation.ts'

/** A program that asks for the organisation. A secret is shown in the first answer and nowhere else. */
export const registerClient = organisation.command('registerClient', {
  of: ({ path }) => path.organisationId,
  record: (_, { newId }) => newId('cli'),
  decide: ({ path: { organisationId }, body }, state, { newId, chance, actor, sandbox }) => {
    if (state.status !== 'active') return refuse('organisation-suspended')
    const { label, method, keys, origins = [], addresses } = body
    const clientId = newId('cli')
    const own = actor.orgId === organisationId
    const scopes = scopesGiven(body.scopes, state.kind, own, actor)
    const refusal =
      refuseKeys(method, keys) ??
      refuseAddresses(addresses) ??
      refuseRole(body, state.kind) ??
      refuseScopes(scopes, state.kind, own, actor)
    if (refusal) return refusal
    const { hash, hint } = makeClientSecret(chance, { sandbox })
    const data = { clientId, organisationId, organisationKind: state.kind, label, method, scopes, origins }
    const proof = keys ? { keys: keys.map(plain) } : { hash, hint }
    return [
      { type: 'ClientRegistered', data: { ...data, ...proof, ...(addresses && { addresses }), ...standingOf(body) } },
    ]
  },
  shownOnce: ({ body }, { chance, sandbox }) =>
    body.keys ? {} : { secret: makeClientSecret(chance, { sandbox }).text },
})

/** Public keys are replaced as a whole, so send the old one along as long as it is in use. */
export const replaceClientCredentials = organisation.command('replaceClientCredentials', {
  of: ({ path }) => path.organisationId,
  decide: ({ path: { organisationId, clientId }, body: { keys } }, state, { chance, today, actor, sandbox }) => {
    if (state.status === 'none' || !state.clients[clientId]) return refuse('not-found')
    const { status, method, scopes } = state.clients[clientId]
    if (status === 'revoked') return refuse('client-not-active')
    // Whoever gives a client its proof can be that client.
    const refusal = refuseKeys(method, keys) ?? refuseScopes(scopes, state.kind, actor.orgId === organisationId, actor)
    if (refusal) return refusal
    const { hash, hint } = makeClientSecret(chance, { sandbox })
    const proof = keys ? { keys: keys.map(plain) } : { hash, hint, previousUntil: overlapFrom(today) }
    return [{ type: 'ClientCredentialsReplaced', data: { clientId, organisationId, ...proof } }]
  },
  shownOnce: ({ body }, { chance, sandbox }) =>
    body.keys ? {} : { secret: makeClientSecret(chance, { sandbox }).text },
})

export const revokeClient = organisation.command('revokeClient', {
  of: ({ path }) => path.organisationId,
  decide: ({ path: { organisationId, clientId }, body: { reason } }, state) => {
    if (state.status === 'none' || !state.clients[clientId]) return refuse('not-found')
    if (state.clients[clientId].status === 'revoked') return []
    return [{ type: 'ClientRevoked', data: { clientId, organisationId, reason } }]
  },
})

/** Without what says nothing about the key itself. */
const plain = ({ key_ops: _operations, ext: _extractable, ...key }: Schemas['PublicKey']) => key

const refuseKeys = (
  method: Schemas['ClientMethod'],
  keys: readonly Schemas['PublicKey'][] | undefined,
): Refusal | undefined => {
  const fits = ({ kty, crv, y, alg }: Schemas['PublicKey']) =>
    kty === 'OKP'
      ? crv === 'Ed25519' && y === undefined && alg !== 'ES256'
      : crv === 'P-256' && y !== undefined && (alg ?? 'ES256') === 'ES256'
  const right = method === 'private_key_jwt' ? keys?.every(fits) : !keys
  return right ? undefined : refuse('client-keys-wrong', { method })
}
