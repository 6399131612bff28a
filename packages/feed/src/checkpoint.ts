import { setTimeout as sleep } from 'node:timers/promises'
import type { Position } from '@wushe/event-store'
import type pg from 'pg'
import type { Fault } from './fault.ts'
import { reaches, type Place } from './position.ts'
import { say } from './session.ts'
import { inTransaction, type Query } from './transaction.ts'

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
export const claim = (
  pool: pg.Pool,
  { name, revision, rebuilt }: { name: string; revision: number; rebuilt: boolean },
  owner: string,
): Promise<Claim> =>
  inTransaction(
    pool,
    [
      { text: `select pg_advisory_xact_lock(hashtextextended('feed claim ' || $1, 0))`, values: [name] },
      { text: 'select version from es.checkpoints where name = $1 order by version desc', values: [name] },
    ],
    async (client, [, found]) => {
      const there = (found!.rows[0] as { version: number } | undefined)?.version
      if (there !== undefined && there > revision) return { kind: 'newer', revision: there }
      if (there !== undefined && there < revision && rebuilt) return { kind: 'older' }
      await client.query('delete from es.checkpoints where name = $1 and version < $2', [name, revision])
      const { rows } = await client.query<{ epoch: string; position: Place }>(
        `insert into es.checkpoints as c (name, version, position, epoch, owner, at)
         values ($1, $2, 'start', ${firstEpoch}, $3, now())
         on conflict (name, version) do update set epoch = c.epoch + 1, owner = excluded.owner, at = excluded.at
         returning epoch, position`,
        [name, revision, owner],
      )
      const { epoch, position } = rows[0]!
      return { kind: 'ours', cursor: { name, version: revision, epoch, stored: position, read: position } }
    },
  )

/** A row that is deleted and made again must not have an epoch that somebody still holds. */
export const firstEpoch = `(extract(epoch from clock_timestamp()) * 1000000)::bigint`

/** To be the first statement of a transaction; it changes one row, or the row is no longer where we left it. */
export const move = ({ name, version, epoch, stored }: Cursor, to: Place): Query => ({
  name: 'feed move',
  text: `update es.checkpoints set position = $5, at = now(), status = 'running', error = null
         where name = $1 and version = $2 and epoch = $3 and position = $4`,
  values: [name, version, epoch, stored, to],
})

/** Keeps how far the log was read. A crash may lose it, which costs reading again. */
export const save = async (pool: pg.Pool, cursor: Cursor) => {
  const to = cursor.read
  const moved = await inTransaction(pool, [notWaitingForDisk, move(cursor, to)], async (_, [, moved]) => moved!.rowCount)
  if (moved === 1) cursor.stored = to
  else await lookAgain(pool, cursor)
}

export const notWaitingForDisk: Query = { text: 'set local synchronous_commit = off' }

/** After the row was not where we left it: it was moved by a commit whose answer was lost, or by a rebuild. */
export const lookAgain = async (pool: pg.Pool, cursor: Cursor) => {
  const { rows } = await pool.query<{ position: Place }>(
    'select position from es.checkpoints where name = $1 and version = $2 and epoch = $3',
    [cursor.name, cursor.version, cursor.epoch],
  )
  if (!rows[0]) throw new Fenced(`Another process follows as ${cursor.name} now.`)
  cursor.stored = cursor.read = rows[0].position
}

export const markStopped = ({ name, version, epoch }: Cursor, fault: Fault): Query => ({
  text: `update es.checkpoints set status = 'stopped', error = $4, at = now()
         where name = $1 and version = $2 and epoch = $3`,
  values: [name, version, epoch, JSON.stringify(fault)],
})

/**
 * Resolves true as soon as the follower, in whichever process it runs, has seen everything up to the position; false
 * after `ms` milliseconds, and at once when it has stopped. Throws ForeignPosition.
 */
export const waitForCheckpoint = async (pool: pg.Pool, name: string, position: Position, ms: number) => {
  const until = Date.now() + ms
  for (let looks = 0; ; looks++) {
    const { rows } = await pool.query<{ position: Place; status: string }>(
      'select position, status from es.checkpoints where name = $1 order by version desc limit 1',
      [name],
    )
    if (rows[0] && reaches(rows[0].position, position)) return true
    if (rows[0]?.status === 'stopped' || Date.now() >= until) return false
    // Followers keep their place at leisure while there is nothing for them, unless somebody waits.
    if (looks % 25 === 0) await say(pool, 'wanted', name)
    await sleep(20)
  }
}

/** The checkpoint was taken over: whoever gets this must stop. */
export class Fenced extends Error {
  override name = 'Fenced'
}
