import type { Streams } from '@wushe/contracts'

export { volunteerId } from '../volunteer/examples.ts'
export const hoursEntryId = 'hrs_01h455vb4pex5vsknk084sn001'
const agreementId = 'agr_01h455vb4pex5vsknk084sn001'
const siteId = 'sta_01h455vb4pex5vsknk084sn002'

/** Friday, 3 June 2022, two to six in the afternoon in Beijing. */
export const service = {
  startedAt: '2022-06-03T14:00:00+08:00',
  endedAt: '2022-06-03T18:00:00+08:00',
  method: 'qr',
  content: 'elder-care',
  agreementId,
  siteId,
} as const

export const hoursRecorded = {
  type: 'HoursRecorded',
  data: { entryId: hoursEntryId, ...service, occurredOn: '2022-06-03' },
} satisfies Streams['hours']
export const hoursConfirmed = {
  type: 'HoursConfirmed',
  data: {
    entryId: hoursEntryId,
    minutes: 240,
    confirmedBy: { practitionerId: 'pra_01h455vb4pex5vsknk084sn001' },
    confirmedOn: '2022-06-06',
    late: false,
    occurredOn: '2022-06-03',
    agreementId,
    siteId,
  },
} satisfies Streams['hours']
export const hoursRejected = {
  type: 'HoursRejected',
  data: {
    entryId: hoursEntryId,
    reason: 'not-present',
    rejectedOn: '2022-06-06',
    occurredOn: '2022-06-03',
    agreementId,
    siteId,
  },
} satisfies Streams['hours']
export const hoursVoided = {
  type: 'HoursVoided',
  data: { entryId: hoursEntryId, reason: 'recorded-in-error', agreementId, siteId },
} satisfies Streams['hours']
