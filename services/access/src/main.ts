import { serve } from '@wushe/service-host'
import { accessService } from './service.ts'

await serve([accessService])
