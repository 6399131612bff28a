import { applySchema } from '@wushe/event-store'
import { applyVaultSchema } from '@wushe/vault'
import type { ServiceName } from '@wushe/contracts'
import { Client } from 'pg'

export type Credentials = { vault: string } & Record<ServiceName, string>

/**
 * Makes, as the cluster's owner, what services may not make themselves: a database and a role for each service and for
 * the vault, and the event log, whose tables belong to the owner so that no service can change what is recorded.
 * Repeating it does no harm.
 */
export async function prepareDatabases(adminUrl: string, passwords: Credentials, prefix = 'wushe'): Promise<void> {
  await as(adminUrl, async (admin) => {
    await admin.query('select pg_advisory_lock(7711)')
    for (const [name, password] of Object.entries(passwords)) {
      const role = `${prefix}_${name}`
      const exists = async (text: string) => (await admin.query(text, [role])).rows.length > 0
      const verb = (await exists('select from pg_roles where rolname = $1')) ? 'alter' : 'create'
      await admin.query(`${verb} role ${role} login password ${admin.escapeLiteral(password)}`)
      if (!(await exists('select from pg_database where datname = $1'))) await admin.query(`create database ${role}`)
      // An open transaction of a service would hold up the readers of every log in the cluster.
      await admin.query(`alter role ${role} set idle_in_transaction_session_timeout = '10s'`)
      await admin.query(`alter role ${role} set statement_timeout = '2min'`)
      await admin.query(`revoke connect on database ${role} from public`)
      await admin.query(`grant connect, create on database ${role} to ${role}`)
    }
  })
  for (const name of Object.keys(passwords))
    await as(databaseOf(adminUrl, `${prefix}_${name}`), async (owner) => {
      if (name === 'vault') await applyVaultSchema(owner, { grantTo: `${prefix}_vault` })
      else await applySchema(owner, { role: `${prefix}_${name}` } as never)
    })
}

export const databaseOf = (url: string, database: string, as?: { user: string; password: string }) => {
  const parsed = new URL(url)
  parsed.pathname = `/${database}`
  if (as) Object.assign(parsed, { username: as.user, password: as.password })
  return parsed.href
}

async function as(url: string, work: (client: Client) => Promise<void>) {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
