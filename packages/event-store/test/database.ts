import { randomBytes } from 'node:crypto'
import { Client, Pool } from 'pg'
import { applySchema, postgresEventStore, type PostgresOptions } from '../src/index.ts'

export type Database = Awaited<ReturnType<typeof newDatabase>>

/** A database with an event log, a role for its service, and a connection of its owner. */
export const newDatabase = async ({ horizon }: { horizon?: 'snapshot' | 'writers' } = {}) => {
  const name = `es_${randomBytes(6).toString('hex')}`
  const server = await connect(adminUrl())
  await server.query(`create role ${name} login password 'test'`)
  await server.query(`create database ${name}`)
  const ownerUrl = urlOf({ pathname: name })
  const serviceUrl = urlOf({ pathname: name, username: name, password: 'test' })
  const owner = await connect(ownerUrl)
  await applySchema(owner, { role: name, ...(horizon && { horizon }) })
  const pools: Pool[] = []

  return {
    name,
    owner,
    ownerUrl,
    serviceUrl,
    /** A store as the service opens it, with a pool of its own. */
    store: (options: Partial<PostgresOptions> & { timezone?: string } = {}) => {
      const { timezone = 'UTC', ...rest } = options
      const pool = new Pool({ connectionString: serviceUrl, max: 6, options: `-c timezone=${timezone}` })
      pools.push(pool)
      return postgresEventStore({ pool, listenUrl: serviceUrl, ...rest })
    },
    pool: () => pools.at(-1)!,
    /** Ends every connection but the owner's. */
    cut: async () => {
      await server.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = $1', [
        name,
      ])
    },
    drop: async () => {
      await Promise.all(pools.map((pool) => pool.end()))
      await owner.end()
      await server.query(`drop database ${name} with (force)`)
      await server.query(`drop role ${name}`)
      await server.end()
    },
  }
}

export const connect = async (url: string) => {
  const client = new Client(url)
  client.on('error', () => {})
  await client.connect()
  return client
}

export const adminUrl = () => {
  const url = process.env['WUSHE_TEST_POSTGRES']
  if (!url) throw new Error('Run these tests through jest, or set WUSHE_TEST_POSTGRES to the address of a superuser.')
  return url
}

const urlOf = (parts: { pathname: string; username?: string; password?: string }) =>
  Object.assign(new URL(adminUrl()), parts).href
