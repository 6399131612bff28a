import { record, sql } from '@wushe/slice'

export const correctionRequestRecord = record('CorrectionRequest', {
  from: 'correctionrequest',
  table: 'reporting.correction_request',
  on: {
    CorrectionRequested: (_, { data }) => ({ ...data, status: 'open' }),
    CorrectionRequestDecided: (body, { data: { outcome, corrected } }) => ({
      ...body,
      status: outcome,
      ...(corrected && { corrected }),
    }),
  },
})

/** Of the list: open, though its day is over. */
export const overdue = (asked: boolean, today: string) =>
  sql`(status = 'open' and body ->> 'dueOn' < ${today}) = ${asked}`
