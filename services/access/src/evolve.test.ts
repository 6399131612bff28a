import { evolveLaws } from '@wushe/testkit/laws'
import { accessGrantRecord } from './access-grant/access-grant-record.ts'
import { accessGrant } from './access-grant/access-grant.ts'
import { accessOverrideRecord } from './access-override/access-override-record.ts'
import { accessOverride } from './access-override/access-override.ts'
import { apiKeyRecord, clientRecord, organisationRecord } from './organisation/organisation-record.ts'
import { organisation } from './organisation/organisation.ts'

evolveLaws('access', {
  aggregates: { organisation, accessgrant: accessGrant, accessoverride: accessOverride },
  records: [organisationRecord, apiKeyRecord, clientRecord, accessGrantRecord, accessOverrideRecord],
})
