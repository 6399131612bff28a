import { aggregate, refuse } from '@wushe/slice'

type Fields = { hasIdNumber: boolean; registeredOn: string; agreementId?: string; siteId?: string }
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
        return { ...state, erased: true }
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

/** The key that would seal the note is destroyed. */
export const refuseNote = (state: Volunteer, volunteerId: string, note: string | undefined) =>
  note !== undefined && state.status !== 'none' && state.erased
    ? refuse('person-erased', { id: volunteerId })
    : undefined
