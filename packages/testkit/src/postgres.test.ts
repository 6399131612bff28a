import { afterAll, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { testDatabase, type TestDatabase } from './postgres.ts'

const made: TestDatabase[] = []
afterAll(() => Promise.all(made.map((database) => database.drop())))

const query = async (url: string, sql: string) => {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}

test('every test database is empty and its own', async () => {
  const [one, two] = await Promise.all([testDatabase(), testDatabase()])
  made.push(one, two)
  await query(one.url, 'create table only_here ()')
  expect(await query(two.url, `select to_regclass('only_here') as found`)).toEqual([{ found: null }])
})

test('a database made from a template holds what the template holds', async () => {
  const migrated = await testDatabase('migrated')
  await query(migrated.url, 'create table facts as select 42 as answer')
  const copy = await testDatabase('copy', { template: migrated.name })
  made.push(migrated, copy)
  expect(await query(copy.url, 'select * from facts')).toEqual([{ answer: 42 }])
})

test('a database can be dropped while somebody is connected', async () => {
  const database = await testDatabase()
  const client = new Client({ connectionString: database.url })
  const thrownOut = new Promise((resolve) => client.on('error', resolve))
  await client.connect()
  await database.drop()
  await thrownOut
  await expect(query(database.url, 'select 1')).rejects.toThrow(/does not exist/)
})
