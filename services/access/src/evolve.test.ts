import { evolveLaws } from '@wushe/testkit'
import { apiKeyRecord, clientRecord, organisationRecord } from './organisation/organisation-record.ts'
import { organisation } from './organisation/organisation.ts'

evolveLaws('access', { aggregates: { organisation }, records: [organisationRecord, apiKeyRecord, clientRecord] })
