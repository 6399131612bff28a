import { DatabaseError, type Pool, type PoolClient } from 'pg'
import { repeatThrough } from '../patience.ts'

/** A statement that each connection prepares once. */
export type Query = { name: string; text: string; values: unknown[] }

/** One column or row as PostgreSQL wrote it, unparsed. */
export type Row = (string | null)[]

/** Unlike the pool's own `query`, keeps the connection when the server merely refused the statement. */
export const rows = async (pool: Pool, { name, text, values }: Query): Promise<Row[]> => {
  const client = await pool.connect()
  try {
    const result = await client.query<Row>({ name, text, values, rowMode: 'array', types: asText })
    client.release()
    return result.rows
  } catch (error) {
    client.release(isFault(error))
    throw error
  }
}

/**
 * A connection that breaks tells the query under way, and then everybody, which unheard would end the process. The pool
 * itself listens only while a connection is idle.
 */
export const guard = (pool: Pool) => {
  const guarded = new WeakSet<PoolClient>()
  const ignore = () => {}
  pool.on('error', ignore)
  pool.on('acquire', (client) => {
    if (guarded.has(client)) return
    guarded.add(client)
    client.on('error', ignore)
  })
}

/** For reading: repeats through faults of the infrastructure, at most `patience` ms, then Unavailable. */
export const patiently = <T>(attempt: () => Promise<T>, patience: number): Promise<T> =>
  repeatThrough(attempt, { patience, isFault })

/** The server, or the way to it, failed; the statement is not to blame, and whether it was carried out is open. */
export const isFault = (error: unknown): boolean => {
  if (error instanceof DatabaseError) return faultStates.test(error.code ?? '')
  if (typeof error !== 'object' || error === null) return false
  // A system call's error, or several when a name has several addresses.
  return 'syscall' in error || 'errors' in error || faultMessages.test((error as Error).message)
}

/** Two transactions were in each other's way; this one was undone and may be repeated. */
export const isCollision = (error: unknown): boolean =>
  error instanceof DatabaseError && (error.code === '40001' || error.code === '40P01')

/** Connection, resources, shutdown and system errors; read-only after a failover; cancelled by a time limit. */
const faultStates = /^(08|53|58|57P0[1-5]$|57014$|55P03$|25006$)/
const faultMessages =
  /^Connection terminated|^timeout exceeded when trying to connect|not queryable|^Query read timeout/

const asText = { getTypeParser: () => (value: string | Buffer) => value } as never
