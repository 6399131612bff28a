import { evolveLaws } from '@wushe/testkit/laws'
import { hours } from './hours/hours.ts'
import { hoursEntryRecord, hoursRecord } from './hours/hours-record.ts'
import { licenceRecord, practitionerRecord } from './practitioner/practitioner-record.ts'
import { practitioner } from './practitioner/practitioner.ts'
import { stationRecord } from './station/station-record.ts'
import { station } from './station/station.ts'
import { volunteerRecord } from './volunteer/volunteer-record.ts'
import { volunteer } from './volunteer/volunteer.ts'

evolveLaws('volunteer', {
  aggregates: { station, practitioner, volunteer, hours },
  records: [stationRecord, practitionerRecord, licenceRecord, volunteerRecord, hoursEntryRecord, hoursRecord],
})
