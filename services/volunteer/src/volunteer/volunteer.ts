import { aggregate, refuse, rightsAfter, type PersonRights } from '@wushe/slice'

type Fields = {
  hasIdNumber: boolean
  registeredOn: string
  agreementId?: string
  siteId?: string
} & PersonRights
export type Volunteer = { status: 'none' } | ({ status: 'registered' | 'verified' | 'withdrawn' | 'voided' } & Fields)

/** A person who gives time. Of the ID number the log remembers only that there is one. */
export const volunteer = aggregate('volunteer', {
  outsidePeriod: true,
  initial: { status: 'none' } as Volunteer,
  // The number is free again for whoever registers anew.
  holds: (state) => isActive(state),
  evolve: (state, event): Volunteer => {
    if (event.type === 'VolunteerRegistered') {
      const { hasIdNumber, occurredOn, agreementId, siteId } = event.data
      return { status: 'registered', hasIdNumber, registeredOn: occurredOn, agreementId, siteId }
    }
    if (state.status === 'none') return state
    switch (event.type) {
      case 'RealNameVerified':
        return { ...state, status: 'verified' }
      case 'VolunteerWithdrawn':
        return { ...state, status: 'withdrawn' }
      case 'VolunteerVoided':
        return { ...state, status: 'voided' }
      default:
        return { ...state, ...rightsAfter(event) }
    }
  },
})

type Living = Exclude<Volunteer, { status: 'none' }>

export const isActive = (state: Volunteer) =>
  (state.status === 'registered' || state.status === 'verified') && !state.erased

export const notActive = ({ status, erased }: Living) =>
  refuse('volunteer-not-active', { status: erased && status !== 'voided' ? 'erased' : status })

export const whereOf = ({ agreementId, siteId }: Living) => ({ agreementId, siteId })
