import type { Schemas } from '@wushe/contracts'
import { isRefusal, refuse, type Refusal } from '@wushe/slice'
import { refuseTimes } from '../times.ts'
import { whereOf } from '../where-of.ts'
import { activityToMend, type Activity, type RunningActivity } from './activity.ts'

type OccurrenceFacts = Omit<Schemas['OccurrenceFacts'], 'note'>

/** A roster counts itself; who counts or estimates a crowd shows something for it. */
export const refuseOccurrence = ({
  headcount,
  roster = [],
  evidence = [],
  ...times
}: OccurrenceFacts): Refusal | undefined => {
  const { value, method } = headcount
  if (method === 'roster' && value !== roster.length)
    return refuse('roster-count-wrong', { value, roster: roster.length })
  if (method !== 'roster' && evidence.length === 0) return refuse('headcount-needs-evidence', { method })
  return refuseTimes(times)
}

/** The fact that is recorded. */
export const occurrenceOf = (running: RunningActivity, occurrenceId: string, occurrence: OccurrenceFacts) => ({
  occurrenceId,
  ...occurrence,
  evidence: occurrence.evidence ?? [],
  ...whereOf(running),
})

/** The activity and its occurrence, if there is one to correct or to void. */
export const occurrenceToMend = (
  { activityId, occurrenceId }: { activityId: string; occurrenceId: string },
  state: Activity,
) => {
  const running = activityToMend(activityId, state)
  if (isRefusal(running)) return running
  const occurrence = running.occurrences[occurrenceId]
  if (occurrence === undefined) return refuse('not-found')
  return occurrence === 'voided' ? refuse('already-voided', { id: occurrenceId }) : { running, occurrence }
}
