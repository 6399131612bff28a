import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { storyteller } from './telling.fixture.ts'
import { openLedger, reports, type Ledger } from './ledger.fixture.ts'
import { stories } from './stories.fixture.ts'

let ledger: Ledger
beforeAll(async () => {
  ledger = await openLedger()
})
afterAll(() => ledger.close())

const everyReport = async (query: object) =>
  Promise.all(reports.map((report) => ledger.report(report, { groupBy: 'station', ...query })))

const hundredths = (decimals: string[]) => decimals.reduce((sum, one) => sum + Math.round(Number(one) * 100), 0)

test('the contributions of the facts behind a figure add up to it, page by page', async () => {
  await fc.assert(
    fc.asyncProperty(stories, fc.integer({ min: 1, max: 40 }), async (story, limit) => {
      await ledger.forget()
      await ledger.learn(storyteller()(story))
      await ledger.project()
      for (const { data, asOf } of await everyReport({ from: '2023-02-10', to: '2023-11-20' }))
        for (const { indicator, dimensions, value, links } of data) {
          const facts = await ledger.facts(links.facts, limit)
          const sum = hundredths(facts.data.map(({ contribution }) => contribution)) / 100
          const different = new Set(facts.data.map(({ factId, eventId }) => `${factId} ${eventId}`)).size
          expect({ indicator, dimensions, sum, different, ...facts, data: [] }).toEqual({
            ...{ indicator, dimensions, sum: Number(value), different: facts.data.length },
            ...{ total: value, count: facts.data.length, asOf, data: [] },
            ...(facts.nextCursor && { nextCursor: facts.nextCursor }),
          })
        }
    }),
    { numRuns: 8 },
  )
}, 120_000)

test('what was answered at a moment is answered for that moment for ever', async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      await ledger.forget()
      await ledger.learn(storyteller()(story))
      const answers: Awaited<ReturnType<typeof everyReport>>[] = []
      for (let seen = 0; seen < story.length; seen += 10) {
        await ledger.project({ most: 10 })
        answers.push(await everyReport({}))
      }
      for (const then of answers) expect(await everyReport({ asOf: then[0]!.asOf })).toEqual(then)
    }),
    { numRuns: 8 },
  )
}, 120_000)

test('however the events are cut into batches, and whatever is delivered again, the facts are the same', async () => {
  const table = async () =>
    (await ledger.pool.query('select to_jsonb(f) as row from reporting.facts f order by fact, kind, event_id')).rows
  await fc.assert(
    fc.asyncProperty(stories, fc.integer({ min: 1, max: 9 }), fc.nat(60), async (story, batch, most) => {
      await ledger.forget()
      await ledger.learn(storyteller()(story))
      await ledger.project()
      const once = await table()
      await ledger.rewind()
      await ledger.project()
      expect(await table()).toEqual(once)

      await ledger.rewind()
      await ledger.pool.query('truncate reporting.facts')
      await ledger.project({ batch, most })
      await ledger.rewind()
      await ledger.project({ batch })
      expect(await table()).toEqual(once)
    }),
    { numRuns: 15 },
  )
}, 120_000)
