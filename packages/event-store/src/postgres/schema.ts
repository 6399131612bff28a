import { readFileSync } from 'node:fs'
import { escapeIdentifier, type ClientBase, type Pool } from 'pg'
import { ClusterBehindLog, NewerSchema } from '../event-store.ts'
import { positions } from '../position.ts'

/**
 * Creates the schema `es` or brings it up to date, in one transaction. Run it with the rights of the database's owner, who
 * will own the log; `role` is the service, which may then read the tables, call the functions and keep checkpoints.
 *
 * With `horizon: 'writers'` a long transaction elsewhere in the cluster does not hold up readers who ask for that horizon;
 * appends pay a lock for it. Change it only while no service runs. NewerSchema when the data is of a newer version.
 */
export const applySchema = async (
  client: ClientBase,
  { role, horizon }: { role: string; horizon?: 'snapshot' | 'writers' },
): Promise<void> => {
  await client.query('begin')
  try {
    await client.query(`select pg_advisory_xact_lock(hashtextextended('es.schema', 0))`)
    const version = await versionOf(client)
    if (version > steps.length)
      throw new NewerSchema(`The event log is of version ${version}; this software knows up to ${steps.length}.`)
    for (const files of steps.slice(version)) for (const file of files) await client.query(sqlOf(file))
    if (version === 0) await client.query('insert into es.meta (schema_version) values ($1)', [steps.length])
    else if (version < steps.length) await client.query('update es.meta set schema_version = $1', [steps.length])
    if (horizon) await client.query('update es.meta set isolated = $1 where isolated <> $1', [horizon === 'writers'])
    await client.query(grants(escapeIdentifier(role)))
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

/**
 * Refuses with ClusterBehindLog when the data was restored into a cluster whose transaction counter is behind it: new
 * events would come before old ones, and readers would not see the old ones.
 */
export const checkCluster = async (client: Pick<Pool, 'query'>): Promise<void> => {
  const { rows } = await client.query<{ last: string | null; behind: boolean }>(
    `select position::text as last, coalesce(position >= ${nextPlace}, false) as behind
       from es.meta left join lateral (select e.position from es.events e order by e.position desc limit 1) e on true`,
  )
  if (rows[0]?.behind)
    throw new ClusterBehindLog(
      `The event log reaches to ${positions('pg').at(BigInt(rows[0].last!))}, which this cluster's transaction counter has ` +
        'yet to reach: the data comes from another cluster. Repair it before anything is appended.',
    )
}

/** Makes the positions of a restored log go on after its last event. Needs the rights of the owner; repeating it is harmless. */
export const repair = async (client: ClientBase): Promise<void> => {
  await client.query('begin')
  try {
    await client.query('lock table es.events in share row exclusive mode')
    await client.query(
      `update es.meta set xid_offset = xid_offset + (last >> 20) - (${nextPlace} >> 20) + 1
         from (select max(position) as last from es.events) e where last >= ${nextPlace}`,
    )
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

/** For each version of the schema, the files that lead to it from the one before. */
const steps: readonly (readonly string[])[] = [['tables.sql', 'functions.sql']]

/** The place from which on this cluster's next transactions write. */
const nextPlace = `((pg_snapshot_xmax(pg_current_snapshot())::text::bigint + xid_offset) << 20)`

const versionOf = async (client: ClientBase): Promise<number> => {
  const { rows } = await client.query<{ there: boolean }>(`select to_regclass('es.meta') is not null as there`)
  if (!rows[0]!.there) return 0
  return (await client.query<{ schema_version: number }>('select schema_version from es.meta')).rows[0]!.schema_version
}

const sqlOf = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')

const grants = (role: string) => `
  revoke all on schema es from public;
  revoke all on all tables in schema es from public, ${role};
  revoke all on all functions in schema es from public, ${role};
  grant usage on schema es to ${role};
  grant select on es.meta, es.streams, es.events, es.commands to ${role};
  grant select, insert, update, delete on es.checkpoints, es.parked to ${role};
  grant execute on function es.append, es.append_one, es.append_many, es.settle, es.writers_horizon to ${role};
`
