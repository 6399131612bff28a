import { serve } from '@wushe/service-host'
import { volunteerService } from './service.ts'

await serve([volunteerService])
