import { asked, commandLaws, type Asked, type CommandsOf } from '@wushe/testkit/laws'
import { confirmHours } from './hours/confirm-hours.ts'
import { hoursEntryId, hoursRecorded, service } from './hours/examples.ts'
import { recordHours } from './hours/record-hours.ts'
import { rejectHours } from './hours/reject-hours.ts'
import { voidHours } from './hours/void-hours.ts'
import { assignToStation } from './practitioner/assign-to-station.ts'
import { correctPractitioner } from './practitioner/correct-practitioner.ts'
import {
  employed,
  identity,
  licenceId,
  licenceRecorded,
  nationalLicence,
  otherSiteId,
  practitionerId,
  practitionerErasureRequested,
  practitionerRegistered,
  practitionerRestricted,
} from './practitioner/examples.ts'
import {
  approvePractitionerErasure,
  erasePractitioner,
  liftPractitionerRestriction,
  refusePractitionerErasure,
  restrictPractitioner,
} from './practitioner/erase-and-restrict-practitioner.ts'
import { recordLicence, voidLicence } from './practitioner/licences.ts'
import { recordDeparture } from './practitioner/record-departure.ts'
import { registerPractitioner } from './practitioner/register-practitioner.ts'
import { voidPractitioner } from './practitioner/void-practitioner.ts'
import { closeStation } from './station/close-station.ts'
import { correctStation } from './station/correct-station.ts'
import { establishStation } from './station/establish-station.ts'
import { headStationEstablished, stationEstablished, stationId, townStation } from './station/examples.ts'
import { station } from './station/station.ts'
import { voidStation } from './station/void-station.ts'
import {
  approveVolunteerErasure,
  eraseVolunteer,
  liftVolunteerRestriction,
  refuseVolunteerErasure,
  restrictVolunteer,
} from './volunteer/erase-and-restrict-volunteer.ts'
import { erasureRequested, facts, volunteerId, volunteerRegistered, volunteerRestricted } from './volunteer/examples.ts'
import { registerVolunteer } from './volunteer/register-volunteer.ts'
import { verifyVolunteer } from './volunteer/verify-volunteer.ts'
import { voidVolunteer } from './volunteer/void-volunteer.ts'
import { volunteer } from './volunteer/volunteer.ts'
import { withdrawVolunteer } from './volunteer/withdraw-volunteer.ts'

const note = '说明'
const parent = station.evolve(station.initial, headStationEstablished)
const open = station.evolve(station.initial, stationEstablished)
const registered = volunteer.evolve(volunteer.initial, volunteerRegistered)

const voiding = { reason: 'duplicate', note } as const
const toStation = { stationId }
const toPractitioner = { practitionerId }
const toVolunteer = { volunteerId }
const toEntry = { volunteerId, hoursEntryId }

/** Every command of the contract, on a state where it may be carried out. */
const commands: { [Name in CommandsOf<'volunteer'>]: Asked } = {
  establishStation: asked([], establishStation, { body: { ...townStation, note } }, { parent }),
  closeStation: asked([stationEstablished], closeStation, {
    path: toStation,
    body: { occurredOn: '2023-12-31', note },
  }),
  correctStation: asked(
    [stationEstablished],
    correctStation,
    { path: toStation, body: { ...townStation, divisionCode: '659002999', reason: 'typing-error', note } },
    { parent },
  ),
  voidStation: asked([stationEstablished], voidStation, { path: toStation, body: voiding }),
  registerPractitioner: asked([], registerPractitioner, { body: { ...employed, identity } }),
  correctPractitioner: asked([practitionerRegistered], correctPractitioner, {
    path: toPractitioner,
    body: { ...employed, identity, reason: 'other', note },
  }),
  assignToStation: asked(
    [practitionerRegistered],
    assignToStation,
    { path: toPractitioner, body: { siteId: otherSiteId, occurredOn: '2022-03-01' } },
    { station: open },
  ),
  recordDeparture: asked([practitionerRegistered], recordDeparture, {
    path: toPractitioner,
    body: { reason: 'resigned', occurredOn: '2023-06-30', note },
  }),
  erasePractitioner: asked([practitionerRegistered], erasePractitioner, {
    path: toPractitioner,
    body: { basis: 'request' },
  }),
  approvePractitionerErasure: asked(
    [practitionerRegistered, practitionerErasureRequested],
    approvePractitionerErasure,
    { path: toPractitioner, body: {} },
  ),
  refusePractitionerErasure: asked([practitionerRegistered, practitionerErasureRequested], refusePractitionerErasure, {
    path: toPractitioner,
    body: { note },
  }),
  restrictPractitioner: asked([practitionerRegistered], restrictPractitioner, {
    path: toPractitioner,
    body: { basis: 'request' },
  }),
  liftPractitionerRestriction: asked([practitionerRegistered, practitionerRestricted], liftPractitionerRestriction, {
    path: toPractitioner,
    body: { reason: 'resolved' },
  }),
  voidPractitioner: asked([practitionerRegistered], voidPractitioner, { path: toPractitioner, body: voiding }),
  recordLicence: asked([practitionerRegistered], recordLicence, {
    path: toPractitioner,
    body: { ...nationalLicence, validIn: ['65'], expiresOn: '2028-09-20', certificateNo: '示例2023001' },
  }),
  voidLicence: asked([practitionerRegistered, licenceRecorded], voidLicence, {
    path: { practitionerId, licenceId },
    body: voiding,
  }),
  registerVolunteer: asked([], registerVolunteer, { body: { ...facts, identity } }),
  verifyVolunteer: asked([volunteerRegistered], verifyVolunteer, {
    path: toVolunteer,
    body: { method: 'id-card-reader', occurredOn: '2022-05-02' },
  }),
  withdrawVolunteer: asked([volunteerRegistered], withdrawVolunteer, {
    path: toVolunteer,
    body: { reason: 'moved', occurredOn: '2023-03-01', note },
  }),
  eraseVolunteer: asked([volunteerRegistered], eraseVolunteer, { path: toVolunteer, body: { basis: 'request' } }),
  approveVolunteerErasure: asked([volunteerRegistered, erasureRequested], approveVolunteerErasure, {
    path: toVolunteer,
    body: {},
  }),
  refuseVolunteerErasure: asked([volunteerRegistered, erasureRequested], refuseVolunteerErasure, {
    path: toVolunteer,
    body: { note },
  }),
  restrictVolunteer: asked([volunteerRegistered], restrictVolunteer, { path: toVolunteer, body: { basis: 'request' } }),
  liftVolunteerRestriction: asked([volunteerRegistered, volunteerRestricted], liftVolunteerRestriction, {
    path: toVolunteer,
    body: { reason: 'resolved' },
  }),
  voidVolunteer: asked([volunteerRegistered], voidVolunteer, { path: toVolunteer, body: voiding }),
  recordHours: asked(
    [],
    recordHours,
    { path: toVolunteer, body: { ...service, method: 'manual', manualReason: 'backfill' } },
    { volunteer: registered },
  ),
  confirmHours: asked([hoursRecorded], confirmHours, {
    path: toEntry,
    body: { minutes: 240, confirmedBy: { practitionerId }, occurredOn: '2022-06-06' },
  }),
  rejectHours: asked(
    [hoursRecorded],
    rejectHours,
    { path: toEntry, body: { reason: 'not-present', occurredOn: '2022-06-06', note } },
    { volunteer: registered },
  ),
  voidHours: asked([hoursRecorded], voidHours, { path: toEntry, body: voiding }, { volunteer: registered }),
}

/** What may rightly be recorded twice by the same words, and why. */
const mayHappenTwice: { [Name in CommandsOf<'volunteer'>]?: string } = {
  correctStation: 'What is sealed cannot be compared: a note that comes along is always recorded.',
  correctPractitioner: 'What is sealed cannot be compared: an identity or a note that comes along is always recorded.',
}

commandLaws(commands, { secret: note, mayHappenTwice })
