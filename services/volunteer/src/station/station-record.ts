import { record } from '@wushe/slice'
import { dropped } from '../dropped.ts'

export const stationRecord = record('Station', {
  from: 'station',
  table: 'volunteers.station',
  on: {
    StationEstablished: (_, { data }) => ({ ...data, status: 'open' }),
    StationCorrected: ({ status, closedOn }, { data: { reason: _, ...facts } }) => ({
      ...facts,
      agreementId: facts.agreementId ?? dropped,
      status,
      closedOn,
    }),
    StationClosed: (body, { data }) => ({ ...body, status: 'closed', closedOn: data.occurredOn }),
    StationVoided: (body) => ({ ...body, status: 'voided' }),
  },
})
