import { evolveLaws } from '@wushe/testkit'
import { agreementRecord } from './agreement/agreement-record.ts'
import { agreement } from './agreement/agreement.ts'
import { webhook, webhookRecord } from './doors/webhooks/webhook.ts'
import { grant, grantRecord } from './grant/grant.ts'
import { project, projectRecord } from './project/project.ts'

evolveLaws('reporting', {
  aggregates: { agreement, grant, project, webhook },
  records: [agreementRecord, grantRecord, projectRecord, webhookRecord],
})
