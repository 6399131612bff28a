import { afterAll, beforeAll, expect, test } from '@jest/globals'
import openapi from '@wushe/contracts/openapi.json' with { type: 'json' }
import { refuse } from '@wushe/slice'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { activation, storyteller, wholeIds } from './telling.fixture.ts'
import { getReport } from './get-report.ts'
import { openLedger, reports, type Ledger } from './ledger.fixture.ts'
import { listFacts } from './list-facts.ts'
import { listIndicators } from './list-indicators.ts'

const agreementId = wholeIds('agr_1')
const tell = storyteller()

let ledger: Ledger
beforeAll(async () => {
  ledger = await openLedger()
  await ledger.learn(
    tell([
      activation(),
      { type: 'CaseOpened', stream: 'cas_1', data: { kind: 'in-depth' } },
      { type: 'CaseOpened', stream: 'cas_2', data: { kind: 'consultation' } },
      { type: 'CaseSessionRecorded', stream: 'cas_1', data: { sessionId: 'ses_1', mode: 'interview' } },
      { type: 'GroupSessionHeld', stream: 'grp_1' },
      { type: 'ActivityHeld', stream: 'act_1' },
      { type: 'RealNameVerified', stream: 'vol_1' },
      { type: 'HoursConfirmed', stream: 'vol_1' },
      { type: 'ResourceDelivered', stream: 'off_1', data: { linkId: 'lnk_1' } },
      { type: 'LinkValued', stream: 'off_1', data: { linkId: 'lnk_1' } },
      { type: 'StationEstablished', stream: 'sta_1', data: { level: 'station', divisionCode: '659002001' } },
      { type: 'PractitionerRegistered', stream: 'pra_1', data: { employment: 'full-time' } },
      { type: 'PractitionerRegistered', stream: 'pra_2', data: { employment: 'part-time' } },
      { type: 'LicenceRecorded', stream: 'pra_1', data: { line: 'national' } },
    ]),
  )
  await ledger.project()
})
afterAll(() => ledger.close())

const ask = (query: object, reading: object = {}) =>
  getReport.answer(
    { path: { report: 'service-statistics' }, query: { agreementId, ...query }, body: undefined },
    { ...ledger.reading, ...reading },
    ledger.rows,
  )
const askFacts = (query: object) =>
  listFacts.answer(
    { path: {}, query: { agreementId, indicator: 'IND-A2', ...query }, body: undefined },
    ledger.reading,
    ledger.rows,
  )

test('only the parties of an agreement see its figures', async () => {
  expect(await ask({}, { refuseAgreement: () => refuse('not-found') })).toEqual({ refused: 'not-found' })
  expect(await askFacts({ agreementId: wholeIds('agr_2') })).toEqual({ refused: 'not-found' })
})

test('without days the period of the agreement is meant', async () => {
  expect(await ask({})).toMatchObject({ agreementId, from: '2021-07-01', to: '2023-12-31' })
  expect(await ask({ from: '2023-02-01' })).toMatchObject({ from: '2023-02-01', to: '2023-12-31' })
})

test('a period that ends before it begins is refused', async () => {
  expect(await ask({ from: '2023-02-01', to: '2023-01-31' })).toMatchObject({ refused: 'period-wrong' })
})

test('there are no figures for a moment in the future', async () => {
  const params = { asOf: '2024-06-01T00:00:00.001Z', now: '2024-06-01T00:00:00.000Z' }
  expect(await ask({ asOf: params.asOf })).toEqual({ refused: 'as-of-in-future', params })
})

test('an answer says up to which event of which service it counts, also for an earlier moment', async () => {
  expect(await ask({})).toMatchObject({
    asOf: '2024-01-10T00:00:14.000000Z',
    positions: { case: 'pg:0000000000000006', volunteer: 'pg:000000000000000e', reporting: 'pg:0000000000000001' },
  })
  expect(await ask({ asOf: '2024-01-10T08:00:04.5+08:00' })).toMatchObject({
    asOf: '2024-01-10T00:00:04.500000Z',
    positions: { case: 'pg:0000000000000004', reporting: 'pg:0000000000000001' },
  })
  expect(await ask({ asOf: '2000-01-01T00:00:00Z' })).toMatchObject({
    asOf: '2000-01-01T00:00:00.000000Z',
    positions: {},
  })
})

test('a moment at which the agreement was unknown has figures of nothing', async () => {
  const answer = await ledger.report('coverage', { asOf: '2024-01-09T00:00:00Z' })
  expect(answer.data.map(({ value }) => value)).toEqual(['0.00'])
})

test('names are in the language of the reader', async () => {
  const first = async (language: 'zh' | 'en') => (await ledger.report('coverage', {}, { language })).data[0]!.name
  expect([await first('zh'), await first('en')]).toEqual(['社工站覆盖率', 'Coverage'])
})

test('facts are listed only for indicators that there are, and dimensions that they have', async () => {
  expect(await askFacts({ indicator: 'IND-X1' })).toMatchObject({ refused: 'indicator-not-known' })
  expect(await askFacts({ scope: 'national' })).toMatchObject({ refused: 'dimension-not-known' })
  expect(await askFacts({ method: 'guess' })).toEqual({
    refused: 'dimension-not-known',
    params: { indicator: 'IND-A2', dimension: 'method', values: 'roster, count, estimate' },
  })
})

test('while the facts do not hold everything of a moment, there is no answer for it', async () => {
  const [late] = tell([{ type: 'CaseVoided', stream: 'cas_1' }])
  await ledger.learn([late!])
  expect(await ask({ asOf: late!.at })).toEqual({ refused: 'projection-lagging' })
  expect(await ask({})).toMatchObject({ asOf: '2024-01-10T00:00:14.000000Z' })
  await ledger.project()
  expect(await ask({ asOf: late!.at })).toMatchObject({ asOf: late!.at.replace('Z', '000Z') })
})

test('what does not count delays no answer', async () => {
  const [idle] = tell([{ type: 'SubjectRegistered', stream: 'sub_1' }])
  await ledger.learn([idle!])
  expect(await ask({ asOf: idle!.at })).toMatchObject({ asOf: idle!.at.replace('Z', '000Z') })
  await ledger.project()
})

test('answers are as the contract says, and every record that a fact names has a place in it', async () => {
  const asOf = '2024-01-10T00:00:14Z'
  const recordPaths = Object.entries(openapi.paths)
    .filter(([, methods]) => 'get' in methods)
    .map(([path]) => new RegExp(`^${path.replace(/{\w+}/g, '[a-z]{3}_[0-9a-z]{26}')}$`))
  for (const report of reports) {
    const answer = await ledger.report(report, { asOf, groupBy: 'station' })
    mustFit('Report', answer)
    for (const { links } of answer.data) {
      const facts = await ledger.facts(links.facts)
      mustFit('FactPage', facts)
      for (const { links } of facts.data) expect(recordPaths.filter((path) => path.test(links.record))).toHaveLength(1)
    }
  }
})

test('every indicator is written as the contract says', async () => {
  const input = { path: {}, query: {} as never, body: undefined }
  const answer = await listIndicators.answer(input, ledger.reading, ledger.rows)
  mustFit('IndicatorList', answer)
})

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema(openapi, 'api')

const mustFit = (name: string, value: unknown) => {
  const fits = ajv.getSchema(`api#/components/schemas/${name}`) as ValidateFunction
  fits(value)
  expect({ name, errors: fits.errors }).toEqual({ name, errors: null })
}
