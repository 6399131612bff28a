import { record } from '@wushe/slice'

export const agreementRecord = record('Agreement', {
  from: 'agreement',
  table: 'reporting.agreement',
  on: {
    AgreementDrafted: (_, { data, streamId }) => ({ ...data, status: 'drafted', agreementId: streamId }),
    AgreementSigned: (body, { data }) => ({ ...body, status: 'signed', signedOn: data.occurredOn }),
    AgreementActivated: (body, { data }) => ({ ...body, status: 'active', activatedOn: data.occurredOn }),
    AgreementEnded: (body, { data }) => ({ ...body, status: 'ended', endedOn: data.occurredOn }),
  },
})
