import { record } from '@wushe/slice'

export const providerRecord = record('Provider', {
  from: 'provider',
  table: 'resources.provider',
  on: {
    ProviderRegistered: (_, { data }) => ({ ...data, status: 'active' }),
    ProviderCorrected: ({ status }, { data: { reason: _, ...facts } }) => ({ ...facts, status }),
    ProviderVoided: (body) => ({ ...body, status: 'voided' }),
  },
})
