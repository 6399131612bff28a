// What one of the twenty stations does in 32 months.
import { birthday, person } from './people.ts'
import { act, create, day, dayBetween, idOf, type Chain } from './requests.ts'

export const period = { from: '2021-07-01', to: '2023-12-31' } as const

export function station(index: number, divisionCode: string, agreementId: string, salt: string) {
  const id = (prefix: string, name: string) => idOf(prefix, name, salt)
  const siteId = id('sta', `station ${divisionCode}`)
  // The four pilots of July 2021 come first, the other sixteen follow month by month from March 2022.
  const opened = index < 4 ? day('2021-07-05', index * 7) : day('2022-03-01', (index - 4) * 30)
  const site = { agreementId, siteId }
  const on = (number: number, of: number) => dayBetween(opened, period.to, number, of)

  const establish = (hq: string) => [
    create('/v1/stations', {
      id: siteId,
      level: 'station',
      name: `第${index + 1}社工站`,
      parentId: hq,
      divisionCode,
      agreementId,
      occurredOn: opened,
    }),
    ...(index < 6
      ? [
          create('/v1/stations', {
            id: id('sta', `room ${divisionCode}`),
            level: 'room',
            name: `第${index + 1}社区社工室`,
            parentId: siteId,
            divisionCode,
            agreementId,
            occurredOn: opened,
          }),
        ]
      : []),
  ]

  const workers = Array.from(
    { length: index < 9 ? 3 : 2 },
    (_, at) => (index < 9 ? index * 3 : 27 + (index - 9) * 2) + at,
  )
  const practitioner = (number: number) => id('pra', `practitioner ${number}`)
  const westPlan =
    index < 11
      ? [
          create('/v1/practitioners', {
            id: id('pra', `west plan ${index}`),
            employment: 'deployed',
            programme: 'west-plan',
            identity: person(9_000_000 + index, salt),
            occurredOn: index < 4 ? opened : day(opened, 60),
            ...site,
          }),
        ]
      : []
  const people: Chain[] = [
    ...workers.map((number) => [
      create('/v1/practitioners', {
        id: practitioner(number),
        employment: 'full-time',
        identity: person(8_000_000 + number, salt),
        occurredOn: opened,
        ...site,
      }),
      ...licence(number, practitioner(number), id('lic', `licence ${number}`)),
    ]),
    ...westPlan.map((one) => [one]),
  ]

  const subjectOfCase = (number: number) => id('sub', `subject of case ${number}`)
  const register = (subjectId: string, seed: number, occurredOn: string) =>
    create('/v1/subjects', {
      id: subjectId,
      kind: 'person',
      birthYearMonth: birthday(seed).slice(0, 7),
      sex: seed % 2 ? '1' : '2',
      divisionCode,
      categories: ['left-behind-child'],
      identity: person(seed, salt),
      occurredOn,
      ...site,
    })

  const cases = numbered(230, index).map(({ number, at }): Chain => {
    const subjectId = subjectOfCase(number)
    const [concernId, caseId] = [id('con', `concern ${number}`), id('cas', `case ${number}`)]
    const sessions = number < 35 ? 7 : 6
    const step = (count: number) => on(at * 12 + count, shareOf(230, index) * 12)
    const path = `/v1/cases/${caseId}`
    return [
      register(subjectId, number, step(0)),
      create('/v1/concerns', {
        id: concernId,
        source: 'teacher',
        urgency: 'medium',
        subjectId,
        occurredOn: step(0),
        ...site,
      }),
      act(`/v1/concerns/${concernId}/identification`, {
        problems: ['family-relations'],
        riskLevel: 'medium',
        identifiedBy: 'class-teacher',
        occurredOn: step(0),
      }),
      create('/v1/cases', {
        id: caseId,
        kind: 'in-depth',
        subjectId,
        concernId,
        problems: ['family-relations'],
        risk: 'medium',
        occurredOn: step(1),
        ...site,
      }),
      act(`${path}/consent`, {
        purpose: 'service',
        noticeVersion: '2021-1',
        givenBy: 'guardian',
        relation: 'mother',
        occurredOn: step(1),
      }),
      act(`${path}/assignment`, { practitionerId: practitioner(workers[at % workers.length]!), occurredOn: step(1) }),
      act(`${path}/assessments`, {
        instrument: 'sdq',
        version: '2',
        domains: [{ code: 'emotion', score: 6 }],
        needs: ['companionship'],
        occurredOn: step(2),
      }),
      act(`${path}/plan`, {
        goals: [{ code: 'emotion', indicator: 'sdq-total', baseline: '18', target: '12' }],
        plannedSessions: sessions,
        agreedBy: ['guardian', 'worker'],
        occurredOn: step(2),
      }),
      ...Array.from({ length: sessions }, (_, no) =>
        create(`${path}/sessions`, {
          id: id('ses', `session ${number} ${no}`),
          mode: no % 3 === 2 ? 'home-visit' : 'interview',
          minutes: 50,
          occurredOn: step(3 + no),
        }),
      ),
      ...(number < 200
        ? [
            act(`${path}/evaluation`, {
              goalResults: [{ code: 'emotion', result: 'achieved' }],
              score: 85,
              occurredOn: step(10),
            }),
            act(`${path}/feedback`, { to: 'teacher', channel: 'face-to-face', occurredOn: step(11) }),
            act(`${path}/closure`, { reason: 'goals-met', occurredOn: step(11) }),
          ]
        : []),
    ]
  })

  const groups = numbered(117, index).map(({ number, at }): Chain => {
    const groupId = id('grp', `group ${number}`)
    const path = `/v1/groups/${groupId}`
    const step = (count: number) => on(at * 10 + count, shareOf(117, index) * 10)
    // The first two of the station's case subjects are also the first two members of its first group.
    const shared = at === 0 ? [subjectOfCase(before(230, index)), subjectOfCase(before(230, index) + 1)] : []
    const own = Array.from({ length: 7 - shared.length }, (_, no) => ({
      subjectId: id('sub', `member ${number} ${no}`),
      seed: 1000 + number * 7 + no,
    }))
    const members = [...shared, ...own.map((one) => one.subjectId)]
    return [
      ...own.map(({ subjectId, seed }) => register(subjectId, seed, step(0))),
      create('/v1/groups', {
        id: groupId,
        kind: 'growth',
        theme: '成长伙伴',
        goals: ['peer-support'],
        plannedSessions: 6,
        capacity: 12,
        occurredOn: step(0),
        ...site,
      }),
      act(`${path}/stages`, { stage: 'preparation', occurredOn: step(0) }),
      ...members.map((subjectId) => act(`${path}/members`, { subjectId, occurredOn: step(1) }, subjectId)),
      ...Array.from({ length: 6 }, (_, no) =>
        create(`${path}/sessions`, {
          id: id('gse', `group session ${number} ${no}`),
          no: no + 1,
          occurredOn: step(2 + no),
          // From the fifteenth group on, exactly one member misses exactly one session.
          attendance: members.map((subjectId, place) => ({
            subjectId,
            mark: number >= 14 && no === 2 && place === 6 ? 'absent' : 'present',
          })),
        }),
      ),
      act(`${path}/evaluation`, { satisfaction: 5, occurredOn: step(8) }),
      act(`${path}/closure`, { reason: 'completed', occurredOn: step(9) }),
    ]
  })

  const activities = numbered(359, index).map(({ number, at }): Chain => {
    const activityId = id('act', `activity ${number}`)
    const occurredOn = on(at, shareOf(359, index))
    return [
      create('/v1/activities', {
        id: activityId,
        kind: activityKinds[number % activityKinds.length],
        title: '邻里同乐',
        plannedOccurrences: 1,
        occurredOn,
        ...site,
      }),
      create(`/v1/activities/${activityId}/occurrences`, {
        id: id('occ', `occurrence ${number}`),
        occurredOn,
        headcount: { value: number < 116 ? 95 : 94, method: 'count' },
        evidence: [
          { sha256: (number + 1).toString(16).padStart(64, '0'), mediaType: 'image/jpeg', label: 'sign-in-sheet' },
        ],
      }),
      act(`/v1/activities/${activityId}/evaluation`, { responses: 20, occurredOn }),
    ]
  })

  const volunteers = numbered(4888, index).map(({ number, at }): Chain => {
    const volunteerId = id('vol', `volunteer ${number}`)
    const hoursId = id('hrs', `hours ${number}`)
    const occurredOn = on(at, shareOf(4888, index))
    const minutes = number < 4329 ? 240 : 180
    return [
      create('/v1/volunteers', {
        id: volunteerId,
        sex: number % 2 ? '1' : '2',
        skills: [],
        serviceKinds: ['community'],
        identity: person(100_000 + number, salt),
        occurredOn,
        ...site,
      }),
      act(`/v1/volunteers/${volunteerId}/verification`, { method: 'in-person', occurredOn }),
      create(`/v1/volunteers/${volunteerId}/hours-entries`, {
        id: hoursId,
        startedAt: `${occurredOn}T09:00:00+08:00`,
        endedAt: `${occurredOn}T${minutes === 240 ? '13' : '12'}:00:00+08:00`,
        method: 'qr',
        content: '社区服务',
        ...site,
      }),
      act(`/v1/volunteers/${volunteerId}/hours-entries/${hoursId}/confirmation`, {
        minutes,
        confirmedBy: { practitionerId: practitioner(workers[0]!) },
        occurredOn,
      }),
    ]
  })

  const others: Chain[] = [
    ...Array.from({ length: 3 }, (_, at): Chain => {
      const number = index * 3 + at
      const [providerId, offerId, linkId] = [
        id('prv', `provider ${number}`),
        id('off', `offer ${number}`),
        id('lnk', `link ${number}`),
      ]
      const occurredOn = on(at, 3)
      const path = `/v1/offers/${offerId}/links`
      return [
        create('/v1/providers', { id: providerId, kind: 'enterprise', name: `爱心企业${number + 1}`, occurredOn }),
        create('/v1/offers', {
          id: offerId,
          providerId,
          kind: resourceKinds[number % resourceKinds.length],
          quantity: 10,
          unit: '份',
          occurredOn,
          ...site,
        }),
        create(path, { id: linkId, quantity: 10, occurredOn, ...site }),
        act(`${path}/${linkId}/agreement`, { quantity: 10, occurredOn }),
        act(`${path}/${linkId}/delivery`, {
          quantity: 10,
          occurredOn,
          evidence: [{ sha256: 'f'.repeat(60) + (1000 + number), mediaType: 'image/jpeg' }],
        }),
        act(`${path}/${linkId}/valuation`, {
          amountFen: number < 20 ? 286_589 : 286_588,
          method: 'invoice',
          occurredOn,
        }),
      ]
    }),
    [
      create('/v1/projects', {
        id: id('prj', `project ${index}`),
        kind: 'special',
        theme: `一街镇一特色·${index + 1}`,
        occurredOn: on(1, 3),
        ...site,
      }),
    ],
  ]

  return { establish, people, cases, groups, activities, volunteers, others }
}

/** 26 of 49 hold a licence: 8 since before 2023, 18 passed in 2023, of whom 12 by the national line and 6 by the local. */
function licence(number: number, practitionerId: string, id: string): Chain {
  if (number >= 26) return []
  const local = number >= 20
  return [
    create(`/v1/practitioners/${practitionerId}/licences`, {
      id,
      level: number === 19 || number === 25 ? 'social-worker' : 'assistant',
      line: local ? 'local' : 'national',
      ...(local && { validIn: ['659002', '6529', '6530', '6531', '6532'] }),
      issuedOn: number < 8 ? '2022-09-20' : '2023-09-15',
    }),
  ]
}

const activityKinds = ['lecture', 'parent-child', 'festival', 'outreach', 'training'] as const
const resourceKinds = ['cash', 'goods', 'venue', 'professional-time'] as const

const each = 20

/** The floor share for every station and one more for the first of them, in ascending order of division code. */
const shareOf = (total: number, index: number) => Math.floor(total / each) + (index < total % each ? 1 : 0)
/** How many of the things before this station's: numbers things over all stations. */
const before = (total: number, index: number) => Math.floor(total / each) * index + Math.min(index, total % each)
const numbered = (total: number, index: number) =>
  Array.from({ length: shareOf(total, index) }, (_, at) => ({ number: before(total, index) + at, at }))
