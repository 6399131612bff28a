import { randomBytes } from 'node:crypto'
import { Client } from 'pg'

export type TestDatabase = {
  /** To clone it from: `testDatabase('case', { template: migrated.name })`, when nobody is connected to it. */
  name: string
  /** As the superuser. */
  url: string
  /** Throws out whoever is still connected. */
  drop(): Promise<void>
}

/** A fresh database on the PostgreSQL of this test run. `name` only makes it recognisable among others. */
export const testDatabase = async (name = 'test', { template = 'template1' } = {}): Promise<TestDatabase> => {
  const database = `${name}_${randomBytes(6).toString('hex')}`
  await onServer((server) => server.query(`create database ${quoted(database)} template ${quoted(template)}`))
  return {
    name: database,
    url: urlOf(database),
    drop: () => onServer((server) => server.query(`drop database if exists ${quoted(database)} with (force)`)),
  }
}

const onServer = async (work: (server: Client) => Promise<unknown>) => {
  const server = new Client({ connectionString: serverUrl() })
  await server.connect()
  try {
    await work(server)
  } finally {
    await server.end()
  }
}

const urlOf = (database: string) => {
  const url = new URL(serverUrl())
  url.pathname = `/${encodeURIComponent(database)}`
  return url.href
}

/** jest-setup.ts puts it there. */
const serverUrl = () => {
  const url = process.env['WUSHE_TEST_POSTGRES']
  if (url) return url
  throw new Error(
    'No PostgreSQL for this test: run it through jest, or set WUSHE_TEST_POSTGRES to a superuser’s address',
  )
}

const quoted = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`
