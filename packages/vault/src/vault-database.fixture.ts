import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { applyVaultSchema, openVault, type Box, type Vault } from './index.ts'

export const master = randomBytes(32)
export const tenant = '91350100M000100Y43'
export const event = '0195a3c1-6b00-7000-8000-000000000001'

export const pii = (owner: string, value: unknown = { name: '张小明', idNumber: '11010519491231002X' }) => ({
  name: `pii.${owner}`,
  owner,
  value,
})

export const piiOf = (people: readonly string[]) => people.map((owner) => pii(owner))

/** The boxes of an event, as they are read back. */
export const boxesOf = (sealed: Record<string, Box>) => Object.entries(sealed).map(([name, box]) => ({ name, box }))

/** A pool that keeps what it was asked: the name of each prepared statement, or its text. */
export type Asked = pg.Pool & { asked: string[] }

export type VaultDatabase = {
  /** Connects as the vault does, not as the tables' owner. */
  url: string
  owner: pg.Pool
  /** Two pools that stand for two processes. */
  here: Asked
  there: Asked
  open: (pool: pg.Pool, ttlMs?: number) => Promise<Vault>
  drop: () => Promise<void>
}

/** A database with the vault's schema and a role for the vault, on the PostgreSQL of this test run. */
export const vaultDatabase = async (): Promise<VaultDatabase> => {
  const name = `vault_${randomBytes(6).toString('hex')}`
  await asAdmin(`create database ${name}`, `create role ${name} login password '${name}'`)
  const owner = quiet(new pg.Pool({ connectionString: urlOf(name) }))
  await Promise.all([1, 2, 3].map(() => applyVaultSchema(owner, { grantTo: name })))
  const url = urlOf(name, name)
  const [here, there] = [asking(url), asking(url)]
  const vaults: Vault[] = []
  return {
    url,
    owner,
    here,
    there,
    open: async (pool, ttlMs = 60_000) => {
      const vault = await openVault({ pool, master, cache: { ttlMs } })
      vaults.push(vault)
      return vault
    },
    drop: async () => {
      for (const vault of vaults) vault.close()
      await Promise.all([owner, here, there].map((pool) => pool.end()))
      await asAdmin(`drop database ${name} with (force)`, `drop role ${name}`)
    },
  }
}

const admin = () => {
  const url = process.env.WUSHE_TEST_POSTGRES
  if (!url) throw new Error('WUSHE_TEST_POSTGRES does not name a PostgreSQL to test on.')
  return url
}

const urlOf = (database: string, user?: string) => {
  const url = new URL(admin())
  if (user) url.username = url.password = user
  url.pathname = `/${database}`
  return url.href
}

const asAdmin = async (...statements: string[]) => {
  const client = new pg.Client(admin())
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

const asking = (connectionString: string): Asked => {
  const pool = quiet(new pg.Pool({ connectionString, max: 4 }))
  const asked: string[] = []
  const query = pool.query.bind(pool) as (...args: unknown[]) => unknown
  const kept = (...args: unknown[]) => {
    asked.push((args[0] as { name?: string }).name ?? String(args[0]))
    return query(...args)
  }
  return Object.assign(pool, { asked, query: kept }) as Asked
}

/** The database may be dropped while the last connections are still saying good-bye. */
const quiet = (pool: pg.Pool) => pool.on('error', () => {})
