import { record, rightsShown } from '@wushe/slice'

export const volunteerRecord = record('Volunteer', {
  from: 'volunteer',
  table: 'volunteers.volunteer',
  revision: 2,
  on: {
    VolunteerRegistered: (_, { data: { hasIdNumber: _only, ...data } }) => ({ ...data, status: 'registered' }),
    RealNameVerified: (body, { data: { method, occurredOn } }) => ({
      ...body,
      status: 'verified',
      verification: { method, occurredOn },
    }),
    VolunteerWithdrawn: (body, { data }) => ({
      ...body,
      status: 'withdrawn',
      withdrawnOn: data.occurredOn,
      withdrawalReason: data.reason,
    }),
    ...rightsShown('Volunteer'),
    VolunteerVoided: (body) => ({ ...body, status: 'voided' }),
  },
})
