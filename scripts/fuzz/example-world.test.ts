import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { boot } from '@wushe/testkit'
import { services } from '../all-services.ts'
import { exampleWorld } from './example-world.ts'

/** What the reference shows as answers. After a change that is meant: UPDATE_GOLDEN=1, and then npm run contracts. */
const goldenFile = join(import.meta.dirname, '../../contracts/golden/answers.json')

test('the examples of the contract tell one story, which the product takes and answers as the reference shows', async () => {
  const product = await boot(services)
  const { refused, answers } = await exampleWorld(product.url, product.operator.key)
  await product.stop()
  expect(refused).toEqual([])
  const shown = Object.fromEntries(
    Object.entries(answers)
      .sort()
      .filter(([, { data }]) => data?.length !== 0)
      .map(([operation, { data, ...rest }]) => [
        operation,
        eachTheSame({ data: Array.isArray(data) ? data.slice(0, 2) : data, ...rest }),
      ]),
  )
  if (process.env['UPDATE_GOLDEN']) writeFileSync(goldenFile, `${JSON.stringify(shown, null, 1)}\n`)
  expect(shown).toEqual(JSON.parse(readFileSync(goldenFile, 'utf8')))
}, 120_000)

/** Without what differs in every run: times, places in a log, salted hashes, secrets, and ids that a command made. */
const eachTheSame = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer), (name, value: unknown) => {
    if (typeof value !== 'string') return value
    if (name === 'leafHash') return `sha256:${'0'.repeat(64)}`
    if (name === 'expiresOn') return '2027-03-01'
    if (name === 'reviewDueOn') return '2026-03-09'
    if (name === 'hash') return '0'.repeat(64)
    if (name === 'secret' || name === 'hint') return 'wsk_…'
    return value
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d(:|%3A)\d\d(:|%3A)\d\d\.\d{3,6}Z/g, '2026-03-02T04$100$200.000Z')
      .replaceAll(/\b([a-z]{2}):[0-9a-f]{16}\b/g, '$1:0000000000000042')
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '019364f0-c8a5-7f0e-9c1d-2b3a4f5e6d7c')
      .replaceAll(/\b(key|req)_\w{26,32}/g, '$1_01h455vb4pex5vsknk084sn001')
      .replaceAll(/\bc1\.[\w.-]+/g, 'c1.…')
  })
