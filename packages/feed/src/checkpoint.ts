import type pg from 'pg'
import { Fenced, type Fault } from './fault.ts'
import type { Follower } from './follower.ts'
import type { Place } from './position.ts'
import { ask, inTransaction, prepared, type Query } from './transaction.ts'

/** Our hold on a row of es.checkpoints. The row moves only for who knows its epoch and where it stands. */
export type Cursor = {
  readonly name: string
  readonly version: number
  readonly epoch: string
  /** Where the row stands. */
  stored: Place
  /** How far the log was read; beyond `stored` there was nothing for us. */
  read: Place
}

export type Claim =
  | { kind: 'ours'; cursor: Cursor }
  /** What is there was made by an older revision, and is to be built anew. */
  | { kind: 'older' }
  /** A newer revision serves already. */
  | { kind: 'newer'; revision: number }

/** Takes the row over from whoever had it, who is fenced from now on. Makes it when there is none. */
export const claim = (pool: pg.Pool, follower: Follower, owner: string): Promise<Claim> => {
  const { name, revision, tables, startsOver } = follower
  const opening = [
    { text: `select pg_advisory_xact_lock(hashtextextended('feed claim ' || $1, 0))`, values: [name] },
    { text: 'select version from es.checkpoints where name = $1 order by version desc', values: [name] },
  ]
  return inTransaction(pool, opening, async (client, [, found]): Promise<Claim> => {
    const there = (found!.rows[0] as { version: number } | undefined)?.version
    if (there !== undefined && there > revision) return { kind: 'newer', revision: there }
    if (there !== undefined && there < revision && tables.length > 0) return { kind: 'older' }
    await client.query('delete from es.checkpoints where name = $1 and version < $2', [name, revision])
    const { rows } = await client.query<{ epoch: string; position: Place }>(
      `insert into es.checkpoints as c (name, version, position, epoch, owner, at)
       values ($1, $2, 'start', ${firstEpoch}, $3, now())
       on conflict (name, version) do update
         set epoch = c.epoch + 1, owner = excluded.owner, at = excluded.at, status = 'running', error = null,
           position = case when $4 then excluded.position else c.position end
       returning epoch, position`,
      [name, revision, owner, (await startsOver?.(client)) ?? false],
    )
    const { epoch, position } = rows[0]!
    return { kind: 'ours', cursor: { name, version: revision, epoch, stored: position, read: position } }
  })
}

/** A row that is deleted and made again must not have an epoch that somebody still holds. */
export const firstEpoch = `(extract(epoch from clock_timestamp()) * 1000000)::bigint`

/** To be the first statement of a transaction; it changes one row, or the row is no longer where we left it. */
export const move = ({ name, version, epoch, stored }: Cursor, to: Place): Query =>
  prepared(
    `update es.checkpoints set position = $5, at = now(), status = 'running', error = null
         where name = $1 and version = $2 and epoch = $3 and position = $4`,
    [name, version, epoch, stored, to],
  )

/** The same for a transaction that does not wait for it: where `move` would change no row, this fails with `notOurs`. */
export const moveOrFail = (cursor: Cursor, to: Place): Query => {
  const { text, values } = move(cursor, to)
  return prepared(`with moved as (${text} returning 1) select 1 / count(*) as once from moved`, values!)
}

/** Division by zero. */
export const notOurs = '22012'

/** Keeps how far the log was read. A crash may lose it, which costs reading again. */
export const save = async (pool: pg.Pool, cursor: Cursor) => {
  const to = cursor.read
  const moved = await inTransaction(pool, [move(cursor, to)], async (_, [moved]) => moved!.rowCount, [
    notWaitingForDisk,
  ])
  if (moved === 1) cursor.stored = to
  else await lookAgain(pool, cursor)
}

export const notWaitingForDisk = 'synchronous_commit = off'

/**
 * What followers send is prepared while their tables are still small, and PostgreSQL keeps the plan: without this it
 * would go on reading whole tables by the time they are large.
 */
export const byIndex = 'enable_seqscan = off'

/** After the row was not where we left it: it was moved by a commit whose answer was lost, or by a rebuild. */
export const lookAgain = async (pool: pg.Pool, cursor: Cursor) => {
  const { rows } = await ask<{ position: Place }>(pool, {
    text: 'select position from es.checkpoints where name = $1 and version = $2 and epoch = $3',
    values: [cursor.name, cursor.version, cursor.epoch],
  })
  if (!rows[0]) throw new Fenced(cursor.name)
  cursor.stored = cursor.read = rows[0].position
}

/** To be the first statement of a transaction that writes without moving; it finds one row, or we are fenced. */
export const held = ({ name, version, epoch }: Cursor): Query => ({
  text: 'select 1 from es.checkpoints where name = $1 and version = $2 and epoch = $3 for update',
  values: [name, version, epoch],
})

export const stopped = ({ name, version, epoch }: Cursor, fault: Fault): Query => ({
  text: `update es.checkpoints set status = 'stopped', error = $4, at = now()
         where name = $1 and version = $2 and epoch = $3`,
  values: [name, version, epoch, JSON.stringify(fault)],
})
