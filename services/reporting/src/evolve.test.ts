import { evolveLaws } from '@wushe/testkit'
import { agreementRecord } from './agreement/agreement-record.ts'
import { agreement } from './agreement/agreement.ts'
import { project, projectRecord } from './project/project.ts'

evolveLaws('reporting', { aggregates: { agreement, project }, records: [agreementRecord, projectRecord] })
