import { refuse, refuseSealing } from '@wushe/slice'
import { whereOf } from '../where-of.ts'
import { subject } from './subject.ts'

export const voidSubject = subject.command('voidSubject', {
  of: ({ path }) => path.subjectId,
  decide: ({ path: { subjectId: id }, body: { note, reason } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'voided') return refuse('already-voided', { id })
    if (state.status === 'erased') return refuse('person-erased', { id })
    const refusal = refuseSealing(state, id, note)
    if (refusal) return refusal

    const sealed = note === undefined ? undefined : { [`note.${id}`]: note }
    return [{ type: 'SubjectVoided', data: { reason, ...whereOf(state) }, sealed }]
  },
})
