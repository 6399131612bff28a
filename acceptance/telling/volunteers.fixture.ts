import type { Tale } from './every-operation.fixture.ts'

/** Volunteers and their hours. */
export const volunteers = ({ act, id, identity, title, noted, inError, site }: Tale) => {
  // Volunteers and their hours
  const [volunteer, withdrawn] = [id('vol', 'volunteer'), id('vol', 'withdrawn')]
  const [erasedVolunteer, voidedVolunteer] = [id('vol', 'erased'), id('vol', 'voided')]
  const joined = { occurredOn: '2023-02-10', ...site }
  for (const [who, volunteerId] of Object.entries({ volunteer, withdrawn, erasedVolunteer, voidedVolunteer }))
    act('registerVolunteer', {}, { ...joined, id: volunteerId, identity: identity(who) })
  act('verifyVolunteer', { volunteerId: volunteer }, { method: 'in-person', occurredOn: '2023-02-11' })
  act(
    'withdrawVolunteer',
    { volunteerId: withdrawn },
    { reason: 'moved', occurredOn: '2023-07-01', ...noted('withdrawVolunteer') },
  )
  act('restrictVolunteer', { volunteerId: withdrawn }, { basis: 'request' })
  act('liftVolunteerRestriction', { volunteerId: withdrawn }, { reason: 'resolved' })
  act('eraseVolunteer', { volunteerId: withdrawn }, { basis: 'request' })
  act('refuseVolunteerErasure', { volunteerId: withdrawn }, noted('refuseVolunteerErasure'))
  act('eraseVolunteer', { volunteerId: erasedVolunteer }, { basis: 'consent-withdrawn' })
  act('approveVolunteerErasure', { volunteerId: erasedVolunteer }, {})
  act('voidVolunteer', { volunteerId: voidedVolunteer }, inError('voidVolunteer'))

  const [activity, worker] = [id('act', 'activity'), id('pra', 'worker')]
  const [confirmed, rejected, voidedHours] = [id('hrs', 'confirmed'), id('hrs', 'rejected'), id('hrs', 'voided')]
  const hours = (hoursEntryId: string, day: string) =>
    act(
      'recordHours',
      { volunteerId: volunteer },
      {
        id: hoursEntryId,
        startedAt: `${day}T09:00:00+08:00`,
        endedAt: `${day}T13:00:00+08:00`,
        method: 'qr',
        activityId: activity,
        content: title('hours'),
        ...site,
      },
    )
  hours(confirmed, '2023-03-06')
  act(
    'confirmHours',
    { volunteerId: volunteer, hoursEntryId: confirmed },
    { minutes: 240, confirmedBy: { practitionerId: worker }, occurredOn: '2023-03-07' },
  )
  hours(rejected, '2023-03-07')
  act(
    'rejectHours',
    { volunteerId: volunteer, hoursEntryId: rejected },
    { reason: 'not-present', occurredOn: '2023-03-08', ...noted('rejectHours') },
  )
  hours(voidedHours, '2023-03-08')
  act('voidHours', { volunteerId: volunteer, hoursEntryId: voidedHours }, inError('voidHours'))
}
