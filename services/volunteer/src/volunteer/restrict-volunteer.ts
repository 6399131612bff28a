import { handOf, refuse, sameHand } from '@wushe/slice'
import { volunteer, whereOf } from './volunteer.ts'

/** Whoever follows the log closes the person's key to everybody. One hand is enough to close. */
export const restrictVolunteer = volunteer.command('restrictVolunteer', {
  of: ({ path }) => path.volunteerId,
  decide: ({ path: { volunteerId: id }, body: { basis } }, state, { actor }) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.erased) return refuse('person-erased', { id })
    if (state.restriction) return []
    return [{ type: 'VolunteerRestricted', data: { basis, restrictedBy: handOf(actor), ...whereOf(state) } }]
  },
})

/** It takes another one to open again. */
export const liftVolunteerRestriction = volunteer.command('liftVolunteerRestriction', {
  of: ({ path }) => path.volunteerId,
  decide: ({ body: { reason } }, state, { actor }) => {
    if (state.status === 'none') return refuse('not-found')
    if (!state.restriction) return []
    if (sameHand(state.restriction.restrictedBy, actor)) return refuse('another-hand-needed')
    return [{ type: 'VolunteerRestrictionLifted', data: { reason, ...whereOf(state) } }]
  },
})
