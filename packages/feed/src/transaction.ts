import { hash } from 'node:crypto'
import type { Writable } from 'node:stream'
import pg from 'pg'

export type Query = { text: string; values?: unknown[]; name?: string }

/** A query that comes again and again: the server parses it once per connection. */
export const prepared = (text: string, values: unknown[]): Query => {
  const name = names.get(text) ?? `feed ${hash('sha1', text, 'base64url')}`
  names.set(text, name)
  return { name, text, values }
}

const names = new Map<string, string>()

/**
 * A statement that comes again is prepared once per connection, which makes it three times as fast. Texts that are put
 * together anew for every event are not: the server would keep each of them.
 */
export const preparing = () => {
  const seen = new Set<string>()
  const again = new Set<string>()
  return (text: string, values: unknown[]): Query => {
    if (again.has(text)) return prepared(text, values)
    if (seen.has(text) && again.size < 100) again.add(text)
    else if (seen.size < 1000) seen.add(text)
    return { text, values }
  }
}

/**
 * Runs `work` between begin and commit. `opening` is sent together with the begin, and its results are given to `work`.
 * `settings` (`name = value`) hold until the end of the transaction.
 * Throws ConnectionLost when the outcome is not known; any other error means that nothing was written.
 */
export const inTransaction = async <Result>(
  pool: pg.Pool,
  opening: readonly Query[],
  work: (client: pg.PoolClient, opened: pg.QueryResult[]) => Promise<Result>,
  settings: readonly string[] = [],
): Promise<Result> =>
  onOneConnection(pool, async (client) => {
    const [, ...opened] = await sendAll(client, [begin(settings), ...opening])
    const result = await work(client, opened)
    demandCommit(await client.query(commit))
    return result
  })

/**
 * The same in as few pieces as can be: nobody waits for what `opening` answers, and what `work` leaves goes out together
 * with the commit. False, and nothing was written, where `opening` failed with the SQLSTATE `refusal`: what is sent after
 * it fails then too, so `work` must do nothing but send.
 */
export const inFewPieces = async (
  pool: pg.Pool,
  { opening, refusal }: { opening: Query; refusal: string },
  work: (client: pg.PoolClient) => Promise<readonly Query[]>,
  settings: readonly string[] = [],
): Promise<boolean> => {
  let refused = false
  const run = onOneConnection(pool, async (client) => {
    holdBack(client)
    const opened = sendAll(client, [begin(settings), opening])
    opened.catch((error: { code?: string }) => (refused = error.code === refusal))
    try {
      if (!(client as pg.Client).pipeline) await opened
      demandCommit((await sendAll(client, [...(await work(client)), commit])).at(-1)!)
    } catch (error) {
      await opened
      throw error
    }
  })
  return run.then(
    () => true,
    (error) => {
      if (refused) return false
      throw error
    },
  )
}

const begin = (settings: readonly string[]): Query => ({
  text: ['begin', ...settings.map((setting) => `set local ${setting}`)].join('; '),
})

const commit: Query = { text: 'commit' }

const demandCommit = ({ command }: pg.QueryResult) => {
  if (command !== 'COMMIT') throw new Error('The transaction was rolled back: an error inside it was not passed on.')
}

const onOneConnection = async <Result>(
  pool: pg.Pool,
  run: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> => {
  const client = await pool.connect().catch((error) => Promise.reject(new ConnectionLost(error)))
  let lost: Error | undefined
  const broken = (error: Error) => (lost = error)
  client.on('error', broken)
  try {
    return await run(client)
  } catch (error) {
    // A rollback that works shows that the connection does: then the error is about what was sent.
    await client.query('rollback').catch(broken)
    throw lost ? new ConnectionLost(lost) : error
  } finally {
    client.off('error', broken)
    client.release(lost)
  }
}

/**
 * All queries on one connection, in order, sent without waiting for each other where the client was made with
 * `pipeline: true`. Throws the first error.
 */
export const sendAll = async (client: pg.ClientBase, queries: readonly Query[]): Promise<pg.QueryResult[]> => {
  if (!(client as pg.Client).pipeline) {
    const results: pg.QueryResult[] = []
    for (const query of queries) results.push(await client.query(query))
    return results
  }
  const outcomes = await Promise.allSettled(inOnePiece(client, () => queries.map((query) => client.query(query))))
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}

/** What is sent in the meantime goes to the server in one piece, not in one for each query. */
const inOnePiece = <Sent>(client: pg.ClientBase, send: () => Sent): Sent => {
  const stream = streamOf(client)
  stream.cork()
  try {
    return send()
  } finally {
    stream.uncork()
  }
}

/** Until whatever can be sent without waiting for an answer was sent. */
const holdBack = (client: pg.ClientBase) => {
  const stream = streamOf(client)
  stream.cork()
  setImmediate(() => stream.uncork())
}

const streamOf = (client: pg.ClientBase) =>
  (client as unknown as { connection: { stream: Writable } }).connection.stream

/** One statement on its own. Throws ConnectionLost, or what the database said. */
export const ask = async <Row extends pg.QueryResultRow>(pool: pg.Pool, query: Query): Promise<pg.QueryResult<Row>> => {
  try {
    return await pool.query<Row>(query)
  } catch (error) {
    throw error instanceof pg.DatabaseError ? error : new ConnectionLost(error)
  }
}

/** The database cannot be reached. What was under way may have been committed. */
export class ConnectionLost extends Error {
  override name = 'ConnectionLost'

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
