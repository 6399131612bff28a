import { record } from '@wushe/slice'

export const organisationRecord = record('Organisation', {
  from: 'organisation',
  table: 'access.organisation',
  seenBy: 'owner-and-operator',
  on: {
    OrganisationRegistered: (_, { data }) => ({ ...data, status: 'active' }),
    OrganisationSuspended: (body) => ({ ...body, status: 'suspended' }),
    OrganisationResumed: (body) => ({ ...body, status: 'active' }),
  },
})

export const apiKeyRecord = record('ApiKey', {
  from: 'organisation',
  table: 'access.api_key',
  seenBy: 'owner-and-operator',
  of: ({ data }) => ('keyId' in data ? data.keyId : undefined),
  on: {
    ApiKeyIssued: (_, { data: { organisationId, label, hint, expiresOn } }) => ({
      status: 'active',
      organisationId,
      label,
      hint,
      expiresOn,
    }),
    ApiKeyRevoked: (body, { data: { reason } }) => ({ ...body, status: 'revoked', revocationReason: reason }),
  },
})
