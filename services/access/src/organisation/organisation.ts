import type { Schemas } from '@wushe/contracts'
import { aggregate } from '@wushe/slice'

/** For which of the organisation's people a credential is. */
export type Standing = { role?: Schemas['Role'] | undefined; within?: Schemas['Within'] | undefined }

type Key = Standing & {
  status: 'active' | 'revoked'
  label: string
  scopes: string[]
  addresses?: string[] | undefined
  expiresOn?: string | undefined
  replaced?: true
}
type Client = {
  status: 'active' | 'revoked'
  method: 'private_key_jwt' | 'client_secret_basic'
  scopes: string[]
}
export type Organisation =
  | { status: 'none' }
  | {
      status: 'active' | 'suspended'
      kind: 'contractor' | 'funder' | 'operator'
      retentionProfile?: Schemas['RetentionProfile']
      keys: { readonly [keyId: string]: Key }
      clients: { readonly [clientId: string]: Client }
    }

/** An organisation, its keys and its clients are one stream: none can be issued to what was suspended meanwhile. */
export const organisation = aggregate('organisation', {
  initial: { status: 'none' } as Organisation,
  owner: (_, organisationId) => organisationId,
  evolve: (state, event): Organisation => {
    if (event.type === 'OrganisationRegistered')
      return { status: 'active', kind: event.data.kind, keys: {}, clients: {} }
    if (state.status === 'none') return state
    const key = (keyId: string, change: Partial<Key>): Organisation =>
      state.keys[keyId] ? { ...state, keys: { ...state.keys, [keyId]: { ...state.keys[keyId], ...change } } } : state
    switch (event.type) {
      case 'OrganisationSuspended':
        return { ...state, status: 'suspended' }
      case 'OrganisationResumed':
        return { ...state, status: 'active' }
      case 'RetentionProfileChosen':
        return { ...state, retentionProfile: event.data.profile }
      case 'ApiKeyIssued': {
        const { keyId, label, scopes, addresses, role, within, expiresOn } = event.data
        return {
          ...state,
          keys: { ...state.keys, [keyId]: { status: 'active', label, scopes, addresses, role, within, expiresOn } },
        }
      }
      case 'ApiKeyReplaced':
        return key(event.data.keyId, { expiresOn: event.data.expiresOn, replaced: true })
      case 'ApiKeyRevoked':
        return key(event.data.keyId, { status: 'revoked' })
      case 'ClientRegistered': {
        const { clientId, method, scopes } = event.data
        return { ...state, clients: { ...state.clients, [clientId]: { status: 'active', method, scopes } } }
      }
      case 'ClientCredentialsReplaced':
        return state
      case 'ClientRevoked': {
        const known = state.clients[event.data.clientId]
        return known
          ? { ...state, clients: { ...state.clients, [event.data.clientId]: { ...known, status: 'revoked' } } }
          : state
      }
    }
  },
})
