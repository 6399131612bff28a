import { record } from '@wushe/slice'
import { asCorrected } from '../as-corrected.ts'

export const subjectRecord = record('Subject', {
  from: 'subject',
  table: 'cases.subject',
  on: {
    SubjectRegistered: (_, { data }) => ({ ...data, status: 'active' }),
    SubjectCorrected: ({ status }, { data }) => ({ ...asCorrected(data), status }),
    SubjectErased: (body) => ({ ...body, status: 'erased' }),
    SubjectVoided: (body) => ({ ...body, status: 'voided' }),
  },
})
