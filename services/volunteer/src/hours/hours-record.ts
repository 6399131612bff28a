import { record } from '@wushe/slice'

export const hoursEntryRecord = record('HoursEntry', {
  from: 'hours',
  table: 'volunteers.hours_entry',
  of: ({ data }) => data.entryId,
  on: {
    HoursRecorded: (_, { streamId, data: { entryId: _id, ...data } }) => ({
      ...data,
      status: 'pending',
      volunteerId: streamId,
    }),
    HoursConfirmed: (body, { data: { minutes, confirmedBy, confirmedOn, late } }) => ({
      ...body,
      status: 'confirmed',
      minutes,
      confirmedBy,
      confirmedOn,
      late,
    }),
    HoursRejected: (body, { data }) => ({ ...body, status: 'rejected', rejectionReason: data.reason }),
    HoursVoided: (body) => ({ ...body, status: 'voided' }),
  },
})

/** For the history alone, which shows all entries of a volunteer together: the whole stream as one thing. */
export const hoursRecord = record('HoursEntry', {
  from: 'hours',
  table: hoursEntryRecord.table,
  on: { HoursRecorded: (body) => body },
})
