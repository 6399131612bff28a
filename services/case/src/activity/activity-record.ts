import { record, type RecordBody } from '@wushe/slice'
import { asCorrected } from '../as-corrected.ts'

type ActivityBody = RecordBody<'Activity'>

export const activityRecord = record('Activity', {
  from: 'activity',
  table: 'cases.activity',
  on: {
    ActivityPlanned: (_, { data }) => ({ ...data, status: 'planned', heldOccurrences: 0 }),
    ActivityHeld: (body) => withOccurrences(body, 1),
    OccurrenceVoided: (body) => withOccurrences(body, -1),
    ActivityCancelled: (body, { data }) => ({ ...body, status: 'cancelled', cancellationReason: data.reason }),
    ActivityEvaluated: (body, { data: { satisfaction, responses } }) => ({ ...body, satisfaction, responses }),
    ActivityCorrected: ({ seriesNo: _, ...body }, { data }) => ({ ...body, ...asCorrected(data) }),
    ActivityVoided: (body) => ({ ...body, status: 'voided' }),
  },
})

export const occurrenceRecord = record('ActivityOccurrence', {
  from: 'activity',
  table: 'cases.occurrence',
  of: ({ data }) => ('occurrenceId' in data ? data.occurrenceId : undefined),
  on: {
    ActivityHeld: (_, { streamId, data: { occurrenceId: _id, ...facts } }) => ({
      ...facts,
      status: 'held',
      activityId: streamId,
    }),
    OccurrenceCorrected: ({ status, activityId }, { data: { occurrenceId: _, ...data } }) => ({
      ...asCorrected(data),
      status,
      activityId,
    }),
    OccurrenceVoided: (body) => ({ ...body, status: 'voided' }),
  },
})

const withOccurrences = (body: ActivityBody, change: number): ActivityBody => {
  const heldOccurrences = body.heldOccurrences + change
  const status = body.status === 'cancelled' ? 'cancelled' : heldOccurrences > 0 ? 'held' : 'planned'
  return { ...body, heldOccurrences, status }
}
