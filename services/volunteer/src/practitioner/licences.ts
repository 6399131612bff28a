import { refuse, refuseSealing, sealedNote, type Moment } from '@wushe/slice'
import { practitioner } from './practitioner.ts'

/** Also of somebody who left: the licence rate of an earlier day still asks for it. */
export const recordLicence = practitioner.command('recordLicence', {
  of: ({ path }) => path.practitionerId,
  record: licenceIdOf,
  decide: (input, state, moment) => {
    const { path, body } = input
    const { level, line, validIn, issuedOn, expiresOn, certificateNo } = body
    const licenceId = licenceIdOf(input, moment)
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'voided') return refuse('practitioner-not-active', { status: state.status })
    if (line === 'local' && !validIn?.length) return refuse('licence-region-needed')
    if (expiresOn !== undefined && expiresOn < issuedOn)
      return refuse('period-wrong', { from: issuedOn, to: expiresOn })
    if (state.licences[licenceId]) return []
    const refusal = refuseSealing(state, path.practitionerId, certificateNo)
    if (refusal) return refusal
    const { agreementId, siteId } = state.facts
    return [
      {
        type: 'LicenceRecorded',
        data: { licenceId, level, line, validIn, expiresOn, occurredOn: issuedOn, agreementId, siteId },
        sealed: certificateNo === undefined ? undefined : { [`certificateNo.${path.practitionerId}`]: certificateNo },
      },
    ]
  },
})

export const voidLicence = practitioner.command('voidLicence', {
  of: ({ path }) => path.practitionerId,
  decide: ({ path: { practitionerId, licenceId }, body: { reason, note } }, state) => {
    if (state.status === 'none' || !state.licences[licenceId]) return refuse('not-found')
    if (state.licences[licenceId] === 'voided') return refuse('already-voided', { id: licenceId })
    const refusal = refuseSealing(state, practitionerId, note)
    if (refusal) return refusal
    const { agreementId, siteId } = state.facts
    return [
      {
        type: 'LicenceVoided',
        data: { licenceId, reason, agreementId, siteId },
        sealed: sealedNote(note, practitionerId),
      },
    ]
  },
})

function licenceIdOf({ body }: { body: { id?: string } }, { newId }: Moment) {
  return body.id ?? newId('lic')
}
