import { record, rightsShown } from '@wushe/slice'
import { dropped } from '../dropped.ts'

export const practitionerRecord = record('Practitioner', {
  from: 'practitioner',
  table: 'volunteers.practitioner',
  of: ({ streamId, data }) => ('licenceId' in data ? undefined : streamId),
  on: {
    PractitionerRegistered: (_, { data }) => ({ ...data, status: 'active' }),
    PractitionerCorrected: (body, { data: { reason: _, ...facts } }) => ({
      ...body,
      employment: facts.employment,
      programme: facts.programme,
      occurredOn: facts.occurredOn,
      agreementId: facts.agreementId ?? dropped,
      siteId: facts.siteId ?? dropped,
    }),
    AssignedToStation: (body, { data: { siteId, occurredOn } }) =>
      occurredOn < (body.assignedOn ?? '') ? body : { ...body, siteId, assignedOn: occurredOn },
    PractitionerLeft: (body, { data }) => ({
      ...body,
      status: body.status === 'erased' ? body.status : 'left',
      leftOn: data.occurredOn,
      departureReason: data.reason,
    }),
    ...rightsShown('Practitioner'),
    PractitionerVoided: (body) => ({ ...body, status: 'voided' }),
  },
})

export const licenceRecord = record('Licence', {
  from: 'practitioner',
  table: 'volunteers.licence',
  movesWith: practitionerRecord,
  of: ({ data }) => ('licenceId' in data ? data.licenceId : undefined),
  on: {
    LicenceRecorded: (_, { streamId, data: { level, line, validIn, expiresOn, occurredOn } }) => ({
      status: 'recorded',
      practitionerId: streamId,
      level,
      line,
      validIn,
      issuedOn: occurredOn,
      expiresOn,
    }),
    LicenceVoided: (body) => ({ ...body, status: 'voided' }),
  },
})
