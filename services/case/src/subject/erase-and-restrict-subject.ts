import { isRefusal, personRights } from '@wushe/slice'
import { whereOf } from '../where-of.ts'
import { keptBy, profileOf, refuseKept } from './retention.ts'
import { subject } from './subject.ts'

const rights = personRights('Subject', subject, whereOf)

export const { eraseSubject, refuseSubjectErasure, restrictSubject, liftSubjectRestriction } = rights

/** Nothing is destroyed before the organisation's profile of retention lets it go. */
export const approveSubjectErasure = subject.command('approveSubjectErasure', {
  of: ({ path }) => path.subjectId,
  outsidePeriod: true,
  needs: { kept: keptBy },
  decide: (input, state, moment, { kept }) => {
    const decision = rights.approveSubjectErasure.decide(input, state, moment, {})
    if (isRefusal(decision) || state.status === 'none' || !kept) return decision
    const { birthYearMonth } = state.facts
    const refusal = refuseKept(kept, { id: input.path.subjectId, birthYearMonth, today: moment.today })
    const retentionProfile = profileOf(kept)
    return decision.length > 0 && refusal
      ? refusal
      : decision.map((event) =>
          event.type === 'SubjectErased' ? { ...event, data: { ...event.data, retentionProfile } } : event,
        )
  },
})
