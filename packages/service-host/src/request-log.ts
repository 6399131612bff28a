import type { Pool } from 'pg'

/** What became of a request: never what it said, and never what it was told. */
export type RequestMade = {
  requestId: string
  orgId: string
  operationId: string
  status: number
  /** Of the refusal, where it was one. */
  code?: string | undefined
  /** What it recorded. */
  eventIds: readonly string[]
  /** RFC 3339, UTC. */
  at: string
  durationMs: number
}

export type RequestLog = {
  /** Makes nobody wait: it is written within a second, together with what others asked meanwhile. */
  note(request: RequestMade): void
  /** A request of this organisation. */
  find(orgId: string, requestId: string): Promise<RequestMade | undefined>
  /** Forgets what was asked more than thirty days before. */
  sweep(now: Date): Promise<void>
  close(): Promise<void>
}

const daysKept = 30

/**
 * The log of requests of one service. It is for who looks for a mistake, not for evidence: a process that is killed
 * loses the last second of it, and one that cannot write for long keeps the newest ten thousand.
 */
export const openRequestLog = (pool: Pick<Pool, 'query'>): RequestLog => {
  let waiting: RequestMade[] = []
  let writing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const write = async () => {
    const rows = waiting
    waiting = []
    if (rows.length === 0) return
    await pool.query(insert, [JSON.stringify(rows)]).catch(() => {
      waiting = [...rows, ...waiting].slice(-10_000)
      if (!closed) later(5000)
    })
  }
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    return (writing ??= write().finally(() => (writing = undefined)))
  }
  const later = (ms: number) => (timer ??= setTimeout(() => void flush(), ms).unref())

  const log: RequestLog = {
    note: (request) => {
      if (closed) return
      waiting.push(request)
      if (waiting.length < 2000) later(500)
      else if (!writing) void flush()
    },
    find: async (orgId, requestId) => {
      await writing
      await flush()
      const { rows } = await pool.query<RequestMade>(select, [orgId, requestId.slice(4)])
      return rows[0]
    },
    sweep: async (now) => {
      const since = (now.getTime() - daysKept * 86_400_000).toString(16).padStart(12, '0').padEnd(32, '0')
      while ((await pool.query(remove, [since])).rowCount === 5000);
    },
    close: async () => {
      closed = true
      clearInterval(sweeping)
      await writing
      await flush()
    },
  }
  const sweeping = setInterval(() => void log.sweep(new Date()).catch(() => {}), 3_600_000).unref()
  return log
}

const insert = `
  insert into host.requests (id, org_id, operation, status, code, events, at, ms)
  select right("requestId", 32)::uuid, "orgId", "operationId", status, code, "eventIds", at, "durationMs"
  from json_to_recordset($1::json) as made ("requestId" text, "orgId" text, "operationId" text, status int, code text,
    "eventIds" uuid[], at timestamptz, "durationMs" int)
  on conflict do nothing`

const select = `
  select 'req_' || replace(id::text, '-', '') as "requestId", org_id as "orgId", operation as "operationId", status, code,
    events as "eventIds", ms as "durationMs",
    to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
  from host.requests where org_id = $1 and id = $2::uuid`

/** An id begins with the time at which it was made. */
const remove = `
  delete from host.requests where id in (select id from host.requests where id < $1::uuid order by id limit 5000)`
