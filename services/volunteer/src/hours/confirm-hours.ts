import { refuse } from '@wushe/slice'
import { entryOf, hours } from './hours.ts'
import { workingDaysAfter } from './working-days.ts'

/** Decree 67 art. 11 of the Ministry of Civil Affairs. Late hours count all the same; that they were late is shown. */
const workingDaysInTime = 10

/** Only what is confirmed counts. Also after the volunteer withdrew: the time was given. */
export const confirmHours = hours.command('confirmHours', {
  of: ({ path }) => path.volunteerId,
  decide: ({ path: { volunteerId, hoursEntryId: entryId }, body }, entries) => {
    const { minutes, confirmedBy, occurredOn: confirmedOn } = body
    const entry = entryOf(entries, entryId)
    if (!entry) return refuse('not-found')
    if (confirmedBy.volunteerId === volunteerId) return refuse('confirmer-is-volunteer')
    const max = Math.floor((entry.to - entry.from) / 60_000)
    if (!(minutes > 0 && minutes <= max)) return refuse('minutes-out-of-bounds', { minutes, max })
    const { occurredOn, agreementId, siteId } = entry
    if (confirmedOn < occurredOn) return refuse('period-wrong', { from: occurredOn, to: confirmedOn })
    if (entry.status === 'confirmed' && entry.minutes === minutes) return []
    if (entry.status !== 'pending') return refuse('hours-not-pending', { status: entry.status })
    const late = workingDaysAfter(occurredOn, confirmedOn) > workingDaysInTime
    return [
      {
        type: 'HoursConfirmed',
        data: { entryId, minutes, confirmedBy, confirmedOn, late, occurredOn, agreementId, siteId },
      },
    ]
  },
})
