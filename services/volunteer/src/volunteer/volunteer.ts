import type { Streams } from '@wushe/contracts'
import { aggregate, refuse } from '@wushe/slice'

type Data<Type extends Streams['volunteer']['type']> = Extract<Streams['volunteer'], { type: Type }>['data']
type Fields = {
  hasIdNumber: boolean
  registeredOn: string
  agreementId?: string
  siteId?: string
  /** It waits for another hand. */
  erasure?: Data<'VolunteerErasureRequested'> | undefined
  restriction?: Data<'VolunteerRestricted'> | undefined
}
export type Volunteer =
  | { status: 'none' }
  /** Erased says that nothing can be sealed for this person any more, whatever became of the record before or after. */
  | ({ status: 'registered' | 'verified' | 'withdrawn' | 'voided'; erased: boolean } & Fields)

/** A person who gives time. Of the ID number the log remembers only that there is one. */
export const volunteer = aggregate('volunteer', {
  outsidePeriod: true,
  initial: { status: 'none' } as Volunteer,
  // The number is free again for whoever registers anew.
  holds: (state) => isActive(state),
  evolve: (state, event): Volunteer => {
    if (event.type === 'VolunteerRegistered') {
      const { hasIdNumber, occurredOn, agreementId, siteId } = event.data
      return { status: 'registered', erased: false, hasIdNumber, registeredOn: occurredOn, agreementId, siteId }
    }
    if (state.status === 'none') return state
    switch (event.type) {
      case 'RealNameVerified':
        return { ...state, status: 'verified' }
      case 'VolunteerWithdrawn':
        return { ...state, status: 'withdrawn' }
      case 'VolunteerErased':
        return { ...state, erased: true, erasure: undefined, restriction: undefined }
      case 'VolunteerErasureRequested':
        return { ...state, erasure: event.data }
      case 'VolunteerErasureRefused':
        return { ...state, erasure: undefined }
      case 'VolunteerRestricted':
        return { ...state, restriction: event.data }
      case 'VolunteerRestrictionLifted':
        return { ...state, restriction: undefined }
      case 'VolunteerVoided':
        return { ...state, status: 'voided' }
    }
  },
})

type Living = Exclude<Volunteer, { status: 'none' }>

export const isActive = (state: Volunteer) =>
  (state.status === 'registered' || state.status === 'verified') && !state.erased

export const notActive = ({ status, erased }: Living) =>
  refuse('volunteer-not-active', { status: erased && status !== 'voided' ? 'erased' : status })

/** The key that would seal the note is destroyed, or closed. */
export const refuseNote = (state: Volunteer, volunteerId: string, note: string | undefined) => {
  if (note === undefined || state.status === 'none') return undefined
  if (state.erased) return refuse('person-erased', { id: volunteerId })
  return state.restriction ? refuse('person-restricted', { id: volunteerId }) : undefined
}

export const whereOf = ({ agreementId, siteId }: Living) => ({ agreementId, siteId })
