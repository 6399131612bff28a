import type { Streams } from '@wushe/contracts'

export const organisationId = 'org_01h455vb4pex5vsknk084sn001'
export const keyId = 'key_01jnew00000000000000000000'

export const registered = {
  type: 'OrganisationRegistered',
  data: { kind: 'contractor', name: '坤元社会工作服务中心' },
} satisfies Streams['organisation']
export const suspended = { type: 'OrganisationSuspended', data: { reason: 'misuse' } } satisfies Streams['organisation']
export const resumed = { type: 'OrganisationResumed', data: { reason: 'resolved' } } satisfies Streams['organisation']
export const keyRevoked = {
  type: 'ApiKeyRevoked',
  data: { keyId, organisationId, reason: 'lost' },
} satisfies Streams['organisation']
