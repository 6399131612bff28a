import { serve } from '@wushe/service-host'
import { resourcesService } from './service.ts'

await serve([resourcesService])
