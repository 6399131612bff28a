import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { caughtUp } from '@wushe/service-host'
import { boot, type Api, type Booted } from '@wushe/testkit'
import { agreement, alar } from '../scripts/demo/alar.ts'
import { figuresOf, published, publishedNationalLicenceRate } from '../scripts/demo/figures.ts'
import { meet } from '../scripts/demo/load-alar.ts'
import type { Chain, Phase, Request } from '../scripts/demo/requests.ts'
import { send } from '../scripts/demo/send.ts'
import { services } from '../scripts/all-services.ts'
import { erase } from './rights.fixture.ts'
import { requestRebuild, rebuildProgress } from '@wushe/feed'
import { setTimeout as pause } from 'node:timers/promises'

const reports = [
  'service-statistics',
  'volunteer-statistics',
  'resource-statistics',
  'licence-rate',
  'coverage',
] as const
type Row = { indicator: string; dimensions: Record<string, string>; value: string; links: { facts: string } }

let product: Booted
let funder: Api
let contractor: Api
let agreementId: string
/** What every fifth request was answered the first time. */
const answers = new Map<string, unknown>()

beforeAll(async () => {
  product = await boot(services, { validateAnswers: undefined })
  contractor = await product.organisation('contractor')
  funder = await product.organisation('funder')
  const { id, chain } = agreement({ contractor: contractor.orgId, funder: funder.orgId })
  agreementId = id
  await meet({ url: product.url, key: contractor.key }, await send({ url: product.url, key: funder.key }, [chain]))
}, 60_000)
afterAll(() => product?.stop(), 60_000)

let made: Phase[] | undefined
const phases = () => (made ??= alar(agreementId))
const requests = () => phases().flatMap(({ chains }) => chains.flat())
const load = (
  chains: readonly Chain[],
  by = contractor,
  onAnswer?: (request: Request, answer: { body: any; replayed: boolean }) => void,
) => send({ url: product.url, key: by.key }, chains, onAnswer && { onAnswer })

async function figures(query = '', by = funder, id = agreementId): Promise<{ rows: Row[]; asOf: string }> {
  const rows: Row[] = []
  let asOf = ''
  for (const report of reports) {
    const { status, body } = await by.get(`/v1/reports/${report}?agreementId=${id}${query}`)
    if (status !== 200) throw new Error(JSON.stringify(body))
    rows.push(...body.data)
    asOf = body.asOf
  }
  return { rows, asOf }
}
const totals = ({ rows }: { rows: Row[] }) =>
  Object.fromEntries(
    rows.filter((row) => Object.keys(row.dimensions).length === 0).map((row) => [row.indicator, row.value]),
  )

const whole = { figures: published, nationalLicenceRate: publishedNationalLicenceRate, stations: 20 }
const demand = async ({ figures: due, nationalLicenceRate, stations } = whole, by = contractor, id = agreementId) => {
  await caughtUp(product.host)
  const { rows } = await figures('', funder, id)
  expect(totals({ rows })).toEqual(due)
  expect(rows.find((row) => row.indicator === 'IND-S1' && row.dimensions['scope'] === 'national')?.value).toBe(
    nationalLicenceRate,
  )
  const projects = await by.get(`/v1/projects?kind=special&agreementId=${id}`)
  expect(projects.body.data).toHaveLength(stations)
  return rows
}
const reordered = <Item>(items: readonly Item[]): Item[] =>
  items
    .map((item, at) => [(at * 7919) % 10_007, item] as const)
    .sort((a, b) => a[0] - b[0])
    .map(([, item]) => item)

/** Those whose answers are looked at. */
const sampled = (chains: readonly Chain[]) => chains.filter((_, at) => at % 5 === 0)
const others = (chains: readonly Chain[]) => chains.filter((_, at) => at % 5 !== 0)

describe('the Alar workload', () => {
  let middle: { asOf: string; rows: Row[] }

  test('is recorded through the API, and a figure in the middle is kept', async () => {
    const all = phases()
    for (const [at, { chains }] of all.entries()) {
      await Promise.all([
        load(sampled(chains), contractor, (request, { body }) => answers.set(request.key, body.receipt ?? body.data)),
        load(others(chains)),
      ])
      if (at === 2) {
        await caughtUp(product.host)
        middle = await figures()
      }
    }
  }, 600_000)

  test('spreads the published figures over twenty stations', () => {
    expect(figuresOf(20)).toEqual({ figures: published, nationalLicenceRate: publishedNationalLicenceRate })
  })

  test('gives exactly the published figures', async () => {
    await demand()
  }, 60_000)

  test('gives them per station, and the stations add up', async () => {
    const { rows } = await figures('&groupBy=station')
    for (const [indicator, total] of Object.entries(published)) {
      if (['IND-S1', 'IND-S4'].includes(indicator)) continue
      const stations = rows.filter(
        (row) => row.indicator === indicator && row.dimensions['stationId'] && Object.keys(row.dimensions).length === 1,
      )
      expect(stations.reduce((sum, row) => sum + Math.round(Number(row.value) * 100), 0)).toBe(
        Math.round(Number(total) * 100),
      )
      if (total !== '0') expect(stations).toHaveLength(20)
    }
    const cases = rows
      .filter((row) => row.indicator === 'IND-C1' && row.dimensions['stationId'])
      .map((row) => row.value)
      .sort()
    expect(cases).toEqual([...Array(10).fill('11'), ...Array(10).fill('12')])
  }, 60_000)

  test('as of the middle, it still answers what it answered then', async () => {
    expect((await figures(`&asOf=${encodeURIComponent(middle.asOf)}`)).rows).toEqual(
      middle.rows.map((row) => ({ ...row, links: expect.anything() })),
    )
    expect(totals(middle)).not.toEqual(published)
  }, 60_000)

  test('every figure opens into facts whose contributions add up to it', async () => {
    const { rows } = await figures()
    for (const row of rows) {
      let sum = 0n
      let next: string | undefined = `${row.links.facts}&limit=500`
      while (next) {
        const { body, status }: any = await funder.get(next)
        expect(status).toBe(200)
        for (const fact of body.data) sum += hundredths(fact.contribution)
        next = body.nextCursor && `${row.links.facts}&limit=500&cursor=${encodeURIComponent(body.nextCursor)}`
      }
      expect([row.indicator, row.dimensions, sum]).toEqual([row.indicator, row.dimensions, hundredths(row.value)])
    }
  }, 180_000)

  test('of every fifth thing sent a second time, records nothing new and answers the same', async () => {
    // What is shown once more of a person is recorded; nothing else is.
    const counted = `select count(*)::int as events from es.events where stream not like 'disclosure-%'`
    const counts = () => Promise.all(product.host.services.map(async ({ pool }) => (await pool.query(counted)).rows))
    const before = await counts()
    let replays = 0
    let sent = 0
    for (const { chains } of phases())
      await load(sampled(chains), contractor, (request, { body, replayed }) => {
        sent++
        if (replayed) replays++
        expect(body.receipt ?? body.data).toEqual(answers.get(request.key))
      })
    expect(await counts()).toEqual(before)
    expect(replays).toBe(sent)
    await demand()
  }, 300_000)

  test('gives the same after one per cent was voided and recorded again', async () => {
    for (const [prefix, list] of [
      ['/v1/cases', 'sessions'],
      ['/v1/groups', 'sessions'],
      ['/v1/activities', 'occurrences'],
    ] as const) {
      const creations = requests().filter((one) => one.path.startsWith(prefix) && one.path.endsWith(`/${list}`))
      for (const request of creations.filter((_, at) => at % 100 === 3)) {
        const { id } = request.body as { id: string }
        expect((await contractor.post(`${request.path}/${id}/voiding`, { reason: 'recorded-in-error' })).status).toBe(
          200,
        )
        const again = await contractor.post(request.path, withoutId(request, prefix))
        expect([again.status, again.body]).toEqual([201, expect.anything()])
      }
    }
    const confirmations = new Map(requests().map(({ path, body }) => [path, body]))
    for (const request of requests()
      .filter((one) => one.path.endsWith('/hours-entries'))
      .filter((_, at) => at % 100 === 3)) {
      const { id, ...body } = request.body as { id: string }
      expect((await contractor.post(`${request.path}/${id}/voiding`, { reason: 'duplicate' })).status).toBe(200)
      const again = await contractor.post(request.path, body)
      const confirmation = confirmations.get(`${request.path}/${id}/confirmation`)!
      expect((await contractor.post(`${request.path}/${again.body.data.id}/confirmation`, confirmation)).status).toBe(
        200,
      )
    }
    await demand()
  }, 300_000)

  test('gives the same after every read model was rebuilt, and the lists too', async () => {
    const before = await contractor.get('/v1/cases?limit=500')
    for (const service of product.host.services)
      for (const name of service.running.keys()) {
        if (name === 'erasure') continue
        await requestRebuild(service.pool, name)
        const state = async () => (await rebuildProgress(service.pool, name))?.state
        while (['requested', 'building'].includes((await state()) ?? '')) await pause(20)
        expect([name, await state()]).toEqual([name, 'done'])
      }
    await demand()
    expect((await contractor.get('/v1/cases?limit=500')).body.data).toEqual(before.body.data)
  }, 300_000)

  test('gives the same after one per cent of the persons were erased', async () => {
    const subjects = requests().filter((one) => one.path === '/v1/subjects')
    const colleague = await product.anotherHand(contractor)
    for (const { body } of subjects.filter((_, at) => at % 100 === 5)) {
      const { id } = body as { id: string }
      await erase(`/v1/subjects/${id}`, contractor, colleague)
      const read = await contractor.get(`/v1/subjects/${id}`)
      expect(read.body.data.identity).toBeUndefined()
      expect(read.body.data.masked).toContainEqual({ pointer: '/identity', reason: 'erased' })
    }
    await demand()
  }, 120_000)

  test('gives the figures of its stations for another contractor, who sends everything in another order', async () => {
    const stations = 2
    const other = await product.organisation('contractor')
    const { id, chain } = agreement({ contractor: other.orgId, funder: funder.orgId })
    await meet({ url: product.url, key: other.key }, await send({ url: product.url, key: funder.key }, [chain]))
    for (const { chains } of reordered(alar(id, { salt: 'other', stations })).sort(
      (a, b) => Number(b.name.en === 'cases') - Number(a.name.en === 'cases'),
    ))
      await load(reordered(chains), other)
    await demand({ ...figuresOf(stations), stations }, other, id)
    await demand()
  }, 300_000)
})

const hundredths = (decimal: string) => {
  const [whole = '0', fraction = ''] = decimal.split('.')
  return BigInt(whole + fraction.padEnd(2, '0').slice(0, 2))
}
/** The same fact recorded anew; a group's session numbers are given back by a voiding. */
const withoutId = ({ body }: Request, _: string) => {
  const { id: __, ...facts } = body as { id: string }
  return facts
}
