import { serve } from '@wushe/service-host'
import { reportingService } from './service.ts'

await serve([reportingService])
