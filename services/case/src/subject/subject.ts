import type { Streams } from '@wushe/contracts'
import { isKnownDivision } from '@wushe/contracts/codes'
import { aggregate, refuse, type Refusal } from '@wushe/slice'

type Data<Type extends Streams['subject']['type']> = Extract<Streams['subject'], { type: Type }>['data']

/** Whom we serve. Who it is lies sealed; the state knows facts only. */
export type Subject =
  | { status: 'none' }
  | {
      status: 'registered' | 'erased' | 'voided'
      facts: Data<'SubjectRegistered'>
      /** It waits for another hand. */
      erasure?: Data<'SubjectErasureRequested'> | undefined
      restriction?: Data<'SubjectRestricted'> | undefined
    }

export const subject = aggregate('subject', {
  initial: { status: 'none' } as Subject,
  // An ID number is free again for another registration once its holder is erased or void.
  holds: ({ status }) => status === 'registered',
  evolve: (state, event): Subject => {
    if (state.status === 'none')
      return event.type === 'SubjectRegistered' ? { status: 'registered', facts: event.data } : state
    switch (event.type) {
      case 'SubjectRegistered':
        return state
      case 'SubjectCorrected': {
        const { reason: _, ...facts } = event.data
        return { ...state, facts }
      }
      case 'SubjectErasureRequested':
        return { ...state, erasure: event.data }
      case 'SubjectErasureRefused':
        return { ...state, erasure: undefined }
      case 'SubjectErased':
        return { ...state, erasure: undefined, restriction: undefined, status: 'erased' }
      case 'SubjectRestricted':
        return { ...state, restriction: event.data }
      case 'SubjectRestrictionLifted':
        return { ...state, restriction: undefined }
      case 'SubjectVoided':
        return { ...state, status: 'voided' }
    }
  },
})

/** Who is newly spoken of is registered by this organisation and not erased. */
export const refuseStranger = (subjectId: string, known: Subject): Refusal | undefined =>
  known.status === 'registered' ? undefined : refuse('subject-not-known', { subjectId })

export const divisionFlags = (divisionCode: string | undefined): 'division-unknown'[] | undefined =>
  divisionCode === undefined || isKnownDivision(divisionCode) ? undefined : ['division-unknown']
