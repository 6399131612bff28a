import { refuse, refuseSealing, sealedNote, stateOf } from '@wushe/slice'
import { volunteer } from '../volunteer/volunteer.ts'
import { entryOf, hours } from './hours.ts'

/** Whatever became of the entry before; its time is free again. */
export const voidHours = hours.command('voidHours', {
  of: ({ path }) => path.volunteerId,
  needs: { volunteer: stateOf(volunteer, ({ path }) => path.volunteerId) },
  decide: ({ path: { volunteerId, hoursEntryId: entryId }, body: { reason, note } }, entries, _, known) => {
    const entry = entryOf(entries, entryId)
    if (!entry) return refuse('not-found')
    if (entry.status === 'voided') return refuse('already-voided', { id: entryId })
    const refusal = refuseSealing(known.volunteer, volunteerId, note)
    if (refusal) return refusal
    const { agreementId, siteId } = entry
    return [
      {
        type: 'HoursVoided',
        data: { entryId, reason, agreementId, siteId },
        sealed: sealedNote(note, volunteerId),
      },
    ]
  },
})
