import { isRefusal } from '@wushe/slice'
import { organisationNote } from '../organisation-note.ts'
import { sameFact } from '../same-fact.ts'
import { activity, activityOn } from './activity.ts'
import { occurrenceOf, occurrenceToMend, refuseOccurrence } from './occurrence.ts'

export const correctOccurrence = activity.command('correctOccurrence', {
  of: ({ path }) => path.activityId,
  decide: ({ path, body: { note, reason, ...corrected } }, state) => {
    const found = occurrenceToMend(path, state)
    if (isRefusal(found)) return found
    const running = activityOn(corrected.occurredOn, state)
    if (isRefusal(running)) return running
    const refusal = refuseOccurrence(corrected)
    if (refusal) return refusal

    const data = occurrenceOf(running, path.occurrenceId, corrected)
    if (note === undefined && sameFact(found.occurrence, data)) return []
    return [{ type: 'OccurrenceCorrected', data: { ...data, reason }, sealed: organisationNote(note) }]
  },
})
