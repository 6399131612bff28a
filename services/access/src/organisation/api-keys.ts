import { makeApiKey, refuse, type Refusal } from '@wushe/slice'
import {
  overlapFrom,
  refuseAddresses,
  refuseRole,
  refuseScopes,
  scopesGiven,
  standingOf,
  yearAfter,
} from './credentials.ts'
import { organisation } from './organisation.ts'

/** The key itself is shown in the first answer and nowhere else; the log keeps its hash. */
export const issueApiKey = organisation.command('issueApiKey', {
  of: ({ path }) => path.organisationId,
  record: (_, { newId }) => newId('key'),
  decide: ({ path: { organisationId }, body }, state, { newId, chance, today, actor, sandbox }) => {
    if (state.status !== 'active') return refuse('organisation-suspended')
    const { label, addresses, expiresOn = yearAfter(today) } = body
    const own = actor.orgId === organisationId
    const scopes = scopesGiven(body.scopes, state.kind, own, actor)
    const refusal =
      refuseExpiry(expiresOn, today) ??
      refuseAddresses(addresses) ??
      refuseRole(body, state.kind) ??
      refuseScopes(scopes, state.kind, own, actor)
    if (refusal) return refusal
    const keyId = newId('key')
    const { hash, hint } = makeApiKey(keyId, chance, { sandbox })
    const data = { keyId, organisationId, organisationKind: state.kind, label, hash, hint, scopes, expiresOn }
    return [{ type: 'ApiKeyIssued', data: { ...data, ...(addresses && { addresses }), ...standingOf(body) } }]
  },
  shownOnce: (_, { newId, chance, sandbox }) => ({ secret: makeApiKey(newId('key'), chance, { sandbox }).text }),
})

/** A key like the old one, which works for seven more days. */
export const rotateApiKey = organisation.command('rotateApiKey', {
  of: ({ path }) => path.organisationId,
  record: (_, { newId }) => newId('key'),
  decide: ({ path: { organisationId, keyId: replaces }, body }, state, { newId, chance, today, actor, sandbox }) => {
    if (state.status === 'none' || !state.keys[replaces]) return refuse('not-found')
    if (state.status !== 'active') return refuse('organisation-suspended')
    const old = state.keys[replaces]
    const { status, replaced, label, scopes, addresses, expiresOn: until = '9999-12-31' } = old
    if (status !== 'active' || replaced || until < today) return refuse('key-not-active')
    const { expiresOn = yearAfter(today) } = body
    const own = actor.orgId === organisationId
    const refusal = refuseExpiry(expiresOn, today) ?? refuseScopes(scopes, state.kind, own, actor)
    if (refusal) return refusal
    const keyId = newId('key')
    const { hash, hint } = makeApiKey(keyId, chance, { sandbox })
    const data = { keyId, organisationId, organisationKind: state.kind, label, hash, hint, scopes, expiresOn, replaces }
    const overlap = overlapFrom(today)
    return [
      { type: 'ApiKeyIssued', data: { ...data, ...(addresses && { addresses }), ...standingOf(old) } },
      {
        type: 'ApiKeyReplaced',
        data: { keyId: replaces, organisationId, expiresOn: overlap < until ? overlap : until, replacedBy: keyId },
      },
    ]
  },
  shownOnce: (_, { newId, chance, sandbox }) => ({ secret: makeApiKey(newId('key'), chance, { sandbox }).text }),
})

export const revokeApiKey = organisation.command('revokeApiKey', {
  of: ({ path }) => path.organisationId,
  decide: ({ path: { organisationId, keyId }, body: { reason } }, state) => {
    if (state.status === 'none' || !state.keys[keyId]) return refuse('not-found')
    if (state.keys[keyId].status === 'revoked') return []
    return [{ type: 'ApiKeyRevoked', data: { keyId, organisationId, reason } }]
  },
})

const refuseExpiry = (expiresOn: string, today: string): Refusal | undefined => {
  if (expiresOn < today) return refuse('key-expiry-past', { expiresOn, today })
  const latest = yearAfter(today)
  return expiresOn > latest ? refuse('key-expiry-far', { expiresOn, latest }) : undefined
}
