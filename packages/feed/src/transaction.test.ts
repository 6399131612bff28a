import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type pg from 'pg'
import { openFollowing, type OpenFollowing } from './following.fixture.ts'
import { inFewPieces, type Query } from './transaction.ts'

let f: OpenFollowing
let plain: pg.Pool
beforeAll(async () => {
  f = await openFollowing()
  await f.pool.query('create table t.written (n int)')
  plain = new (f.pool.constructor as typeof pg.Pool)({ connectionString: f.database.url, max: 1 })
})
beforeEach(() => f.pool.query('truncate t.written'))
afterAll(async () => {
  await plain?.end()
  await f?.close()
})

const going = { opening: { text: 'select 1 / 1' }, refusal: '22012' }
const refused = { ...going, opening: { text: 'select 1 / 0' } }
const write: Query = { text: 'insert into t.written values (1)' }
const written = async () => (await f.rows('select n from t.written')).length

test.each([
  ['that pipelines', () => f.pool],
  ['that does not', () => plain],
])('in few pieces, on a connection %s', async (_, pool) => {
  expect(await inFewPieces(pool(), going, async () => [write])).toBe(true)
  expect(await written()).toBe(1)
  // Whoever is refused at the opening has written nothing, whatever was sent meanwhile.
  expect(await inFewPieces(pool(), refused, async () => [write])).toBe(false)
  const asking = async (client: pg.PoolClient) => {
    await client.query('select n from t.written')
    return [write]
  }
  expect(await inFewPieces(pool(), refused, asking)).toBe(false)
  // The same error after the opening is no refusal, but the fault of what was sent.
  await expect(inFewPieces(pool(), going, async () => [write, refused.opening])).rejects.toMatchObject({
    code: '22012',
  })
  const giveUp = () => Promise.reject(new Error('it cannot be told'))
  await expect(inFewPieces(pool(), going, giveUp)).rejects.toThrow('it cannot be told')
  expect(await written()).toBe(1)
})
