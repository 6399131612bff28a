import { expect, test } from '@jest/globals'
import { Pool } from 'pg'
import { newDatabase } from '../../test/database.ts'
import { collect } from '../../test/examples.ts'
import { postgresEventStore } from './store.ts'

test('failure mode 13: a hundred thousand events are read along their indexes and never sorted, with statistics and before there are any', async () => {
  const { owner, serviceUrl, drop } = await newDatabase()
  await owner.query('alter table es.events set (autovacuum_enabled = false)')
  await owner.query(
    `insert into es.events
       select i, 'case-' || i / 10, i % 10, gen_random_uuid(), now(), 'CaseOpened', 1, '{}', null, '{}', ''
         from generate_series(10, 100009) i`,
  )
  const pool = new Pool({ connectionString: serviceUrl, max: 1 })
  const store = postgresEventStore({ pool })
  const open = { categories: ['case'] }
  expect((await store.log.page('start', { limit: 500 })).events).toHaveLength(500)
  expect((await store.log.page('start', { limit: 500, filter: open })).events).toHaveLength(500)
  expect(await collect(store.read('case-7'))).toHaveLength(10)
  const together = await Promise.all(['case-8', 'case-9'].map((stream) => collect(store.read(stream))))
  expect(together.map(({ length }) => length)).toEqual([10, 10])

  const plan = async (statement: string) => {
    await pool.query('set plan_cache_mode = force_generic_plan')
    const { rows } = await pool.query(`explain (costs off) execute ${statement}`)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  }
  const neverSorted = [
    `"es.page_500"(null, 0)`,
    `"es.filtered_500"(null, 0, null, '{case}')`,
    `"es.read"('case-7', 0, 500)`,
  ]
  const manyStreams = `"es.read_many"('{case-8,case-9}', '{0,0}', '{500,500}')`
  for (const statistics of [false, true]) {
    if (statistics) await owner.query('analyze es.events')
    for (const statement of [...neverSorted, manyStreams]) {
      expect(await plan(statement)).toMatch(/Index (Only )?Scan using events_/)
      expect(await plan(statement)).not.toMatch(/Seq Scan on events|Bitmap|^\s*(->)?\s*Sort$/m)
    }
    for (const statement of neverSorted) expect(await plan(statement)).not.toMatch(/Sort/)
  }
  await store.close()
  await pool.end()
  await drop()
})
