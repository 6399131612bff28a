import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { sql } from '@wushe/slice'
import { storyteller, wholeIds, type Told } from '../figures/telling.fixture.ts'
import { openLedger, type Ledger } from '../figures/ledger.fixture.ts'

let ledger: Ledger
beforeAll(async () => {
  ledger = await openLedger()
})
afterAll(() => ledger.close())
beforeEach(() => ledger.forget())

const after = async (...told: Told[]) => {
  await ledger.learn(storyteller()(told))
  await ledger.project()
}

/** Where a practitioner was, as it is known now: the days and the station. */
const stays = () =>
  ledger.rows<{ days: string; station: string }>(sql`
    select valid::text as days, station_id as station from reporting.facts
    where kind = 'practitioner' and until_at is null order by valid`)
const stay = (days: string, station: string) => ({ days, station: wholeIds(station) })

const registered = { type: 'PractitionerRegistered', stream: 'pra_1', data: { occurredOn: '2022-01-01' } }
const assigned = (siteId: string, occurredOn: string) => ({
  type: 'AssignedToStation',
  stream: 'pra_1',
  data: { siteId, occurredOn },
})

test('an assignment that is told late changes only the days until the next one', async () => {
  await after(registered, assigned('sta_3', '2023-01-01'), assigned('sta_2', '2022-06-01'))
  expect(await stays()).toEqual([
    stay('[2022-01-01,2022-06-01)', 'sta_1'),
    stay('[2022-06-01,2023-01-01)', 'sta_2'),
    stay('[2023-01-01,)', 'sta_3'),
  ])
})

test('a corrected practitioner began on another day and is at another station now', async () => {
  const corrected = {
    type: 'PractitionerCorrected',
    stream: 'pra_1',
    data: { occurredOn: '2022-03-01', siteId: 'sta_4' },
  }
  await after(registered, assigned('sta_2', '2022-06-01'), corrected)
  expect(await stays()).toEqual([stay('[2022-03-01,2022-06-01)', 'sta_1'), stay('[2022-06-01,)', 'sta_4')])
})

test('who leaves is at no station from that day on', async () => {
  const left = { type: 'PractitionerLeft', stream: 'pra_1', data: { occurredOn: '2022-09-01' } }
  await after(registered, assigned('sta_2', '2022-06-01'), assigned('sta_3', '2023-01-01'), left)
  expect(await stays()).toEqual([stay('[2022-01-01,2022-06-01)', 'sta_1'), stay('[2022-06-01,2022-09-01)', 'sta_2')])
})

test('a correction closes what was known and writes what is known now, each with its event', async () => {
  const session = { sessionId: 'ses_1', subjectId: 'sub_1', delivered: true, countedPersons: 1 }
  await after(
    { type: 'CaseSessionRecorded', stream: 'cas_1', data: { ...session, occurredOn: '2023-05-01' } },
    { type: 'CaseSessionCorrected', stream: 'cas_1', data: { ...session, occurredOn: '2023-05-02' } },
  )
  expect(
    await ledger.rows(sql`
      select occurred_on::text as day, event_type as event, version, until_at is null as known from reporting.facts
      where kind = 'case-session' order by from_at`),
  ).toEqual([
    { day: '2023-05-01', event: 'CaseSessionRecorded', version: 1, known: false },
    { day: '2023-05-02', event: 'CaseSessionCorrected', version: 2, known: true },
  ])
})

test('a correction of a case that moves nothing leaves its sessions as they were recorded', async () => {
  const about = { subjectId: 'sub_1', kind: 'in-depth' }
  await after(
    { type: 'CaseOpened', stream: 'cas_1', data: about },
    { type: 'CaseSessionRecorded', stream: 'cas_1', data: { sessionId: 'ses_1', subjectId: 'sub_1' } },
    { type: 'CaseCorrected', stream: 'cas_1', data: { ...about, problems: ['other'] } },
  )
  const closed = await ledger.rows(
    sql`select kind from reporting.facts where until_at is not null and record like 'ses%'`,
  )
  expect(closed).toEqual([])
})
