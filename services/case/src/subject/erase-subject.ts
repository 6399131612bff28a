import { handOf, refuse, sameHand, sealedNote } from '@wushe/slice'
import { whereOf } from '../where-of.ts'
import { subject } from './subject.ts'

/** Asks for it; nothing is destroyed yet. */
export const eraseSubject = subject.command('eraseSubject', {
  of: ({ path }) => path.subjectId,
  outsidePeriod: true,
  decide: ({ body: { basis } }, state, { actor }) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'erased' || state.erasure) return []
    return [{ type: 'SubjectErasureRequested', data: { basis, requestedBy: handOf(actor), ...whereOf(state) } }]
  },
})

/** Whoever follows the log destroys the person's key. Facts and figures stay as they are. */
export const approveSubjectErasure = subject.command('approveSubjectErasure', {
  of: ({ path }) => path.subjectId,
  outsidePeriod: true,
  decide: ({ path: { subjectId: id } }, state, { actor }) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'erased') return []
    if (!state.erasure) return refuse('erasure-not-requested', { id })
    const { basis, requestedBy } = state.erasure
    if (sameHand(requestedBy, actor)) return refuse('another-hand-needed')
    return [{ type: 'SubjectErased', data: { basis, ...whereOf(state) } }]
  },
})

/** Also whoever asked may take it back. */
export const refuseSubjectErasure = subject.command('refuseSubjectErasure', {
  of: ({ path }) => path.subjectId,
  outsidePeriod: true,
  decide: ({ path: { subjectId: id }, body: { note } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'erased') return refuse('person-erased', { id })
    if (!state.erasure) return refuse('erasure-not-requested', { id })
    if (state.restriction) return refuse('person-restricted', { id })
    return [{ type: 'SubjectErasureRefused', data: whereOf(state), sealed: sealedNote(note, id) }]
  },
})
