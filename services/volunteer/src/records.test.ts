import { expect, test } from '@jest/globals'
import type { Events } from '@wushe/contracts'
import type { RecordSlice } from '@wushe/slice'
import {
  hoursConfirmed,
  hoursEntryId,
  hoursRecorded,
  hoursRejected,
  hoursVoided,
  volunteerId,
} from './hours/examples.ts'
import { hoursEntryRecord, hoursRecord } from './hours/hours-record.ts'
import {
  assignedElsewhere,
  employmentCorrected,
  licenceId,
  licenceRecorded,
  licenceVoided,
  otherSiteId,
  practitionerErased,
  practitionerErasureRefused,
  practitionerErasureRequested,
  practitionerId,
  practitionerLeft,
  practitionerRegistered,
  practitionerRestricted,
  practitionerVoided,
} from './practitioner/examples.ts'
import { licenceRecord, practitionerRecord } from './practitioner/practitioner-record.ts'
import { nameCorrected, stationClosed, stationEstablished, stationId, stationVoided } from './station/examples.ts'
import { stationRecord } from './station/station-record.ts'
import {
  realNameVerified,
  volunteerErased,
  volunteerRegistered,
  volunteerVoided,
  volunteerWithdrawn,
} from './volunteer/examples.ts'
import { volunteerRecord } from './volunteer/volunteer-record.ts'

/** The record with this id, after these events of a stream. */
const shown = (record: RecordSlice, streamId: string, events: Events['volunteer'][], id = streamId) =>
  events
    .map((event) => ({ ...event, streamId }) as never)
    .filter((event) => record.of(event) === id)
    .reduce(record.fold, undefined as object | undefined)

test('a station shows where it stands and whether it is open', () => {
  expect(shown(stationRecord, stationId, [stationEstablished])).toMatchObject({
    level: 'station',
    name: '金银川镇社工站',
    divisionCode: '659002100',
    status: 'open',
  })
  expect(shown(stationRecord, stationId, [stationEstablished, stationClosed, nameCorrected])).toMatchObject({
    name: '金银川社工站',
    status: 'closed',
    closedOn: '2023-12-31',
  })
  expect(shown(stationRecord, stationId, [stationEstablished, stationVoided])).toMatchObject({ status: 'voided' })
})

test('a correction that takes the agreement away says so', () => {
  const { agreementId: _, ...data } = nameCorrected.data
  const corrected = { ...nameCorrected, data }
  expect(shown(stationRecord, stationId, [stationEstablished, corrected])).toMatchObject({ agreementId: null })
})

test('a social worker shows the present station, also when an earlier one is told late', () => {
  const late = { ...assignedElsewhere, data: { ...assignedElsewhere.data, siteId: 'late', occurredOn: '2021-10-01' } }
  const events = [practitionerRegistered, assignedElsewhere, late]
  expect(shown(practitionerRecord, practitionerId, events)).toMatchObject({
    status: 'active',
    siteId: otherSiteId,
    assignedOn: '2022-03-01',
  })
})

test('a social worker shows the corrected employment, the departure and the voiding', () => {
  expect(
    shown(practitionerRecord, practitionerId, [practitionerRegistered, practitionerLeft, employmentCorrected]),
  ).toMatchObject({ employment: 'part-time', status: 'left', leftOn: '2023-06-30', departureReason: 'resigned' })
  expect(shown(practitionerRecord, practitionerId, [practitionerRegistered, practitionerVoided])).toMatchObject({
    status: 'voided',
  })
})

test('a social worker shows what was asked and decided about the sealed data, whatever else happens', () => {
  const requested = [practitionerRegistered, practitionerRestricted, practitionerErasureRequested]
  expect(shown(practitionerRecord, practitionerId, [...requested, employmentCorrected])).toMatchObject({
    status: 'active',
    restriction: { basis: 'request' },
    erasureRequest: { status: 'requested', basis: 'request' },
  })
  expect(shown(practitionerRecord, practitionerId, [...requested, practitionerErasureRefused])).toMatchObject({
    erasureRequest: { status: 'refused', basis: 'request' },
  })
  const gone = shown(practitionerRecord, practitionerId, [...requested, practitionerErased, practitionerLeft])
  expect(gone).toMatchObject({ status: 'erased', leftOn: '2023-06-30', erasureRequest: { status: 'approved' } })
  expect(gone).not.toHaveProperty('restriction')
})

test('a licence is a record of its own, with its holder and its day of issue', () => {
  const events = [practitionerRegistered, licenceRecorded]
  expect(shown(licenceRecord, practitionerId, events, licenceId)).toMatchObject({
    practitionerId,
    level: 'assistant',
    issuedOn: '2023-09-20',
    status: 'recorded',
  })
  expect(shown(licenceRecord, practitionerId, [...events, licenceVoided], licenceId)).toMatchObject({
    status: 'voided',
  })
})

test('what is sealed for a licence does not show in the social worker', () =>
  expect(practitionerRecord.of({ ...licenceRecorded, streamId: practitionerId } as never)).toBe(undefined))

test('a volunteer shows the verification, the withdrawal, the erasure and the voiding', () => {
  const events = [volunteerRegistered, realNameVerified]
  expect(shown(volunteerRecord, volunteerId, [volunteerRegistered])).not.toHaveProperty('hasIdNumber')
  expect(shown(volunteerRecord, volunteerId, events)).toMatchObject({
    status: 'verified',
    verification: { method: 'in-person', occurredOn: '2022-05-02' },
  })
  expect(shown(volunteerRecord, volunteerId, [...events, volunteerWithdrawn])).toMatchObject({
    status: 'withdrawn',
    withdrawnOn: '2023-03-01',
    withdrawalReason: 'moved',
  })
  expect(shown(volunteerRecord, volunteerId, [...events, volunteerErased])).toMatchObject({ status: 'erased' })
  expect(shown(volunteerRecord, volunteerId, [...events, volunteerVoided, volunteerErased])).toMatchObject({
    status: 'voided',
  })
})

test('an hours entry shows its volunteer and what became of it', () => {
  expect(shown(hoursEntryRecord, volunteerId, [hoursRecorded], hoursEntryId)).toMatchObject({
    volunteerId,
    status: 'pending',
    startedAt: '2022-06-03T14:00:00+08:00',
    occurredOn: '2022-06-03',
  })
  expect(shown(hoursEntryRecord, volunteerId, [hoursRecorded, hoursConfirmed], hoursEntryId)).toMatchObject({
    status: 'confirmed',
    minutes: 240,
    late: false,
    confirmedOn: '2022-06-06',
    occurredOn: '2022-06-03',
  })
  expect(shown(hoursEntryRecord, volunteerId, [hoursRecorded, hoursRejected], hoursEntryId)).toMatchObject({
    status: 'rejected',
    rejectionReason: 'not-present',
  })
  expect(shown(hoursEntryRecord, volunteerId, [hoursRecorded, hoursVoided], hoursEntryId)).toMatchObject({
    status: 'voided',
  })
})

test('a volunteer’s hours have one history', () =>
  expect(shown(hoursRecord, volunteerId, [hoursRecorded, hoursConfirmed])).toEqual({}))
