import { applySchema, postgresEventStore, type EventStore } from '@wushe/event-store'
import { Client, Pool } from 'pg'
import type { Bench } from './measure.ts'

/** A log of ours, and beside it `raw.events`: the same columns and the same indexes, and nothing else. */
export const openLog = async (bench: Bench, name = 'log') => {
  const role = { user: 'bench', password: 'bench' }
  const ownerUrl = bench.postgres.url(name)
  await as(bench.postgres.url(), async (server) => {
    const { rowCount } = await server.query(`select from pg_roles where rolname = 'bench'`)
    if (rowCount === 0) await server.query(`create role bench login password 'bench'`)
    await server.query(`create database ${name}`)
  })
  await as(ownerUrl, async (owner) => {
    await applySchema(owner, { role: role.user })
    await owner.query(`
      grant create on database ${name} to bench;
      create schema raw authorization bench;
      create table raw.events (like es.events including defaults including indexes);
      alter table raw.events owner to bench`)
  })
  const url = bench.postgres.url(name, role)
  const pool = (max: number, options: object = {}) => {
    const opened = new Pool({ connectionString: url, max, ...options })
    opened.on('error', () => {})
    bench.atEnd(() => opened.end())
    return opened
  }
  /** As the host opens it. */
  const open = (): { store: EventStore; pool: Pool } => {
    const own = pool(4, { pipeline: true })
    const store = postgresEventStore({ pool: own })
    bench.atEnd(() => store.close())
    return { store, pool: own }
  }
  return { url, ownerUrl, pool, open }
}

/** A database for somebody else's tables. */
export const openDatabase = async (bench: Bench, name: string): Promise<string> => {
  await as(bench.postgres.url(), (server) => server.query(`create database ${name}`))
  return bench.postgres.url(name)
}

/** Fails rather than let a figure stand that was not paid for with waiting for the disk. */
export const demandDurable = (url: string) =>
  as(url, async (client) => {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      const { rows } = await client.query<Record<string, string>>(`show ${setting}`)
      if (rows[0]![setting] !== 'on') throw new Error(`PostgreSQL runs with ${setting} = ${rows[0]![setting]}.`)
    }
  })

export const as = async <T>(url: string, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
