import { record } from '@wushe/slice'

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
    VolunteerErasureRequested: (body, { data: { basis } }) => ({
      ...body,
      erasureRequest: { status: 'requested', basis },
    }),
    VolunteerErasureRefused: ({ erasureRequest, ...body }) => ({
      ...body,
      ...(erasureRequest && { erasureRequest: { ...erasureRequest, status: 'refused' } }),
    }),
    // Of before 1.1 there are erasures that nobody asked for apart from doing it.
    VolunteerErased: ({ restriction: _, ...body }, { data: { basis } }) => ({
      ...body,
      erasureRequest: { status: 'approved', basis },
      status: body.status === 'voided' ? 'voided' : 'erased',
    }),
    VolunteerRestricted: (body, { data: { basis } }) => ({ ...body, restriction: { basis } }),
    VolunteerRestrictionLifted: ({ restriction: _, ...body }) => body,
    VolunteerVoided: (body) => ({ ...body, status: 'voided' }),
  },
})
