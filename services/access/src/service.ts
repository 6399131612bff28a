import { accessUpcasters, getAuthorizationServer, issueToken, listSigningKeys, service } from '@wushe/service-host'
import { history, list, one } from '@wushe/slice'
import { getMe } from './get-me.ts'
import { issueApiKey, revokeApiKey, rotateApiKey } from './organisation/api-keys.ts'
import { registerClient, replaceClientCredentials, revokeClient } from './organisation/clients.ts'
import { apiKeyRecord, clientRecord, organisationRecord } from './organisation/organisation-record.ts'
import { registerOrganisation } from './organisation/register-organisation.ts'
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
    issueToken,
    getAuthorizationServer,
    listSigningKeys,
  },
  records: [organisationRecord, apiKeyRecord, clientRecord],
  projections: [],
  upcasters: accessUpcasters,
})
