import type { ServiceName } from '@wushe/contracts'
import type { KafkaMessage } from 'kafkajs'
import type pg from 'pg'
import { ask, inTransaction, sendAll } from '../transaction.ts'
import { copier } from '../filler.ts'
import type { Inbox } from '../inbox.ts'
import { say } from '../session.ts'
import { fromMessage } from './message.ts'
import { readerName } from './reader-name.ts'

export type DeadLetter = {
  source: ServiceName
  partition: number
  offset: string
  key: string | null
  error: string
  attempts: number
  /** RFC 3339. */
  at: string
}

/** Sets a message aside that is no event, in the transaction that moves on past it. */
export const keepDead = (
  client: pg.PoolClient,
  {
    source,
    partition,
    message,
    error,
  }: { source: ServiceName; partition: number; message: KafkaMessage; error: Error },
) =>
  client.query(
    `insert into inbox.dead_letters (source, partition, "offset", key, value, headers, error)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [
      source,
      partition,
      message.offset,
      message.key?.toString() ?? null,
      message.value,
      JSON.stringify(
        Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, value?.toString()])),
      ),
      error.message,
    ],
  )

/** Oldest first. */
export const deadLetters = async (pool: pg.Pool): Promise<DeadLetter[]> => {
  const { rows } = await ask<DeadLetter>(pool, {
    text: `select source, partition, "offset", key, error, attempts,
             to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
           from inbox.dead_letters order by dead_letters.at`,
  })
  return rows
}

/**
 * Reads the dead letters of a source again, as a newer release may be able to. Those that are events now are added to the
 * inbox and are dead letters no longer; the others count one attempt more. Answers the numbers of both. Whoever fills the
 * inbox, in whichever process, then tries again what it had stopped at.
 */
export const redriveDead = async (inbox: Inbox, source: ServiceName): Promise<{ added: number; left: number }> => {
  const copy = copier(inbox, source, { types: [] })
  const outcome = await inTransaction(inbox.pool, [], async (client) => {
    const { rows } = await client.query<{
      partition: number
      offset: string
      key: string
      value: Buffer
      headers: Record<string, string>
    }>(
      'select partition, "offset", key, value, headers from inbox.dead_letters where source = $1 order by "offset" for update',
      [source],
    )
    let added = 0
    for (const { partition, offset, key, value, headers } of rows) {
      const place = [source, partition, offset]
      const event = readable(() => fromMessage({ key, value, headers }))
      if (event) await sendAll(client, await copy.apply([event], client))
      added += event ? 1 : 0
      await client.query(event ? bury : countAttempt, place)
    }
    return { added, left: rows.length - added }
  })
  copy.committed()
  await say(inbox.pool, 'redrive', readerName)
  return outcome
}

const here = 'where source = $1 and partition = $2 and "offset" = $3'
const bury = `delete from inbox.dead_letters ${here}`
const countAttempt = `update inbox.dead_letters set attempts = attempts + 1 ${here}`

const readable = <Event>(read: () => Event) => {
  try {
    return read()
  } catch {
    return undefined
  }
}
