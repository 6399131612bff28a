import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** What followers are told by other processes, by name. */
export type Word = 'rebuild' | 'redrive' | 'wanted' | 'added'

export type Lock = {
  /** Aborts when the connection that held the lock is gone: somebody else may have it by now. */
  lost: AbortSignal
  release(): Promise<void>
}

export type Session = {
  /** Resolves when nobody else holds the lock; undefined when the signal aborted first. */
  lock(key: string, signal: AbortSignal): Promise<Lock | undefined>
  /** Until the answered function is called. Without listeners the connection is closed, and no lock is given. */
  listen(name: string, hear: (word: Word) => void): () => Promise<void>
  /** The same for who can do without: the connection is not kept for him. */
  overhear(name: string, hear: (word: Word) => void): () => void
}

/**
 * The one connection of a process that holds the locks of all followers of a database, and hears what is said to them.
 * It is made from the pool's options, beside the pool.
 */
export const sessionOf = (pool: pg.Pool): Session => {
  const known = sessions.get(pool)
  if (known) return known
  const session = openSession(pool)
  sessions.set(pool, session)
  return session
}

export const say = (db: pg.Pool | pg.PoolClient, word: Word, name: string) =>
  db.query(`select pg_notify('feed', $1)`, [`${word} ${name}`])

const sessions = new WeakMap<pg.Pool, Session>()

const openSession = (pool: pg.Pool): Session => {
  const ears = new Map<string, Set<(word: Word) => void>>()
  const bystanders = new Map<string, Set<(word: Word) => void>>()
  const wanted = new Map<string, (lock: Lock) => void>()
  const held = new Map<string, AbortController>()
  let staying: Promise<void> | undefined
  let looked = 0
  let stir = () => {}

  const stay = async () => {
    for (let failures = 0; ears.size > 0; failures++) {
      const { password } = pool.options
      const connection = new pg.Client({ ...pool.options, password, keepAlive: true, pipeline: true })
      let open = true
      const broken = () => {
        if (!open) return
        open = false
        stir()
      }
      connection.on('error', broken).on('end', broken)
      connection.on('notification', ({ payload = '' }) => hear(payload))
      try {
        await connection.connect()
        await connection.query(`listen feed; ${noticeDeath}`)
        failures = 0
        let spoke = performance.now()
        while (open && ears.size > 0) {
          const stirred = nextStir()
          await tryLocks(connection)
          await Promise.race([stirred, rest(wanted.size > 0 ? standbyMs : silentMs / 5)])
          // Whoever waits for our locks sees by this that we are not frozen.
          if (held.size > 0 && performance.now() - spoke > silentMs / 5) {
            spoke = performance.now()
            await connection.query('select')
          }
        }
      } catch {
        // Without a connection there are no locks; those who follow see it and ask again.
      }
      open = false // Its end is no reason to hurry.
      for (const lock of held.values()) lock.abort()
      held.clear()
      const ended = connection.end().catch(() => {})
      if (ears.size > 0) await Promise.race([nextStir(), rest(Math.min(5000, 100 * 2 ** failures))])
      else await ended
    }
    staying = undefined
  }

  const nextStir = () => new Promise<void>((resolve) => (stir = resolve))

  const tryLocks = async (connection: pg.Client) => {
    const free = [...wanted.keys()].filter((key) => !held.has(key))
    if (free.length === 0) return
    const { rows } = await connection.query<{ key: string }>(
      `select key from unnest($1::text[]) key where pg_try_advisory_lock(${lockNumber('key')})`,
      [free],
    )
    for (const { key } of rows) hold(connection, key)
    if (rows.length < free.length && performance.now() - looked > silentMs / 5) {
      looked = performance.now()
      await connection.query(endSilent, [free.filter((key) => !held.has(key)), silentMs])
    }
  }

  const hold = (connection: pg.Client, key: string) => {
    const lost = new AbortController()
    const release = async () => {
      if (held.get(key) !== lost) return
      await connection.query(`select pg_advisory_unlock(${lockNumber('$1')})`, [key]).catch(() => {})
      held.delete(key)
      stir()
    }
    held.set(key, lost)
    const take = wanted.get(key)
    wanted.delete(key)
    if (take) take({ lost: lost.signal, release })
    else void release()
  }

  const hear = (payload: string) => {
    const [word, name] = payload.split(/ (.*)/s)
    for (const group of [ears, bystanders]) for (const ear of group.get(name ?? '') ?? []) ear(word as Word)
  }

  return {
    lock: async (key, signal) => {
      while (wanted.has(key) && !signal.aborted) await rest(standbyMs)
      if (signal.aborted) return undefined
      return new Promise((resolve) => {
        const give = () => {
          wanted.delete(key)
          resolve(undefined)
        }
        signal.addEventListener('abort', give)
        wanted.set(key, (lock) => {
          signal.removeEventListener('abort', give)
          resolve(lock)
        })
        stir()
      })
    },
    overhear: (name, ear) => {
      const group = bystanders.get(name) ?? new Set()
      bystanders.set(name, group.add(ear))
      return () => void group.delete(ear)
    },
    listen: (name, ear) => {
      const group = ears.get(name) ?? new Set()
      ears.set(name, group.add(ear))
      staying ??= stay()
      return async () => {
        group.delete(ear)
        if (group.size === 0) ears.delete(name)
        if (ears.size > 0) return
        stir()
        await staying
      }
    },
  }
}

/** A machine that is gone without a word is noticed within half a minute, and its locks are free. */
const noticeDeath = 'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3'

/**
 * A process that is frozen keeps its connection and so its locks, though it does nothing. When its connection has been
 * silent for so long, somebody who waits for the locks ends it; should the process go on, it finds itself fenced.
 */
const silentMs = Number(process.env['WUSHE_SILENT_MS'] ?? 15_000)

const endSilent = `
  select pg_terminate_backend(a.pid)
  from unnest($1::text[]) key
  join pg_locks l on l.locktype = 'advisory' and l.granted and l.objsubid = 1
    and (l.classid::bigint << 32) | l.objid::bigint = hashtextextended('feed ' || key, 0)
  join pg_stat_activity a on a.pid = l.pid and a.datname = current_database()
  where a.state = 'idle' and clock_timestamp() - a.state_change > $2 * interval '1 ms'`

/** How often a process in reserve looks whether the one that works is gone. */
const standbyMs = 500

const rest = (ms: number) => sleep(ms * (0.5 + Math.random() / 2), undefined, { ref: false })

const lockNumber = (key: string) => `hashtextextended('feed ' || ${key}, 0)`
