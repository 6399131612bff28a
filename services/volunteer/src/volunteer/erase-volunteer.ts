import { handOf, refuse, sameHand, sealedNote } from '@wushe/slice'
import { volunteer, whereOf } from './volunteer.ts'

/** Asks for it; nothing is destroyed yet. */
export const eraseVolunteer = volunteer.command('eraseVolunteer', {
  of: ({ path }) => path.volunteerId,
  decide: ({ body: { basis } }, state, { actor }) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.erased || state.erasure) return []
    return [{ type: 'VolunteerErasureRequested', data: { basis, requestedBy: handOf(actor), ...whereOf(state) } }]
  },
})

/** Whoever follows the log destroys the person's key. Facts and figures stay as they are. */
export const approveVolunteerErasure = volunteer.command('approveVolunteerErasure', {
  of: ({ path }) => path.volunteerId,
  decide: ({ path: { volunteerId: id } }, state, { actor }) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.erased) return []
    if (!state.erasure) return refuse('erasure-not-requested', { id })
    const { basis, requestedBy } = state.erasure
    if (sameHand(requestedBy, actor)) return refuse('another-hand-needed')
    return [{ type: 'VolunteerErased', data: { basis, ...whereOf(state) } }]
  },
})

/** Also whoever asked may take it back. */
export const refuseVolunteerErasure = volunteer.command('refuseVolunteerErasure', {
  of: ({ path }) => path.volunteerId,
  decide: ({ path: { volunteerId: id }, body: { note } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.erased) return refuse('person-erased', { id })
    if (!state.erasure) return refuse('erasure-not-requested', { id })
    if (state.restriction) return refuse('person-restricted', { id })
    return [{ type: 'VolunteerErasureRefused', data: whereOf(state), sealed: sealedNote(note, id) }]
  },
})
