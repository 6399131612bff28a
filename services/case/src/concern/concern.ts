import type { Streams } from '@wushe/contracts'
import { aggregate, sealedNote, type Sealed } from '@wushe/slice'

type Data<Type extends Streams['concern']['type']> = Extract<Streams['concern'], { type: Type }>['data']

export type Concern = { status: 'none' } | { status: 'voided' } | RaisedConcern
type RaisedConcern = { facts: Data<'ConcernRaised'>; identification?: Data<'ConcernIdentified'> } & (
  { status: 'raised' | 'identified' } | { status: 'dismissed'; dismissal: Data<'ConcernDismissed'> }
)

/** Somebody noticed that help may be needed, and somebody says what the matter is. */
export const concern = aggregate('concern', {
  initial: { status: 'none' } as Concern,
  evolve: (state, event): Concern => {
    if (state.status === 'none') return event.type === 'ConcernRaised' ? { status: 'raised', facts: event.data } : state
    if (state.status === 'voided') return state
    switch (event.type) {
      case 'ConcernRaised':
        return state
      case 'ConcernIdentified':
        return { ...state, status: 'identified', identification: event.data }
      case 'ConcernDismissed':
        return { ...state, status: 'dismissed', dismissal: event.data }
      case 'ConcernCorrected': {
        const { reason: _, ...facts } = event.data
        return { ...state, facts }
      }
      case 'ConcernVoided':
        return { status: 'voided' }
    }
  },
})

/** Free text lies under the key of whom it is about; while nobody is named, under the organisation's. */
export const concernNote = (subjectId: string | undefined, note: string | undefined): Sealed | undefined =>
  subjectId === undefined ? (note === undefined ? undefined : { note }) : sealedNote(note, subjectId)
