import { record } from '@wushe/slice'
import { asCorrected } from '../as-corrected.ts'

export const concernRecord = record('Concern', {
  from: 'concern',
  table: 'cases.concern',
  on: {
    ConcernRaised: (_, { data }) => ({ ...data, status: 'raised' }),
    ConcernIdentified: (body, { data: { problems, riskLevel, identifiedBy } }) => ({
      ...body,
      status: 'identified',
      identification: { problems, riskLevel, identifiedBy },
    }),
    ConcernDismissed: (body, { data: { reason } }) => ({ ...body, status: 'dismissed', dismissalReason: reason }),
    ConcernCorrected: ({ status, identification, dismissalReason }, { data }) => ({
      ...asCorrected(data),
      status,
      identification,
      dismissalReason,
    }),
    ConcernVoided: (body) => ({ ...body, status: 'voided' }),
  },
})
