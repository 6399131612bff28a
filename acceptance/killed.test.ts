import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, test } from '@jest/globals'
import { alar } from '../scripts/demo/alar.ts'
import { figuresOf } from '../scripts/demo/figures.ts'
import { aFolder, cleanUp, launch, postmasterOf, query, readyIn, type Launched, type Ready } from './launch.fixture.ts'

afterAll(cleanUp, 60_000)

/** A load takes a minute on a quiet machine of two cores; what is answered again after a kill comes on top. */
const patience = 600_000

/** Enough of the demonstration to be killed in the middle of. */
const stations = 5
const { figures, nationalLicenceRate } = figuresOf(stations)
const start = (dir: string) => launch(dir, '--stations', String(stations))

describe('the demonstration, whose load is killed three times', () => {
  const dir = aFolder()
  let product: Launched
  let ready: Ready

  test(
    'goes on after the product was killed',
    async () => {
      product = start(dir)
      await product.says(/cases: \d{3,}\//, patience)
      product.signal('SIGKILL')
      expect((await product.ended()).signal).toBe('SIGKILL')
      expect(readyIn(dir)).toBeUndefined()
    },
    patience,
  )

  test(
    'goes on after PostgreSQL was killed under the product, which says so and ends',
    async () => {
      product = start(dir)
      await product.says(/groups: \d{3,}\//, patience)
      process.kill(postmasterOf(dir)!.pid, 'SIGKILL')
      expect((await product.ended()).code).toBe(1)
      expect(product.said()).toMatch(/PostgreSQL has ended \(SIGKILL\)\. What was answered is kept: start again/)
      expect(product.said()).not.toMatch('    at ')
      expect(readyIn(dir)).toBeUndefined()
    },
    patience,
  )

  test(
    'goes on after both were killed at once',
    async () => {
      product = start(dir)
      await product.says(/volunteers: \d{4,}\//, patience)
      process.kill(postmasterOf(dir)!.pid, 'SIGKILL')
      product.signal('SIGKILL')
      expect((await product.ended()).signal).toBe('SIGKILL')
    },
    patience,
  )

  test(
    'is whole in the end, and its keys are for its owner only',
    async () => {
      product = start(dir)
      ready = await product.ready(patience)
      expect(statSync(join(dir, 'ready.json')).mode & 0o777).toBe(0o600)
      expect([ready.pid, ready.demo.agreementId]).toEqual([product.pid, expect.stringMatching(/^agr_/)])
    },
    patience,
  )

  test('gives exactly the figures of these stations', async () => {
    const rows: { indicator: string; dimensions: Record<string, string>; value: string }[] = []
    for (const report of reports)
      rows.push(...(await get(ready, `/v1/reports/${report}?agreementId=${ready.demo.agreementId}`, 'funder')).data)
    const totals = rows.filter(({ dimensions }) => Object.keys(dimensions).length === 0)
    expect(Object.fromEntries(totals.map(({ indicator, value }) => [indicator, value]))).toEqual(figures)
    expect(rows.find(({ dimensions }) => dimensions['scope'] === 'national')!.value).toBe(nationalLicenceRate)
  }, 60_000)

  test('holds every request once: as many events as a load that nobody disturbs, in streams without gaps', async () => {
    const requests = alar(ready.demo.agreementId!, { stations }).flatMap(({ chains }) => chains.flat())
    for (const [database, kinds] of Object.entries(recordedBy)) {
      const sent = requests.filter(({ path }) => kinds.includes(path.split('/')[2]!)).length
      const [found] = await query(
        dir,
        database,
        `select count(*)::int as events, count(distinct id)::int as ids,
                count(distinct meta ->> 'commandId')::int as commands, (select count(*)::int from es.commands) as known,
                (select count(*)::int from (
                   select from es.events group by stream
                   having min(revision) <> 0 or max(revision) <> count(*) - 1 or count(distinct revision) <> count(*)
                 ) broken) as broken
         from es.events where stream not like 'agreement-%'`,
      )
      const agreements = database === 'wushe_reporting' ? 3 : 0 // Drafted, signed, activated.
      const once = { events: sent, ids: sent, commands: sent, known: sent + agreements, broken: 0 }
      expect([database, found]).toEqual([database, once])
    }
    expect(await query(dir, 'wushe_access', 'select count(*)::int as events from es.events')).toEqual([{ events: 6 }])
  }, 60_000)

  test('lists every thing once', async () => {
    const things = {
      cases: figures['IND-C1'],
      groups: figures['IND-G1'],
      activities: figures['IND-A1'],
      volunteers: figures['IND-V1'],
      subjects: figures['IND-P1'],
      providers: figures['IND-R1'],
    }
    for (const [list, count] of Object.entries(things)) {
      const ids: string[] = []
      for (let cursor = ''; ;) {
        const page = await get(ready, `/v1/${list}?limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
        ids.push(...page.data.map(({ id }: { id: string }) => id))
        if (!(cursor = page.nextCursor)) break
      }
      expect([list, ids.length, new Set(ids).size]).toEqual([list, Number(count), Number(count)])
    }
  }, 60_000)

  test('is shown by the four lines that start prints, as they are pasted', async () => {
    const lines = product.said().match(/^ +curl .*$/gm)!
    expect(lines).toHaveLength(4)
    const answers: any[] = []
    for (const line of lines) {
      const { stdout, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' })
      expect(stderr).toBe('')
      answers.push(JSON.parse(stdout))
      await pause(1000) // As one pastes them, one after the other.
    }
    const [recorded, readBack, report, facts] = answers
    expect(recorded.data).toMatchObject({ title: '防溺水讲座', status: 'planned' })
    expect(readBack.data).toEqual([recorded.data])
    expect(report.data).toContainEqual(
      expect.objectContaining({ indicator: 'IND-C1', dimensions: {}, value: figures['IND-C1'] }),
    )
    expect([facts.count, facts.data.length, facts.total]).toEqual([Number(figures['IND-C1']), 3, figures['IND-C1']])
  }, 60_000)

  test('stops whole, and is there again within seconds', async () => {
    product.signal('SIGTERM')
    expect((await product.ended()).code).toBe(0)
    expect([readyIn(dir), postmasterOf(dir)]).toEqual([undefined, undefined])
    const began = performance.now()
    product = start(dir)
    expect((await product.ready()).demo).toEqual(ready.demo)
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(product.said()).not.toMatch('Loading')
    product.signal('SIGTERM')
    await product.ended()
  }, 60_000)
})

const reports = ['service-statistics', 'volunteer-statistics', 'resource-statistics', 'licence-rate', 'coverage']

const recordedBy: Record<string, string[]> = {
  wushe_case: ['subjects', 'concerns', 'cases', 'groups', 'activities'],
  wushe_volunteer: ['stations', 'practitioners', 'volunteers'],
  wushe_resources: ['providers', 'offers'],
  wushe_reporting: ['projects'],
}

const get = async ({ url, keys }: Ready, path: string, as: keyof Ready['keys'] = 'contractor'): Promise<any> =>
  (await fetch(url + path, { headers: { authorization: `Bearer ${keys[as]}`, 'accept-language': 'en' } })).json()
