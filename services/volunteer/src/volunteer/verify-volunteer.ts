import { refuse } from '@wushe/slice'
import { isActive, notActive, volunteer } from './volunteer.ts'

export const verifyVolunteer = volunteer.command('verifyVolunteer', {
  of: ({ path }) => path.volunteerId,
  decide: ({ body: { method, occurredOn } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (!isActive(state)) return notActive(state)
    if (!state.hasIdNumber) return refuse('identity-needed')
    if (state.status === 'verified') return []
    const { agreementId, siteId } = state
    return [{ type: 'RealNameVerified', data: { method, occurredOn, agreementId, siteId } }]
  },
})
