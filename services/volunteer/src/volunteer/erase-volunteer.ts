import { refuse } from '@wushe/slice'
import { volunteer } from './volunteer.ts'

/** The host destroys the person's key when this event stands in the log; the facts and every count stay. */
export const eraseVolunteer = volunteer.command('eraseVolunteer', {
  of: ({ path }) => path.volunteerId,
  decide: ({ body: { basis } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.erased) return []
    const { agreementId, siteId } = state
    return [{ type: 'VolunteerErased', data: { basis, agreementId, siteId } }]
  },
})
