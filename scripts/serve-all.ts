// All five services in one process on a PostgreSQL that is there already, configured by the environment.
import { serve } from '@wushe/service-host'
import { services } from './all-services.ts'

await serve(services)
