import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { activation, storyteller, wholeIds, type Told } from './telling.fixture.ts'
import { openLedger, reports, type Ledger } from './ledger.fixture.ts'

// The published figures of the stations of Alar, and facts that give them: everything over 20 stations in equal shares,
// one more to the first stations where it does not come out even.
const stations = Array.from({ length: 20 }, (_, index) => index)
const divisionOf = (station: number) => `659002${String(station + 1).padStart(3, '0')}`
const siteOf = (station: number) => ({ siteId: `sta_${station + 1}` })

/** Numbers everything from 0 and says at which of the stations it is. */
const shared = (total: number, tell: (number: number, station: number, first: number) => Told[]): Told[] =>
  stations.flatMap((station) => {
    const share = (at: number) => Math.floor(total / 20) + (at < total % 20 ? 1 : 0)
    const first = stations.slice(0, station).reduce((sum, at) => sum + share(at), 0)
    return Array.from({ length: share(station) }, (_, n) => tell(first + n, station, first)).flat()
  })
const times = <Value>(count: number, make: (number: number) => Value) =>
  Array.from({ length: count }, (_, n) => make(n))

const alar: Told[] = [
  activation({ divisions: stations.map(divisionOf) }),
  ...[...stations, 20].map((station) => ({
    type: 'StationEstablished',
    stream: `sta_${station + 1}`,
    data:
      station === 20
        ? { level: 'hq', divisionCode: '659002', occurredOn: '2021-07-01' }
        : { level: 'station', divisionCode: divisionOf(station), occurredOn: '2022-03-01' },
  })),
  ...times(6, (room) => ({
    type: 'StationEstablished',
    stream: `sta_${room + 31}`,
    data: { level: 'room', divisionCode: `${divisionOf(room)}001` },
  })),
  ...shared(230, (number, station) => {
    const subjectId = `sub_${number}`
    const stream = `cas_${number}`
    return [
      { type: 'CaseOpened', stream, data: { subjectId, kind: 'in-depth', ...siteOf(station) } },
      ...times(number < 35 ? 7 : 6, (n) => ({
        type: 'CaseSessionRecorded',
        stream,
        data: { sessionId: `ses_${number * 10 + n}`, subjectId, mode: 'interview', collaterals: 1, ...siteOf(station) },
      })),
    ]
  }),
  ...shared(117, (number, station, first) => {
    const firstCase = stations.slice(0, station).reduce((sum, at) => sum + (at < 10 ? 12 : 11), 0)
    const members = times(7, (m) =>
      number === first && m < 2 ? `sub_${firstCase + m}` : `sub_${1000 + number * 7 + m}`,
    )
    return times(6, (n) => ({
      type: 'GroupSessionHeld',
      stream: `grp_${number}`,
      data: {
        sessionId: `gse_${number * 6 + n}`,
        no: n + 1,
        attendance: members.map((subjectId, m) => ({
          subjectId,
          mark: number >= 14 && n === 3 && m === 4 ? 'absent' : 'present',
        })),
        present: number >= 14 && n === 3 ? 6 : 7,
        ...siteOf(station),
      },
    }))
  }),
  ...shared(359, (number, station) => [
    {
      type: 'ActivityHeld',
      stream: `act_${number}`,
      data: {
        occurrenceId: `occ_${number}`,
        headcount: { value: number < 116 ? 95 : 94, method: 'count' },
        roster: null,
        ...siteOf(station),
      },
    },
  ]),
  ...shared(4888, (number, station) => [
    { type: 'RealNameVerified', stream: `vol_${number}`, data: siteOf(station) },
    {
      type: 'HoursConfirmed',
      stream: `vol_${number}`,
      data: { entryId: `hrs_${number}`, minutes: number < 4329 ? 240 : 180, ...siteOf(station) },
    },
  ]),
  ...shared(60, (number, station) => {
    const link = { linkId: `lnk_${number}`, kind: 'goods', ...siteOf(station) }
    return [
      { type: 'ResourceDelivered', stream: `off_${number}`, data: link },
      { type: 'LinkValued', stream: `off_${number}`, data: { ...link, amountFen: number < 20 ? 286589 : 286588 } },
    ]
  }),
  ...shared(49, (number, station) => [
    { type: 'PractitionerRegistered', stream: `pra_${number}`, data: { employment: 'full-time', ...siteOf(station) } },
  ]),
  ...times(11, (n) => ({
    type: 'PractitionerRegistered',
    stream: `pra_${100 + n}`,
    data: { employment: 'deployed', programme: 'west-plan', ...siteOf(n) },
  })),
  ...times(26, (n) => ({
    type: 'LicenceRecorded',
    stream: `pra_${n}`,
    data: {
      licenceId: `lic_${n}`,
      ...(n < 20 ? { line: 'national', validIn: null } : { line: 'local', validIn: ['6590'] }),
    },
  })),
]

let ledger: Ledger
beforeAll(async () => {
  ledger = await openLedger()
  await ledger.learn(storyteller()(alar))
  await ledger.project()
}, 60_000)
afterAll(() => ledger.close())

test('the facts of Alar give its published figures', async () => {
  const found = await Promise.all(reports.map((report) => ledger.report(report)))
  const figures = found.flatMap(({ data }) => data)
  const rows = figures.map(({ indicator, dimensions, value }) => [
    [indicator, ...Object.values(dimensions)].join(' '),
    value,
  ])
  expect(Object.fromEntries(rows)).toEqual({
    ...{ 'IND-C1': '230', 'IND-C2': '1415', 'IND-C3': '0', 'IND-G1': '117', 'IND-G2': '702', 'IND-G3': '4811' },
    ...{ 'IND-A1': '359', 'IND-A2': '33862', 'IND-P1': '1009', 'IND-V1': '4888', 'IND-V2': '18993', 'IND-R1': '60' },
    ...{ 'IND-A2 roster': '0', 'IND-A2 count': '33862', 'IND-A2 estimate': '0' },
    ...{ 'IND-R2': '171953.00', 'IND-R2 cash': '0.00', 'IND-R2 goods': '171953.00', 'IND-R2 venue': '0.00' },
    ...{ 'IND-R2 professional-time': '0.00', 'IND-R2 equipment': '0.00', 'IND-R2 service': '0.00' },
    ...{ 'IND-S1': '53.06', 'IND-S1 national': '40.82', 'IND-S4': '100.00' },
  })
})

test('the first station of Alar has its share of every figure', async () => {
  const found = await Promise.all(reports.map((report) => ledger.report(report, { groupBy: 'station' })))
  const [stationId] = [wholeIds('sta_1')]
  const rows = found
    .flatMap(({ data }) => data)
    .filter(({ dimensions }) => dimensions['stationId'] === stationId)
    .map(({ indicator, dimensions, value }) => [[indicator, dimensions['scope']].join(' ').trim(), value])
  expect(Object.fromEntries(rows)).toEqual({
    ...{
      'IND-C1': '12',
      'IND-C2': '84',
      'IND-G1': '6',
      'IND-G2': '36',
      'IND-G3': '252',
      'IND-A1': '18',
      'IND-A2': '1710',
    },
    ...{ 'IND-P1': '52', 'IND-V1': '245', 'IND-V2': '980', 'IND-R1': '3', 'IND-R2': '8597.67' },
    ...{ 'IND-S1': '100.00', 'IND-S1 national': '100.00', 'IND-S4': '100.00' },
  })
})

test('each share of the licence rate is a 49th of a hundred, and together they are the rate', async () => {
  const { data } = await ledger.report('licence-rate')
  const facts = await ledger.facts(data[0]!.links.facts, 7)
  expect(facts).toMatchObject({ total: '53.06', count: 49 })
  expect(facts.data.filter(({ contribution }) => Number(contribution) > 0)).toHaveLength(26)
})
