import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { activation, storyteller, wholeIds } from './telling.fixture.ts'
import { indicators } from './indicator.ts'
import { openLedger, type Ledger } from './ledger.fixture.ts'

let ledger: Ledger
beforeAll(async () => {
  ledger = await openLedger()
})
afterAll(() => ledger.close())
beforeEach(() => ledger.forget())

const named = indicators.map((indicator) => [`${indicator.id} ${indicator.name.en}`, indicator] as const)

describe.each(named)('%s', (_, { id, report, testVectors }) => {
  test.each(testVectors.map((vector) => [vector.rule.en, vector] as const))('%s', async (_, vector) => {
    const { period = { from: '2023-01-01', to: '2023-12-31' }, agreement, given, expect: expected } = vector
    await ledger.learn(storyteller()([activation(agreement), ...given]))
    await ledger.project()

    const { data } = await ledger.report(report, { ...period, groupBy: 'station' })
    const rows = data.filter(({ indicator }) => indicator === id)
    const found = rows.map(({ dimensions, value }) => ({ dimensions, value }))
    for (const { dimensions = {}, value } of expected)
      expect(found).toContainEqual({ dimensions: wholeIds(dimensions), value })
    for (const { value, links } of rows) expect((await ledger.facts(links.facts)).total).toBe(value)
  })
})
