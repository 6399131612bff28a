import type pg from 'pg'
import type { Follower, TableName } from './follower.ts'

/** The table that is built beside the one that serves. */
export const twin: TableName = (table) => `${table}__next`

/** Makes an empty twin of every table, with its columns, defaults, constraints and indexes. */
export const createTwins = async (client: pg.ClientBase, tables: Follower['tables']) => {
  for (const table of tables.map(plainName)) {
    await client.query(`drop table if exists ${twin(table)}`)
    await client.query(`create table ${twin(table)} (like ${table} including all)`)
  }
}

export const dropTwins = async (client: pg.ClientBase, tables: Follower['tables']) => {
  for (const table of tables.map(plainName)) await client.query(`drop table if exists ${twin(table)}`)
}

/**
 * Puts the twins in the place of their tables: same names, same names of indexes, same rights. Readers wait for it, half
 * a second at most, and never find a table missing; it fails with 55P03 where a reader takes longer. Policies, triggers
 * and views on a table are not carried over.
 */
export const swapTwins = async (client: pg.ClientBase, tables: Follower['tables']) => {
  // Shorter than PostgreSQL's deadlock_timeout, so that a reader in the way is never the one that is cancelled.
  await client.query(`set local lock_timeout = '500ms'`)
  for (const table of tables.map(plainName)) {
    const grants = await grantsOf(client, table)
    const names = await indexNames(client, table)
    await client.query(`drop table ${table}`)
    await client.query(`alter table ${twin(table)} rename to ${table.slice(table.indexOf('.') + 1)}`)
    const schema = table.slice(0, table.indexOf('.'))
    for (const { was, becomes } of names) await client.query(`alter index ${schema}.${was} rename to ${becomes}`)
    for (const { privilege, grantee, option } of grants)
      await client.query(`grant ${privilege} on ${table} to ${grantee}${option ? ' with grant option' : ''}`)
  }
}

const grantsOf = async (client: pg.ClientBase, table: string) => {
  const { rows } = await client.query<{ privilege: string; grantee: string; option: boolean }>(
    `select a.privilege_type as privilege, a.is_grantable as option,
       case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end as grantee
     from pg_class c, aclexplode(c.relacl) a where c.oid = $1::regclass and a.grantee <> c.relowner`,
    [table],
  )
  return rows
}

/** PostgreSQL names the indexes of a twin itself; each gets the name of the one that is defined alike. */
const indexNames = async (client: pg.ClientBase, table: string) => {
  const { rows } = await client.query<{ was: string; becomes: string }>(
    `with indexes as (
       select i.indrelid, quote_ident(c.relname) as name, d.shape,
         row_number() over (partition by i.indrelid, d.shape order by c.relname) as nth
       from pg_index i
       join pg_class c on c.oid = i.indexrelid,
       lateral (select i.indisprimary::text || regexp_replace(pg_get_indexdef(i.indexrelid), ' INDEX .* ON \\S+ ', ' ')) d(shape)
       where i.indrelid in ($1::regclass, $2::regclass))
     select n.name as was, o.name as becomes
     from indexes n join indexes o on o.shape = n.shape and o.nth = n.nth
     where n.indrelid = $2::regclass and o.indrelid = $1::regclass`,
    [table, twin(table)],
  )
  return rows
}

const plainName = (table: string) => {
  // PostgreSQL would cut a longer name, and with it the difference between a table and its twin.
  if (/^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]{0,50}$/.test(table)) return table
  throw new Error(`A table that is filled from a log is named schema.table, in lower case, not "${table}".`)
}
