import type { EventLog } from '@wushe/event-store'
import type pg from 'pg'
import { firstEpoch, type Cursor } from './checkpoint.ts'
import { Fenced, faultOf, type Fault } from './fault.ts'
import type { Follower } from './follower.ts'
import { patiently } from './patience.ts'
import { reaches, type Place } from './position.ts'
import { say, sessionOf } from './session.ts'
import { ask, inTransaction, type Query } from './transaction.ts'
import { openTurns, type Turns } from './turns.ts'
import { createTwins, dropTwins, swapTwins, twin } from './twin-tables.ts'

/** In events. The total is estimated from how far along the log the building is, and exact at the end. */
export type Progress = { done: number; total: number }

export type RebuildProgress = Progress & {
  state: 'requested' | 'building' | 'done' | 'failed'
  /** RFC 3339. */
  requestedAt: string
  error?: Fault
}

/** Asks the follower of this name, wherever it runs, to build its tables anew while the old ones serve. */
export const requestRebuild = async (pool: pg.Pool, name: string) => {
  const { rowCount } = await pool.query('select 1 from es.checkpoints where name = $1', [name])
  if (!rowCount) throw new UnknownFollower(`Nothing follows as ${name} here.`)
  await pool.query(
    `insert into feed.rebuilds (name, requested_at) values ($1, now())
     on conflict (name) do update
       set requested_at = now(), started_at = null, finished_at = null, done = 0, total = 0, error = null`,
    [name],
  )
  await say(pool, 'rebuild', name)
}

/** How the last rebuild of this name goes; undefined when there was none. */
export const rebuildProgress = async (pool: pg.Pool, name: string): Promise<RebuildProgress | undefined> => {
  const { rows } = await pool.query<{
    state: RebuildProgress['state']
    done: string
    total: string
    at: Date
    error: Fault
  }>(
    `select done, total, requested_at as at, error, case
       when error is not null then 'failed' when finished_at is not null then 'done'
       when started_at is not null then 'building' else 'requested' end as state
     from feed.rebuilds where name = $1`,
    [name],
  )
  if (!rows[0]) return undefined
  const { state, done, total, at, error } = rows[0]
  return { state, done: Number(done), total: Number(total), requestedAt: at.toISOString(), ...(error && { error }) }
}

/** Was a rebuild asked for, or begun by somebody who did not come to its end? */
export const isRebuildDue = async (pool: pg.Pool, name: string) => {
  const { rowCount } = await ask(pool, {
    text: 'select 1 from feed.rebuilds where name = $1 and finished_at is null and error is null',
    values: [name],
  })
  return rowCount === 1
}

export type Building = {
  log: EventLog
  follower: Follower
  pool: pg.Pool
  owner: string
  signal: AbortSignal
  onProgress?: ((progress: Progress) => void) | undefined
  /** The newest revision that it may replace: its own, unless told otherwise. */
  over?: number
}

/**
 * Builds the follower's tables beside those that serve, then puts them in their place, all in one transaction with the
 * checkpoint. Resolves after that, or when the signal aborted; throws what made it impossible, which is kept as the
 * rebuild's error. Called again, it begins anew.
 */
export const rebuild = async (building: Building) => {
  const { pool, follower, signal } = building
  // Followers of different revisions would build into the same tables.
  const lock = await sessionOf(pool).lock(`${follower.name} build`, signal)
  if (!lock) return
  const held = { ...building, signal: AbortSignal.any([signal, lock.lost]) }
  try {
    const cursor = await patiently(held.signal, () => begin(held))
    if (cursor) await build(held, cursor)
  } catch (error) {
    if (!(error instanceof Fenced)) await patiently(held.signal, () => fail(pool, follower, faultOf(error)))
    throw error
  } finally {
    await lock.release()
  }
}

const begin = ({ pool, follower, owner, over = follower.revision }: Building) =>
  inTransaction(pool, [serving(follower.name)], async (client, [rows]): Promise<Cursor> => {
    if (follower.tables.length === 0) throw new Error(`${follower.name} fills no tables that could be built anew.`)
    if (rows!.rows.some(({ version }) => version > over)) throw new Fenced(follower.name)
    const name = twin(follower.name)
    await createTwins(client, follower.tables)
    await client.query('delete from feed.parked where name = $1', [name])
    await client.query('delete from es.checkpoints where name = $1', [name])
    const made = await client.query<{ epoch: string }>(
      `insert into es.checkpoints (name, version, position, epoch, owner, status, at)
       values ($1, $2, 'start', ${firstEpoch}, $3, 'building', now()) returning epoch`,
      [name, follower.revision, owner],
    )
    await client.query(
      `insert into feed.rebuilds as r (name, requested_at, started_at) values ($1, now(), now())
       on conflict (name) do update
         set requested_at = case when r.finished_at is null and r.error is null then r.requested_at else now() end,
           started_at = now(), finished_at = null, done = 0, total = 0, error = null`,
      [follower.name],
    )
    return { name, version: follower.revision, epoch: made.rows[0]!.epoch, stored: 'start', read: 'start' }
  })

const serving = (name: string): Query => ({
  text: 'select version, position from es.checkpoints where name = $1 for update',
  values: [name],
})

const build = async ({ log, follower, pool, signal, onProgress, over }: Building, cursor: Cursor) => {
  const table = (name: string) => (follower.tables.includes(name) ? twin(name) : name)
  const turns = await openTurns({ log, follower, pool, cursor, table })
  const measure = await patiently(signal, () => measureOf(log))
  let done = 0
  let told = 0
  while (measure && !signal.aborted) {
    const turned = await patiently(signal, turns.turn)
    if (!turned) break
    done += turned.applied
    const progress = { done, total: turned.caughtUp ? done : measure(cursor.read, done) }
    if (turned.caughtUp || performance.now() - told > tellEveryMs) {
      told = performance.now()
      onProgress?.(progress)
      await patiently(signal, () => keepProgress(pool, follower, progress))
    }
    if (turned.caughtUp && (await patiently(signal, () => switchOver(turns, follower, cursor, over)))) return
  }
}

const tellEveryMs = 250

/** Estimates the number of events from the share of the log that was read; no more is known of positions. */
const measureOf = async (log: EventLog) => {
  const [first] = (await log.page('start', { limit: 1 })).events
  const head = await log.head()
  return (read: Place, done: number) => {
    if (!first) return done
    const behind = numberIn(read) - numberIn(first.position)
    const whole = numberIn(head) - numberIn(first.position)
    return behind > 0 && behind < whole ? Math.round((done * whole) / behind) : done
  }
}

const numberIn = (place: Place) => Number(`0x${place.slice(place.indexOf(':') + 1)}`)

const keepProgress = (pool: pg.Pool, { name }: Follower, { done, total }: Progress) =>
  ask(pool, { text: 'update feed.rebuilds set done = $2, total = $3 where name = $1', values: [name, done, total] })

/** False when those that serve are ahead by now, so that we have to catch up again first. */
const switchOver = (turns: Turns, { name, revision, tables }: Follower, cursor: Cursor, over = revision) =>
  turns.lastTurn(
    async (client, to) => {
      const { rows } = await client.query<{ version: number; position: Place }>(serving(name))
      if (rows.some(({ version }) => version > over)) throw new Fenced(name)
      return rows.every(({ position }) => reaches(to, position))
    },
    async (client, to) => {
      await swapTwins(client, tables)
      await client.query('delete from feed.parked where name = $1', [name])
      await client.query('update feed.parked set name = $2 where name = $1', [cursor.name, name])
      // Whoever serves in this revision holds its epoch and goes on from the new place; older revisions are fenced.
      await client.query(
        `insert into es.checkpoints (name, version, position, epoch, at) values ($1, $2, $3, ${firstEpoch}, now())
         on conflict (name, version) do update
           set position = excluded.position, status = 'running', error = null, at = excluded.at`,
        [name, revision, to],
      )
      await client.query('delete from es.checkpoints where name = $2 or (name = $1 and version <> $3)', [
        ...[name, cursor.name, revision],
      ])
      await client.query('update feed.rebuilds set finished_at = now() where name = $1', [name])
    },
  )

const fail = (pool: pg.Pool, { name, tables }: Follower, fault: Fault) =>
  inTransaction(pool, [], async (client) => {
    await dropTwins(client, tables)
    await client.query('delete from es.checkpoints where name = $1', [twin(name)])
    await client.query('update feed.rebuilds set error = $2 where name = $1', [name, JSON.stringify(fault)])
  })

/** No follower of this name has ever run on this database. */
export class UnknownFollower extends Error {
  override name = 'UnknownFollower'
}
