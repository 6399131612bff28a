import type { Pool } from 'pg'

/** A transaction that has written somewhere in the cluster and is still open, so that readers wait for it. */
export type Blocker = {
  pid: number
  database: string
  user: string
  application: string
  /** How long it has been open; null, as is its query, where this role may not know. */
  seconds: number | null
  query: string | null
}

/**
 * For the health answer: how long the oldest event that no reader sees yet has been waiting for its horizon, in seconds
 * (0 when none waits), and who holds it up, oldest first.
 */
export const horizonLag = async (pool: Pick<Pool, 'query'>): Promise<{ seconds: number; blockers: Blocker[] }> => {
  const waiting = await pool.query<{ seconds: number }>(
    `select coalesce(extract(epoch from clock_timestamp() - min(at)), 0)::float8 as seconds
       from es.events where position >= ${snapshotHorizon}`,
  )
  const blockers = await pool.query<Blocker>(
    `select pid, datname as database, usename as user, application_name as application,
            extract(epoch from clock_timestamp() - xact_start)::float8 as seconds,
            case when xact_start is not null then left(query, 80) end as query
       from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid()
       order by age(backend_xid) desc limit 5`,
  )
  return { seconds: Math.max(0, waiting.rows[0]!.seconds), blockers: blockers.rows }
}

/** Events below it are there to stay and none will come between them: every older transaction has ended. */
export const snapshotHorizon = `(
  ((pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (select m.xid_offset from es.meta m)) << 20)
)`
