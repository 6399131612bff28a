import { refuse, refuseSealing, sealedNote, stateOf } from '@wushe/slice'
import { volunteer } from '../volunteer/volunteer.ts'
import { entryOf, hours } from './hours.ts'

export const rejectHours = hours.command('rejectHours', {
  of: ({ path }) => path.volunteerId,
  needs: { volunteer: stateOf(volunteer, ({ path }) => path.volunteerId) },
  decide: ({ path: { volunteerId, hoursEntryId: entryId }, body }, entries, _, known) => {
    const { reason, occurredOn: rejectedOn, note } = body
    const entry = entryOf(entries, entryId)
    if (!entry) return refuse('not-found')
    if (entry.status === 'rejected') return []
    if (entry.status !== 'pending') return refuse('hours-not-pending', { status: entry.status })
    const refusal = refuseSealing(known.volunteer, volunteerId, note)
    if (refusal) return refusal
    const { occurredOn, agreementId, siteId } = entry
    return [
      {
        type: 'HoursRejected',
        data: { entryId, reason, rejectedOn, occurredOn, agreementId, siteId },
        sealed: sealedNote(note, volunteerId),
      },
    ]
  },
})
