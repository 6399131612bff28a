import { record } from '@wushe/slice'
import { usualProfile } from './usual-profile.ts'

export const organisationRecord = record('Organisation', {
  from: 'organisation',
  table: 'access.organisation',
  revision: 2,
  on: {
    OrganisationRegistered: (_, { data }) => ({
      ...data,
      status: 'active',
      // Only contractors hold data of persons.
      ...(data.kind === 'contractor' && { retentionProfile: usualProfile }),
    }),
    RetentionProfileChosen: (body, { data: { profile } }) => ({ ...body, retentionProfile: profile }),
    OrganisationSuspended: (body) => ({ ...body, status: 'suspended' }),
    OrganisationResumed: (body) => ({ ...body, status: 'active' }),
  },
})

export const apiKeyRecord = record('ApiKey', {
  from: 'organisation',
  table: 'access.api_key',
  revision: 3,
  credential: true,
  of: ({ data }) => ('keyId' in data ? data.keyId : undefined),
  on: {
    ApiKeyIssued: (_, { data: { organisationId, label, hint, scopes, addresses, role, within, expiresOn } }) => ({
      status: 'active',
      organisationId,
      label,
      hint,
      scopes,
      addresses,
      role,
      within,
      expiresOn,
    }),
    ApiKeyReplaced: (body, { data: { expiresOn, replacedBy } }) => ({ ...body, expiresOn, replacedBy }),
    ApiKeyRevoked: (body, { data: { reason } }) => ({ ...body, status: 'revoked', revocationReason: reason }),
  },
})

export const clientRecord = record('Client', {
  from: 'organisation',
  table: 'access.client',
  credential: true,
  of: ({ data }) => ('clientId' in data ? data.clientId : undefined),
  on: {
    ClientRegistered: (_, { data: { clientId: _id, organisationKind: _kind, hash: _hash, ...facts } }) => ({
      status: 'active',
      ...facts,
    }),
    ClientCredentialsReplaced: (body, { data: { keys, hint, previousUntil } }) =>
      keys ? { ...body, keys } : { ...body, hint, previousSecretUntil: previousUntil },
    ClientRevoked: (body, { data: { reason } }) => ({ ...body, status: 'revoked', revocationReason: reason }),
  },
})
