import { record } from '@wushe/slice'
import { handShown } from '../hand-of.ts'

export const accessOverrideRecord = record('AccessOverride', {
  from: 'accessoverride',
  table: 'access.access_override',
  on: {
    AccessOverrideStarted: (_, { data: { askedBy, ...started } }) => ({
      ...started,
      status: 'started',
      reviewed: false,
      askedBy: handShown(askedBy),
    }),
    AccessOverrideEnded: (body) => ({ ...body, status: 'ended' }),
    AccessOverrideReviewed: (body, { data: { finding, reviewedBy } }) => ({
      ...body,
      status: 'ended',
      reviewed: true,
      finding,
      reviewedBy: handShown(reviewedBy),
    }),
  },
})
