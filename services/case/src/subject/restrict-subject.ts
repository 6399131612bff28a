import { handOf, refuse, sameHand } from '@wushe/slice'
import { whereOf } from '../where-of.ts'
import { subject } from './subject.ts'

/** Whoever follows the log closes the person's key to everybody. One hand is enough to close. */
export const restrictSubject = subject.command('restrictSubject', {
  of: ({ path }) => path.subjectId,
  outsidePeriod: true,
  decide: ({ path: { subjectId: id }, body: { basis } }, state, { actor }) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'erased') return refuse('person-erased', { id })
    if (state.restriction) return []
    return [{ type: 'SubjectRestricted', data: { basis, restrictedBy: handOf(actor), ...whereOf(state) } }]
  },
})

/** It takes another one to open again. */
export const liftSubjectRestriction = subject.command('liftSubjectRestriction', {
  of: ({ path }) => path.subjectId,
  outsidePeriod: true,
  decide: ({ body: { reason } }, state, { actor }) => {
    if (state.status === 'none') return refuse('not-found')
    if (!state.restriction) return []
    if (sameHand(state.restriction.restrictedBy, actor)) return refuse('another-hand-needed')
    return [{ type: 'SubjectRestrictionLifted', data: { reason, ...whereOf(state) } }]
  },
})
