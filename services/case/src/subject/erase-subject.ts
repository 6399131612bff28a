import { refuse } from '@wushe/slice'
import { whereOf } from '../where-of.ts'
import { subject } from './subject.ts'

/** Whoever follows the log destroys the person's key. Facts and figures stay as they are. */
export const eraseSubject = subject.command('eraseSubject', {
  of: ({ path }) => path.subjectId,
  decide: ({ body: { basis } }, state) => {
    if (state.status === 'none') return refuse('not-found')
    if (state.status === 'erased') return []
    return [{ type: 'SubjectErased', data: { basis, ...whereOf(state) } }]
  },
})
