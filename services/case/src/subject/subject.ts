import type { Streams } from '@wushe/contracts'
import { isKnownDivision } from '@wushe/contracts/codes'
import { aggregate, refuse, rightsAfter, type PersonRights, type Refusal } from '@wushe/slice'

type Data<Type extends Streams['subject']['type']> = Extract<Streams['subject'], { type: Type }>['data']

/** Whom we serve. Who it is lies sealed; the state knows facts only. */
export type Subject =
  { status: 'none' } | ({ status: 'registered' | 'erased' | 'voided'; facts: Data<'SubjectRegistered'> } & PersonRights)

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
      case 'SubjectVoided':
        return { ...state, status: 'voided' }
      case 'SubjectErased':
        return { ...state, ...rightsAfter(event), status: 'erased' }
      default:
        return { ...state, ...rightsAfter(event) }
    }
  },
})

/** Who is newly spoken of is registered by this organisation and not erased. */
export const refuseStranger = (subjectId: string, known: Subject): Refusal | undefined =>
  known.status === 'registered' ? undefined : refuse('subject-not-known', { subjectId })

export const divisionFlags = (divisionCode: string | undefined): 'division-unknown'[] | undefined =>
  divisionCode === undefined || isKnownDivision(divisionCode) ? undefined : ['division-unknown']
