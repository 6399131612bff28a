import { makeApiKey, refuse } from '@wushe/slice'
import { organisation } from './organisation.ts'

/** The key itself is shown in the first answer and nowhere else; the log keeps its hash. */
export const issueApiKey = organisation.command('issueApiKey', {
  of: ({ path }) => path.organisationId,
  record: (_, { newId }) => newId('key'),
  decide: ({ path, body: { label, expiresOn } }, state, { newId, chance, today }) => {
    if (state.status !== 'active') return refuse('organisation-suspended')
    if (expiresOn !== undefined && expiresOn < today) return refuse('key-expiry-past', { expiresOn, today })
    const keyId = newId('key')
    const { hash, hint } = makeApiKey(keyId, chance)
    const { organisationId } = path
    return [
      {
        type: 'ApiKeyIssued',
        data: { keyId, organisationId, organisationKind: state.kind, label, hash, hint, expiresOn },
      },
    ]
  },
  shownOnce: (_, { newId, chance }) => ({ secret: makeApiKey(newId('key'), chance).text }),
})

export const revokeApiKey = organisation.command('revokeApiKey', {
  of: ({ path }) => path.organisationId,
  decide: ({ path: { organisationId, keyId }, body: { reason } }, state) => {
    if (state.status === 'none' || !state.keys[keyId]) return refuse('not-found')
    if (state.keys[keyId] === 'revoked') return []
    return [{ type: 'ApiKeyRevoked', data: { keyId, organisationId, reason } }]
  },
})
