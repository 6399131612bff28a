import { serve } from '@wushe/service-host'
import { caseService } from './service.ts'

await serve([caseService])
