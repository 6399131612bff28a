import { record, rightsShown } from '@wushe/slice'

export const providerRecord = record('Provider', {
  from: 'provider',
  table: 'resources.provider',
  on: {
    ProviderRegistered: (_, { data }) => ({ ...data, status: 'active' }),
    ProviderCorrected: ({ status, erasureRequest, restriction }, { data: { reason: _, ...facts } }) => ({
      ...facts,
      ...{ status, erasureRequest, restriction },
    }),
    ...rightsShown('Provider'),
    ProviderVoided: (body) => ({ ...body, status: 'voided' }),
  },
})
