import { record } from '@wushe/slice'
import { handShown } from '../hand-of.ts'

export const accessGrantRecord = record('AccessGrant', {
  from: 'accessgrant',
  table: 'access.access_grant',
  on: {
    AccessRequested: (_, { data: { askedBy, ...asked } }) => ({
      ...asked,
      status: 'requested',
      askedBy: handShown(askedBy),
    }),
    AccessApproved: (body, { data }) => ({ ...body, status: 'approved', decidedBy: handShown(data.decidedBy) }),
    AccessRefused: (body, { data }) => ({
      ...body,
      status: 'refused',
      refusalReason: data.reason,
      decidedBy: handShown(data.decidedBy),
    }),
    AccessEnded: (body, { data }) => ({ ...body, status: 'ended', endingReason: data.reason }),
  },
})
