import { accessService } from '../services/access/src/service.ts'
import { caseService } from '../services/case/src/service.ts'
import { reportingService } from '../services/reporting/src/service.ts'
import { resourcesService } from '../services/resources/src/service.ts'
import { volunteerService } from '../services/volunteer/src/service.ts'

export const services = [accessService, caseService, volunteerService, resourcesService, reportingService]
export const serviceNames = services.map(({ name }) => name)
