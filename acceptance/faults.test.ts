import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { kafkaMissing } from '@wushe/testkit/kafka'
import { faults } from '../faults/faults.ts'
import { surviveOnce } from '../faults/run.ts'
import { startUnderTest, type UnderTest } from '../faults/under-test.ts'

/** `scripts/faults --rounds 20` does the same many times, and each fault on a product of its own. */
const missing = await kafkaMissing()
const title = missing
  ? `services apart (not run: ${missing})`
  : 'services apart, two processes of each, while requests come in'

const possible = faults.filter(({ impossible }) => !impossible?.())
let under: UnderTest

;(missing ? describe.skip : describe)(title, () => {
  beforeAll(async () => {
    under = await startUnderTest(Object.assign({}, ...possible.map(({ world }) => world)) as object)
  }, 120_000)
  afterAll(() => under?.end(), 60_000)

  for (const fault of possible)
    test(`lose, double and misorder nothing: ${fault.says}`, async () => {
      const { events } = await surviveOnce(under, fault, 0)
      expect(events).toBeGreaterThan(500)
    }, 240_000)

  for (const { says, impossible } of faults.filter((fault) => fault.impossible?.()))
    test.skip(`lose nothing: ${says} (not run: ${impossible!()})`, () => {})
})
