import { aggregate, type Actor } from '@wushe/slice'

type Keys = { readonly [keyId: string]: 'active' | 'revoked' }
export type Organisation =
  { status: 'none' } | { status: 'active' | 'suspended'; kind: 'contractor' | 'funder' | 'operator'; keys: Keys }

/** An organisation and its keys are one stream: a key cannot be issued to what was suspended meanwhile. */
export const organisation = aggregate('organisation', {
  initial: { status: 'none' } as Organisation,
  owner: (_, organisationId) => organisationId,
  writableBy: (_, actor: Actor) => actor.kind === 'operator',
  evolve: (state, event): Organisation => {
    if (event.type === 'OrganisationRegistered') return { status: 'active', kind: event.data.kind, keys: {} }
    if (state.status === 'none') return state
    switch (event.type) {
      case 'OrganisationSuspended':
        return { ...state, status: 'suspended' }
      case 'OrganisationResumed':
        return { ...state, status: 'active' }
      case 'ApiKeyIssued':
        return { ...state, keys: { ...state.keys, [event.data.keyId]: 'active' } }
      case 'ApiKeyRevoked':
        return { ...state, keys: { ...state.keys, [event.data.keyId]: 'revoked' } }
    }
  },
})
