import { record } from '@wushe/slice'

export const volunteerRecord = record('Volunteer', {
  from: 'volunteer',
  table: 'volunteers.volunteer',
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
    VolunteerErased: (body) => ({ ...body, status: body.status === 'voided' ? 'voided' : 'erased' }),
    VolunteerVoided: (body) => ({ ...body, status: 'voided' }),
  },
})
