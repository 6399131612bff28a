import { refuse, refuseSealing, sealedNote } from '@wushe/slice'
import { isActive, notActive, volunteer } from './volunteer.ts'

/** What was served before the withdrawal stays, and pending hours can still be confirmed. */
export const withdrawVolunteer = volunteer.command('withdrawVolunteer', {
  of: ({ path }) => path.volunteerId,
  decide: ({ path: { volunteerId }, body: { reason, occurredOn, note } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'withdrawn') return []
    if (!isActive(state)) return notActive(state)
    const { agreementId, siteId, registeredOn } = state
    if (occurredOn < registeredOn) return refuse('period-wrong', { from: registeredOn, to: occurredOn })
    const refusal = refuseSealing(state, volunteerId, note)
    if (refusal) return refusal
    return [
      {
        type: 'VolunteerWithdrawn',
        data: { reason, occurredOn, agreementId, siteId },
        sealed: sealedNote(note, volunteerId),
      },
    ]
  },
})
