import type { Streams } from '@wushe/contracts'

export const organisationId = 'org_01h455vb4pex5vsknk084sn001'
export const keyId = 'key_01jnew00000000000000000000'
export const clientId = 'cli_01jnew00000000000000000000'

export const registered = {
  type: 'OrganisationRegistered',
  data: { kind: 'contractor', name: '坤元社会工作服务中心' },
} satisfies Streams['organisation']
export const suspended = { type: 'OrganisationSuspended', data: { reason: 'misuse' } } satisfies Streams['organisation']
export const resumed = { type: 'OrganisationResumed', data: { reason: 'resolved' } } satisfies Streams['organisation']
export const profileChosen = {
  type: 'RetentionProfileChosen',
  data: { profile: 'case-file-15' },
} satisfies Streams['organisation']
/** Without its hash and hint. */
export const aKey = {
  ...{ keyId, organisationId, organisationKind: 'contractor' as const, label: 'sync' },
  ...{ scopes: ['*'], expiresOn: '2027-03-02' },
}
export const keyRevoked = {
  type: 'ApiKeyRevoked',
  data: { keyId, organisationId, reason: 'lost' },
} satisfies Streams['organisation']

export const publicKey = {
  kty: 'OKP' as const,
  crv: 'Ed25519' as const,
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
}
export const clientRegistered = {
  type: 'ClientRegistered',
  data: {
    ...{ clientId, organisationId, organisationKind: 'contractor', label: 'sync' },
    ...{ method: 'private_key_jwt', keys: [publicKey], scopes: ['*'], origins: [] },
  },
} satisfies Streams['organisation']
export const clientRevoked = {
  type: 'ClientRevoked',
  data: { clientId, organisationId, reason: 'lost' },
} satisfies Streams['organisation']
