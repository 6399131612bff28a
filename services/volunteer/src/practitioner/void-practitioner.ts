import { refuse, refuseSealing, sealedNote } from '@wushe/slice'
import { practitioner } from './practitioner.ts'

export const voidPractitioner = practitioner.command('voidPractitioner', {
  of: ({ path }) => path.practitionerId,
  decide: ({ path: { practitionerId }, body: { reason, note } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'voided') return refuse('already-voided', { id: practitionerId })
    const refusal = refuseSealing(state, practitionerId, note)
    if (refusal) return refusal
    const { agreementId, siteId } = state.facts
    return [
      {
        type: 'PractitionerVoided',
        data: { reason, agreementId, siteId },
        sealed: sealedNote(note, practitionerId),
      },
    ]
  },
})
