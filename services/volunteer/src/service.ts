import { service } from '@wushe/service-host'
import { history, list, one } from '@wushe/slice'
import { confirmHours } from './hours/confirm-hours.ts'
import { hoursEntryRecord, hoursRecord } from './hours/hours-record.ts'
import { recordHours } from './hours/record-hours.ts'
import { rejectHours } from './hours/reject-hours.ts'
import { voidHours } from './hours/void-hours.ts'
import { assignToStation } from './practitioner/assign-to-station.ts'
import { correctPractitioner } from './practitioner/correct-practitioner.ts'
import {
  approvePractitionerErasure,
  erasePractitioner,
  liftPractitionerRestriction,
  refusePractitionerErasure,
  restrictPractitioner,
} from './practitioner/erase-and-restrict-practitioner.ts'
import { recordLicence, voidLicence } from './practitioner/licences.ts'
import { licenceRecord, practitionerRecord } from './practitioner/practitioner-record.ts'
import { recordDeparture } from './practitioner/record-departure.ts'
import { registerPractitioner } from './practitioner/register-practitioner.ts'
import { voidPractitioner } from './practitioner/void-practitioner.ts'
import { closeStation } from './station/close-station.ts'
import { correctStation } from './station/correct-station.ts'
import { establishStation } from './station/establish-station.ts'
import { stationRecord } from './station/station-record.ts'
import { voidStation } from './station/void-station.ts'
import {
  approveVolunteerErasure,
  eraseVolunteer,
  liftVolunteerRestriction,
  refuseVolunteerErasure,
  restrictVolunteer,
} from './volunteer/erase-and-restrict-volunteer.ts'
import { registerVolunteer } from './volunteer/register-volunteer.ts'
import { verifyVolunteer } from './volunteer/verify-volunteer.ts'
import { voidVolunteer } from './volunteer/void-volunteer.ts'
import { volunteerRecord } from './volunteer/volunteer-record.ts'
import { withdrawVolunteer } from './volunteer/withdraw-volunteer.ts'

export const volunteerService = service('volunteer', {
  operations: {
    listStations: list('listStations', stationRecord),
    establishStation,
    getStation: one('getStation', stationRecord),
    getStationHistory: history('getStationHistory', stationRecord),
    closeStation,
    correctStation,
    voidStation,

    listPractitioners: list('listPractitioners', practitionerRecord),
    registerPractitioner,
    getPractitioner: one('getPractitioner', practitionerRecord),
    getPractitionerHistory: history('getPractitionerHistory', practitionerRecord),
    correctPractitioner,
    assignToStation,
    recordDeparture,
    erasePractitioner,
    approvePractitionerErasure,
    refusePractitionerErasure,
    restrictPractitioner,
    liftPractitionerRestriction,
    voidPractitioner,
    listLicences: list('listLicences', licenceRecord),
    recordLicence,
    getLicence: one('getLicence', licenceRecord),
    voidLicence,

    listVolunteers: list('listVolunteers', volunteerRecord),
    registerVolunteer,
    getVolunteer: one('getVolunteer', volunteerRecord),
    getVolunteerHistory: history('getVolunteerHistory', volunteerRecord),
    verifyVolunteer,
    withdrawVolunteer,
    eraseVolunteer,
    approveVolunteerErasure,
    refuseVolunteerErasure,
    restrictVolunteer,
    liftVolunteerRestriction,
    voidVolunteer,

    listHoursEntries: list('listHoursEntries', hoursEntryRecord),
    recordHours,
    getHoursEntry: one('getHoursEntry', hoursEntryRecord),
    getHoursHistory: history('getHoursHistory', hoursRecord),
    confirmHours,
    rejectHours,
    voidHours,
  },
  records: [stationRecord, practitionerRecord, licenceRecord, volunteerRecord, hoursEntryRecord],
  projections: [],
  upcasters: {},
})
