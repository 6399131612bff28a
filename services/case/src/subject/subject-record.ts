import { record } from '@wushe/slice'
import { asCorrected } from '../as-corrected.ts'

export const subjectRecord = record('Subject', {
  from: 'subject',
  table: 'cases.subject',
  revision: 2,
  on: {
    SubjectRegistered: (_, { data }) => ({ ...data, status: 'active' }),
    SubjectCorrected: ({ status, erasureRequest, restriction }, { data }) => ({
      ...asCorrected(data),
      ...{ status, erasureRequest, restriction },
    }),
    SubjectErasureRequested: (body, { data: { basis } }) => ({
      ...body,
      erasureRequest: { status: 'requested', basis },
    }),
    SubjectErasureRefused: ({ erasureRequest, ...body }) => ({
      ...body,
      ...(erasureRequest && { erasureRequest: { ...erasureRequest, status: 'refused' } }),
    }),
    // Of before 1.1 there are erasures that nobody asked for apart from doing it.
    SubjectErased: ({ restriction: _, ...body }, { data: { basis } }) => ({
      ...body,
      erasureRequest: { status: 'approved', basis },
      status: 'erased',
    }),
    SubjectRestricted: (body, { data: { basis } }) => ({ ...body, restriction: { basis } }),
    SubjectRestrictionLifted: ({ restriction: _, ...body }) => body,
    SubjectVoided: (body) => ({ ...body, status: 'voided' }),
  },
})
