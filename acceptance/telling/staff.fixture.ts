import type { Tale } from './every-operation.fixture.ts'

/** Stations, social workers and their licences. */
export const staff = ({
  act,
  id,
  identity,
  text,
  title,
  noted,
  mistaken,
  inError,
  agreementId,
  division,
  site,
}: Tale) => {
  // Stations
  const [hq, station, room] = [id('sta', 'hq'), id('sta', 'station'), id('sta', 'room')]
  const [closedStation, voidedStation] = [id('sta', 'closed'), id('sta', 'voided')]
  const headStation = { level: 'hq', divisionCode: '659002', agreementId, occurredOn: '2023-01-02' } as const
  const atTownship = { level: 'station', parentId: hq, divisionCode: division, agreementId } as const
  act('establishStation', {}, { ...headStation, id: hq, name: title('head station'), ...noted('head station') })
  act('establishStation', {}, { ...atTownship, id: station, name: title('station'), occurredOn: '2023-01-03' })
  act(
    'correctStation',
    { stationId: station },
    { ...atTownship, name: title('station again'), occurredOn: '2023-01-03', ...mistaken, ...noted('correctStation') },
  )
  const atCommunity = { level: 'room', parentId: station, divisionCode: `${division}001`, agreementId } as const
  act('establishStation', {}, { ...atCommunity, id: room, name: title('room'), occurredOn: '2023-01-04' })
  act('establishStation', {}, { ...headStation, id: closedStation, name: title('closed station') })
  act('closeStation', { stationId: closedStation }, { occurredOn: '2023-06-30', ...noted('closeStation') })
  act('establishStation', {}, { ...headStation, id: voidedStation, name: title('voided station') })
  act('voidStation', { stationId: voidedStation }, inError('voidStation'))

  // Social workers
  const [worker, left, voidedWorker] = [id('pra', 'worker'), id('pra', 'left'), id('pra', 'voided')]
  const erasedWorker = id('pra', 'erased')
  const employed = { employment: 'full-time', occurredOn: '2023-01-05', ...site } as const
  act('registerPractitioner', {}, { ...employed, id: worker, identity: identity('worker') })
  act(
    'correctPractitioner',
    { practitionerId: worker },
    {
      ...employed,
      employment: 'part-time',
      identity: identity('worker again'),
      ...mistaken,
      ...noted('correctPractitioner'),
    },
  )
  act('assignToStation', { practitionerId: worker }, { siteId: room, occurredOn: '2023-01-10' })
  const [licence, voidedLicence] = [id('lic', 'licence'), id('lic', 'voided')]
  act(
    'recordLicence',
    { practitionerId: worker },
    {
      id: licence,
      level: 'assistant',
      line: 'national',
      issuedOn: '2023-01-20',
      certificateNo: text('certificate'),
    },
  )
  act(
    'recordLicence',
    { practitionerId: worker },
    { id: voidedLicence, level: 'senior', line: 'national', issuedOn: '2023-01-21' },
  )
  act('voidLicence', { practitionerId: worker, licenceId: voidedLicence }, inError('voidLicence'))
  act('registerPractitioner', {}, { ...employed, id: left, identity: identity('who left') })
  act(
    'recordDeparture',
    { practitionerId: left },
    { reason: 'resigned', occurredOn: '2023-08-01', ...noted('recordDeparture') },
  )
  act('registerPractitioner', {}, { ...employed, id: voidedWorker, identity: identity('voided worker') })
  act('restrictPractitioner', { practitionerId: left }, { basis: 'request' })
  act('liftPractitionerRestriction', { practitionerId: left }, { reason: 'resolved' })
  act('erasePractitioner', { practitionerId: left }, { basis: 'request' })
  act('refusePractitionerErasure', { practitionerId: left }, noted('refusePractitionerErasure'))
  act('registerPractitioner', {}, { ...employed, id: erasedWorker, identity: identity('erased worker') })
  act('erasePractitioner', { practitionerId: erasedWorker }, { basis: 'purpose-fulfilled' })
  act('approvePractitionerErasure', { practitionerId: erasedWorker }, {})
  act('voidPractitioner', { practitionerId: voidedWorker }, inError('voidPractitioner'))
}
