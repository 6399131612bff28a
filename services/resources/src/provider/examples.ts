import type { Streams } from '@wushe/contracts'

export const providerId = 'prv_01h455vb4pex5vsknk084sn001'

export const company = { kind: 'enterprise', name: '示例粮油有限公司', occurredOn: '2022-01-10' } as const
export const person = { kind: 'individual', occurredOn: '2022-01-10' } as const
/** The ID number is the standard's own example. */
export const identity = { name: '示例丁', idType: 'citizen-id', idNumber: '11010519491231002X' } as const
/** A unified social credit code in use, of a state-owned company. */
export const uscc = '91110000802100433B'

export const companyRegistered = { type: 'ProviderRegistered', data: company } satisfies Streams['provider']
export const personRegistered = { type: 'ProviderRegistered', data: person } satisfies Streams['provider']
export const companyCorrected = {
  type: 'ProviderCorrected',
  data: { ...company, kind: 'foundation', reason: 'typing-error' },
} satisfies Streams['provider']
export const companyVoided = { type: 'ProviderVoided', data: { reason: 'duplicate' } } satisfies Streams['provider']
/** By another hand than that of the tests. */
const anotherHand = { orgId: 'org_01j00000000000000000000001', keyId: 'key_01j00000000000000000000002' }
export const providerErasureRequested = {
  type: 'ProviderErasureRequested',
  data: { basis: 'request', requestedBy: anotherHand },
} satisfies Streams['provider']
export const providerErasureRefused = {
  type: 'ProviderErasureRefused',
  data: {},
} satisfies Streams['provider']
export const providerErased = {
  type: 'ProviderErased',
  data: { basis: 'request' },
} satisfies Streams['provider']
export const providerRestricted = {
  type: 'ProviderRestricted',
  data: { basis: 'request', restrictedBy: anotherHand },
} satisfies Streams['provider']
export const providerRestrictionLifted = {
  type: 'ProviderRestrictionLifted',
  data: { reason: 'resolved' },
} satisfies Streams['provider']
