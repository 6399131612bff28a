import { accessUpcasters, getAuthorizationServer, issueToken, listSigningKeys, service } from '@wushe/service-host'
import { history, list, one } from '@wushe/slice'
import { accessGrantRecord } from './access-grant/access-grant-record.ts'
import { approveAccess, endAccess, refuseAccess, requestAccess } from './access-grant/access-grant.ts'
import { accessOverrideRecord } from './access-override/access-override-record.ts'
import { endAccessOverride, reviewAccessOverride, startAccessOverride } from './access-override/access-override.ts'
import { getMe } from './get-me.ts'
import { issueApiKey, revokeApiKey, rotateApiKey } from './organisation/api-keys.ts'
import { registerClient, replaceClientCredentials, revokeClient } from './organisation/clients.ts'
import { apiKeyRecord, clientRecord, organisationRecord } from './organisation/organisation-record.ts'
import { registerOrganisation } from './organisation/register-organisation.ts'
import { chooseRetentionProfile } from './organisation/choose-retention-profile.ts'
import { resumeOrganisation, suspendOrganisation } from './organisation/suspend-organisation.ts'

export const accessService = service('access', {
  operations: {
    getMe,
    listOrganisations: list('listOrganisations', organisationRecord),
    registerOrganisation,
    getOrganisation: one('getOrganisation', organisationRecord),
    getOrganisationHistory: history('getOrganisationHistory', organisationRecord),
    suspendOrganisation,
    resumeOrganisation,
    chooseRetentionProfile,
    listApiKeys: list('listApiKeys', apiKeyRecord),
    issueApiKey,
    getApiKey: one('getApiKey', apiKeyRecord),
    rotateApiKey,
    revokeApiKey,
    listClients: list('listClients', clientRecord),
    registerClient,
    getClient: one('getClient', clientRecord),
    replaceClientCredentials,
    revokeClient,
    listAccessGrants: list('listAccessGrants', accessGrantRecord),
    requestAccess,
    getAccessGrant: one('getAccessGrant', accessGrantRecord),
    getAccessGrantHistory: history('getAccessGrantHistory', accessGrantRecord),
    approveAccess,
    refuseAccess,
    endAccess,
    listAccessOverrides: list('listAccessOverrides', accessOverrideRecord),
    startAccessOverride,
    getAccessOverride: one('getAccessOverride', accessOverrideRecord),
    getAccessOverrideHistory: history('getAccessOverrideHistory', accessOverrideRecord),
    endAccessOverride,
    reviewAccessOverride,
    issueToken,
    getAuthorizationServer,
    listSigningKeys,
  },
  records: [organisationRecord, apiKeyRecord, clientRecord, accessGrantRecord, accessOverrideRecord],
  projections: [],
  upcasters: accessUpcasters,
})
