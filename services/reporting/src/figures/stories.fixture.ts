import fc from 'fast-check'
import { activation, type Told } from './telling.fixture.ts'

/** Any events about a few cases, groups, volunteers …, in any order: also in such as the services would refuse. */
export const stories = fc
  .array(fc.record({ act: fc.nat(acts().length - 1), a: fc.nat(999), b: fc.nat(999), c: fc.nat(999) }), {
    minLength: 20,
    maxLength: 70,
  })
  .map((moves) => [
    activation({ countingRules: { phoneMinMinutes: 10, collateralsCount: true } }),
    ...moves.map(({ act, a, b, c }, index) => acts()[act]!({ a, b, c, index })),
  ])

type Chance = { a: number; b: number; c: number; index: number }

/** Ids come from a small range, so that later events are often about earlier things. */
function acts(): ((chance: Chance) => Told)[] {
  const day = (n: number) => `2023-${String((n % 12) + 1).padStart(2, '0')}-${String((n % 28) + 1).padStart(2, '0')}`
  const of = <Value>(values: readonly Value[], n: number) => values[n % values.length]!
  const where = (n: number) => ({
    siteId: `sta_${(n % 3) + 1}`,
    agreementId: of(['agr_1', 'agr_1', 'agr_1', 'agr_2'], n),
  })
  const case_ = ({ a }: Chance) => `cas_${a % 5}`
  const group = ({ a }: Chance) => `grp_${a % 3}`
  const activity = ({ a }: Chance) => `act_${a % 3}`
  const volunteer = ({ a }: Chance) => `vol_${a % 6}`
  const practitioner = ({ a }: Chance) => `pra_${a % 5}`
  const station = ({ a }: Chance) => `sta_${(a % 3) + 1}`

  const opening = ({ b, c }: Chance) => ({
    kind: of(['in-depth', 'in-depth', 'consultation'], b),
    subjectId: `sub_${c % 6}`,
    occurredOn: day(b),
    ...where(c),
  })
  const session = (chance: Chance, sessionId: string) => {
    const { a, b, c } = chance
    const delivered = c % 5 > 0
    return {
      sessionId,
      subjectId: `sub_${a % 6}`,
      caseKind: of(['in-depth', 'consultation'], a),
      mode: of(['phone', 'interview'], b),
      minutes: b % 20,
      collaterals: c % 3,
      delivered,
      countedPersons: delivered ? 1 : 0,
      occurredOn: day(b),
      ...where(a),
    }
  }
  const attendance = ({ a, b, c }: Chance, sessionId: string) => {
    const marks = [0, 1, 2, 3].map((n) => ({
      subjectId: `sub_${n}`,
      mark: of(['present', 'absent', 'present'], b + n * c),
    }))
    const present = marks.filter(({ mark }) => mark === 'present').length
    return { sessionId, attendance: marks, present, occurredOn: day(c), ...where(a) }
  }
  const held = ({ a, b, c }: Chance, occurrenceId: string) => {
    const method = of(['roster', 'count', 'estimate'], b)
    const roster = method === 'roster' ? ['sub_1', `sub_${(c % 4) + 2}`] : null
    return { occurrenceId, headcount: { value: roster?.length ?? c, method }, roster, occurredOn: day(c), ...where(a) }
  }
  const facts = ({ a, b, c }: Chance) => ({
    level: of(['station', 'station', 'room'], b),
    divisionCode: of(['659002001', '659002002', '659002002001', '659002003'], c),
    occurredOn: day(a + b),
    agreementId: 'agr_1',
  })
  const employment = ({ b, c }: Chance) => ({
    employment: of(['full-time', 'part-time', 'deployed'], b),
    occurredOn: day(c),
    ...where(c),
  })

  return [
    (x) => ({ type: 'CaseOpened', stream: case_(x), data: opening(x) }),
    (x) => ({ type: 'CaseCorrected', stream: case_(x), data: opening(x) }),
    (x) => ({ type: 'CaseVoided', stream: case_(x) }),
    (x) => ({ type: 'CaseSessionRecorded', stream: case_(x), data: session(x, `ses_${x.index}`) }),
    (x) => ({ type: 'CaseSessionRecorded', stream: case_(x), data: session(x, `ses_${x.index}`) }),
    (x) => ({ type: 'CaseSessionCorrected', stream: case_(x), data: session(x, `ses_${x.b % 70}`) }),
    (x) => ({ type: 'CaseSessionVoided', stream: case_(x), data: { sessionId: `ses_${x.b % 70}` } }),
    (x) => ({ type: 'GroupSessionHeld', stream: group(x), data: attendance(x, `gse_${x.index}`) }),
    (x) => ({ type: 'GroupSessionHeld', stream: group(x), data: attendance(x, `gse_${x.index}`) }),
    (x) => ({ type: 'GroupSessionCorrected', stream: group(x), data: attendance(x, `gse_${x.b % 70}`) }),
    (x) => ({ type: 'GroupSessionVoided', stream: group(x), data: { sessionId: `gse_${x.b % 70}` } }),
    (x) => ({ type: 'GroupCorrected', stream: group(x), data: where(x.b) }),
    (x) => ({ type: 'ActivityHeld', stream: activity(x), data: held(x, `occ_${x.index}`) }),
    (x) => ({ type: 'ActivityHeld', stream: activity(x), data: held(x, `occ_${x.index}`) }),
    (x) => ({ type: 'OccurrenceCorrected', stream: activity(x), data: held(x, `occ_${x.b % 70}`) }),
    (x) => ({ type: 'ActivityVoided', stream: activity(x) }),
    (x) => ({ type: 'RealNameVerified', stream: volunteer(x), data: { occurredOn: day(x.b), ...where(x.c) } }),
    (x) => ({ type: 'VolunteerWithdrawn', stream: volunteer(x), data: { occurredOn: day(x.b) } }),
    (x) => ({ type: 'VolunteerVoided', stream: volunteer(x) }),
    (x) => ({
      type: 'HoursConfirmed',
      stream: volunteer(x),
      data: { entryId: `hrs_${x.index}`, minutes: (x.b % 500) + 1, occurredOn: day(x.c), ...where(x.b) },
    }),
    (x) => ({ type: 'HoursVoided', stream: volunteer(x), data: { entryId: `hrs_${x.b % 70}` } }),
    (x) => ({
      type: 'ResourceDelivered',
      stream: 'off_1',
      data: { linkId: `lnk_${x.a % 5}`, occurredOn: day(x.b), ...where(x.c) },
    }),
    (x) => ({
      type: 'LinkValued',
      stream: 'off_1',
      data: {
        linkId: `lnk_${x.a % 5}`,
        kind: of(['cash', 'goods', 'service'], x.b),
        amountFen: x.b * 101,
        deliveredOn: day(x.b),
        ...where(x.c),
      },
    }),
    (x) => ({ type: 'LinkVoided', stream: 'off_1', data: { linkId: `lnk_${x.a % 5}` } }),
    (x) => ({ type: 'StationEstablished', stream: station(x), data: facts(x) }),
    (x) => ({ type: 'StationCorrected', stream: station(x), data: facts(x) }),
    (x) => ({ type: 'StationClosed', stream: station(x), data: { occurredOn: day(x.b) } }),
    (x) => ({ type: 'PractitionerRegistered', stream: practitioner(x), data: employment(x) }),
    (x) => ({ type: 'PractitionerCorrected', stream: practitioner(x), data: employment(x) }),
    (x) => ({
      type: 'AssignedToStation',
      stream: practitioner(x),
      data: { siteId: `sta_${(x.b % 3) + 1}`, occurredOn: day(x.c) },
    }),
    (x) => ({ type: 'PractitionerLeft', stream: practitioner(x), data: { occurredOn: day(x.b) } }),
    (x) => ({
      type: 'LicenceRecorded',
      stream: practitioner(x),
      data: {
        licenceId: `lic_${x.index}`,
        line: of(['national', 'local'], x.b),
        validIn: [of(['6590', '6531', '659002003'], x.c)],
        occurredOn: day(x.b),
        expiresOn: x.c % 3 ? null : day(x.c),
      },
    }),
    (x) => ({ type: 'LicenceVoided', stream: practitioner(x), data: { licenceId: `lic_${x.b % 70}` } }),
  ]
}
