import type { ServiceName } from '@wushe/contracts'
import type { Recorded } from '@wushe/event-store'
import type { KafkaMessage } from 'kafkajs'
import type pg from 'pg'
import { copier, filterOf, keepFilter, type Following } from '../filler.ts'
import { reaches, type Place } from '../position.ts'
import { ask, inTransaction, prepared, sendAll } from '../transaction.ts'
import { keepDead } from './dead-letters.ts'
import type { KafkaOptions } from './inbox-from-kafka.ts'
import type { Mark } from './marks.ts'
import { fromMessage, NotAnEvent } from './message.ts'
import { partitions } from './topics.ts'

export type Reading = Awaited<ReturnType<typeof openReading>>

/** How far a source was read, and what is added to the inbox. */
export const openReading = async (
  { inbox, watched }: Pick<KafkaOptions, 'inbox' | 'watched'>,
  source: ServiceName,
  follow: Following,
) => {
  const { pool } = inbox
  const filter = filterOf(follow)
  const bare = copier(inbox, source, filter)
  const copy = watched?.(source, bare) ?? bare
  const opened = await inTransaction(pool, [], async (client) => {
    const anew = await keepFilter(client, source, filter)
    await client.query(
      `insert into inbox.offsets as o (source, partition) select $1, generate_series(0, $2::int - 1)
       on conflict (source, partition) do update set next_offset = case when $3 then 0 else o.next_offset end`,
      [source, partitions, anew],
    )
    const { rows } = await client.query<{ next_offset: string }>(
      'select next_offset from inbox.offsets where source = $1 order by partition',
      [source],
    )
    const { rows: marks } = await client.query<MarkRow>('select * from inbox.marks where source = $1', [source])
    return { offsets: rows.map((row) => BigInt(row.next_offset)), mark: marks[0] }
  })
  const { offsets } = opened
  let { mark } = opened
  const sought = new Set<number>()

  const standing = () => ({
    place: mark?.position ?? ('start' as const),
    caughtUp: mark?.offsets.every((offset, partition) => offsets[partition]! >= BigInt(offset)) ?? false,
  })

  const mended = async () => {
    if (!mark?.mending || !mark.whole || !standing().caughtUp) return
    await ask(pool, {
      text: 'update inbox.marks set mending = false where source = $1 and edition = $2',
      values: [source, mark.edition],
    })
    mark = { ...mark, mending: false }
  }

  const advance = (partition: number, to: bigint) =>
    prepared('update inbox.offsets set next_offset = $4 where source = $1 and partition = $2 and next_offset = $3', [
      source,
      partition,
      offsets[partition],
      to,
    ])

  /** What is no event is set aside. */
  const readable = async (client: pg.PoolClient, partition: number, messages: readonly KafkaMessage[]) => {
    const events: Recorded[] = []
    for (const message of messages)
      try {
        events.push(fromMessage(message))
      } catch (error) {
        if (!(error instanceof NotAnEvent)) throw error
        await keepDead(client, { source, partition, message, error })
      }
    return events
  }

  return {
    source,
    offsets,
    standing,
    /** Where to go on instead, when what comes is not what we have to read next. */
    expect: async (partition: number, first: bigint, end: bigint): Promise<bigint | undefined> => {
      const stored = offsets[partition]!
      if (stored > end) {
        // The topic was made anew: its relay will publish everything again, and what we know already is dropped.
        await inTransaction(pool, [advance(partition, 0n)], async () => {})
        return (offsets[partition] = 0n)
      }
      if (first <= stored || sought.has(partition)) {
        sought.delete(partition)
        // What was removed before it was read is found by the gaps it leaves, where every event is followed.
        if (first > stored && filter.types && !mark?.mending)
          throw new Removed(
            `${source}: messages ${stored} to ${first - 1n} of partition ${partition} were removed before they were read. Let that service publish again: npm run republish -- ${source}`,
          )
        return undefined
      }
      sought.add(partition)
      return stored
    },
    take: async (partition: number, messages: readonly KafkaMessage[]) => {
      const fresh = messages.filter(({ offset }) => BigInt(offset) >= offsets[partition]!)
      if (fresh.length === 0) return
      const next = BigInt(fresh.at(-1)!.offset) + 1n
      const moved = await inTransaction(pool, [advance(partition, next)], async (client, [moved]) => {
        if (moved!.rowCount !== 1) return false
        const events = await readable(client, partition, fresh)
        const wanted = filter.types ? events.filter(({ type }) => filter.types!.includes(type)) : events
        if (wanted.length > 0)
          await sendAll(client, await copy.apply(wanted, client, { overGaps: mark?.mending ?? false }))
        return true
      })
      if (!moved) throw new Overtaken(`Another process reads ${source} now.`)
      offsets[partition] = next
      copy.committed()
      await mended()
    },
    /** True when a new edition has begun, which is read from its beginning. */
    marked: async (heard: Mark) => {
      if (
        mark &&
        (heard.edition < mark.edition ||
          (heard.edition === mark.edition && reaches(mark.position, heard.position) && mark.whole === heard.whole))
      )
        return false
      const anew = mark ? heard.edition > mark.edition : false
      const mending = anew || (mark?.mending ?? !heard.whole)
      await inTransaction(
        pool,
        [],
        async (client) => {
          await client.query(
            prepared(
              `insert into inbox.marks (source, edition, position, offsets, whole, mending) values ($1, $2, $3, $4, $5, $6)
             on conflict (source) do update
               set edition = $2, position = $3, offsets = $4, whole = $5, mending = $6`,
              [source, heard.edition, heard.position, heard.offsets, heard.whole, mending],
            ),
          )
          if (anew) await client.query('update inbox.offsets set next_offset = 0 where source = $1', [source])
        },
        ['synchronous_commit = off'],
      )
      mark = { ...heard, mending }
      await mended()
      return anew
    },
  }
}

type MarkRow = { edition: number; position: Place; offsets: string[]; whole: boolean; mending: boolean }

/** Somebody else has moved on where we stood, so we write no more. */
export class Overtaken extends Error {
  override name = 'Overtaken'
}

/** The topic keeps less than we have not read yet. */
class Removed extends Error {
  override name = 'Removed'
}
