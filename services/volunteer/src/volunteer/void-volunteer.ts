import { refuse, refuseSealing, sealedNote } from '@wushe/slice'
import { volunteer } from './volunteer.ts'

export const voidVolunteer = volunteer.command('voidVolunteer', {
  of: ({ path }) => path.volunteerId,
  decide: ({ path: { volunteerId }, body: { reason, note } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'voided') return refuse('already-voided', { id: volunteerId })
    const refusal = refuseSealing(state, volunteerId, note)
    if (refusal) return refusal
    const { agreementId, siteId } = state
    return [{ type: 'VolunteerVoided', data: { reason, agreementId, siteId }, sealed: sealedNote(note, volunteerId) }]
  },
})
