import { evolveLaws } from '@wushe/testkit/laws'
import { agreementRecord } from './agreement/agreement-record.ts'
import { agreement } from './agreement/agreement.ts'
import { webhook, webhookRecord } from './doors/webhooks/webhook.ts'
import { grant, grantRecord } from './grant/grant.ts'
import { correctionRequestRecord } from './persons/correction-request-record.ts'
import { correctionRequest } from './persons/correction-request.ts'
import { project, projectRecord } from './project/project.ts'

evolveLaws('reporting', {
  aggregates: { agreement, correctionrequest: correctionRequest, grant, project, webhook },
  records: [agreementRecord, correctionRequestRecord, grantRecord, projectRecord, webhookRecord],
})
