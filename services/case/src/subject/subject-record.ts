import { record, rightsShown } from '@wushe/slice'
import { asCorrected } from '../as-corrected.ts'

const rights = rightsShown('Subject')

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
    ...rights,
    SubjectErased: (body, event) => ({ ...rights.SubjectErased(body, event), status: 'erased' }),
    SubjectVoided: (body) => ({ ...body, status: 'voided' }),
  },
})
