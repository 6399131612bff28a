import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceName } from '@wushe/contracts'
import type { Position } from '@wushe/event-store'
import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs'
import type pg from 'pg'
import { blame, faultOf, type Fault } from '../fault.ts'
import { copier, filterOf, keepFilter, type Copier, type Following } from '../filler.ts'
import { fillerName, type Inbox } from '../inbox.ts'
import { reaches, type Place } from '../position.ts'
import type { Health, Running } from '../runner.ts'
import { sessionOf } from '../session.ts'
import { ask, inTransaction, prepared } from '../transaction.ts'
import type { Bus } from './client.ts'
import { keepDead } from './dead-letters.ts'
import { fromMark } from './marks.ts'
import { fromMessage, NotAnEvent } from './message.ts'
import { readerName } from './reader-name.ts'
import { eventsTopic, marksTopic, partitions } from './topics.ts'

export type KafkaOptions = {
  bus: Bus
  inbox: Inbox
  /** Who reads: its consumer groups begin with this. */
  group: string
  /** Whom it follows, and in what. */
  sources: ReadonlyMap<ServiceName, Following>
  signal: AbortSignal
  /** In ms: Kafka gives what we read to others when it has heard nothing of us for so long; 30 s unless told otherwise. */
  sessionTimeout?: number
  log?: (line: string) => void
  /** Looks on while events are added: for traces and measures. */
  watched?: ((source: ServiceName, copier: Copier) => Copier) | undefined
}

/**
 * Fills the inbox from the topics of other services, each event once. What was read is kept in `inbox.offsets`, in the
 * transaction that adds the events, and moves only for who knows where it stood: Kafka's own offsets are never used.
 *
 * One process at a time reads, as with every follower, and others stand by. It reads all partitions in a consumer group
 * of its own, so that it never waits for a member that died or for a rebalance, and takes over within a second: the
 * inbox is one log, which one process fills as fast as two.
 */
export const fillFromKafka = (options: KafkaOptions): Map<ServiceName, Running> => {
  const { inbox, sources, signal, sessionTimeout = 30_000, log: say = () => {} } = options
  const { pool } = inbox
  const session = sessionOf(pool)
  const heard = openBell()
  let status: Health['status'] = 'standby'
  let error: Fault | undefined
  const stopped = new Map<ServiceName, Fault>()
  const lag = new Map<ServiceName, { place: Place; behindSince: number | undefined }>()

  let again = () => {}

  const became = (next: Health['status'], thrown?: unknown) => {
    const fault = thrown === undefined ? undefined : faultOf(thrown)
    if (fault && fault.message !== error?.message) say(`inbox: ${next}. ${fault.message}`)
    if (!fault && error) say(`inbox: ${next} again.`)
    status = next
    error = fault
  }

  const run = async () => {
    const leave = session.listen(readerName, (word) => word === 'redrive' && again())
    for (let failures = 0; !signal.aborted;) {
      const elsewhere = setTimeout(() => became('standby'), 1000)
      const lock = await session.lock(readerName, signal)
      clearTimeout(elsewhere)
      if (!lock) break
      try {
        await read(AbortSignal.any([signal, lock.lost]), () => (failures = 0))
      } catch (thrown) {
        became('retrying', thrown)
      }
      await lock.release()
      if (!signal.aborted)
        await sleep(Math.min(5000, 100 * 2 ** failures++) * (0.5 + Math.random() / 2), 0, { signal }).catch(() => {})
    }
    await leave()
    became('ended')
  }

  /** Reads until the signal, or until something goes wrong, which is thrown. */
  const read = async (term: AbortSignal, alive: () => void) => {
    stopped.clear()
    const readings = new Map<string, Reading>()
    for (const [source, follow] of sources) {
      const reading = await openReading(options, source, follow)
      readings.set(eventsTopic(options.bus, source), reading).set(marksTopic(options.bus, source), reading)
    }
    const consumer = options.bus.kafka.consumer({
      groupId: `${options.group}.${crypto.randomUUID()}`,
      sessionTimeout,
      heartbeatInterval: Math.min(3000, sessionTimeout / 3),
      rebalanceTimeout: 60_000,
      maxBytesPerPartition: 262_144,
      // Brokers answer at once when there is something; this is how long it takes to end.
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, retries: 5, restartOnFailure: async () => false },
    })
    const watch = watchOver(consumer, term)
    again = watch.again
    // Also whenever it joins again, having been slower than its session: otherwise it would read everything anew.
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const [topic, { offsets }] of readings)
        if (topic.endsWith('.events'))
          offsets.forEach((offset, partition) => consumer.seek({ topic, partition, offset: String(offset) }))
    })
    try {
      await consumer.connect()
      await consumer.subscribe({ topics: [...readings.keys()], fromBeginning: true })
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 3,
        eachBatch: async (payload) => {
          watch.seen()
          if (await readBatch(readings.get(payload.batch.topic)!, payload, consumer)) watch.again()
          became('running')
          alive()
          heard.ring()
        },
      })
      became('running')
      await watch.over
    } finally {
      await consumer.disconnect().catch(() => {})
    }
  }

  /** True when everything is to be read again from the beginning. */
  const readBatch = async (reading: Reading, payload: EachBatchPayload, consumer: Consumer) => {
    const { batch, heartbeat, isRunning, isStale, resolveOffset } = payload
    const { topic, partition, messages } = batch
    if (topic.endsWith('.marks')) {
      const newest = messages.map(({ value }) => fromMark(value)).findLast(Boolean)
      resolveOffset(batch.lastOffset())
      const again = newest ? await reading.marked(newest) : false
      await report(reading)
      return again
    }
    try {
      const expected = await reading.expect(partition, BigInt(batch.firstOffset() ?? 0), BigInt(batch.highWatermark))
      if (expected !== undefined) consumer.seek({ topic, partition, offset: String(expected) })
      for (let at = 0; expected === undefined && at < messages.length; at += atOnce) {
        if (!isRunning() || isStale()) return false
        const part = messages.slice(at, at + atOnce)
        await reading.take(partition, part)
        resolveOffset(part.at(-1)!.offset)
        await heartbeat()
      }
    } catch (thrown) {
      if (blame(thrown) !== 'event' || !isOurs(thrown)) throw thrown
      stop(reading.source, faultOf(thrown))
      consumer.pause([{ topic, partitions: [partition] }])
    }
    await report(reading)
    return false
  }

  const stop = (source: ServiceName, fault: Fault) => {
    if (!stopped.has(source)) say(`${fillerName(source)}: stopped. ${fault.message}`)
    stopped.set(source, fault)
  }

  const report = async ({ source, standing }: Reading) => {
    const { place, caughtUp } = standing()
    const since = lag.get(source)?.behindSince ?? Date.now()
    lag.set(source, { place, behindSince: caughtUp ? undefined : since })
  }

  const done = run()
  return new Map(
    [...sources.keys()].map((source) => [
      source,
      {
        waitFor: (position, ms) => waitForMark(pool, source, position, ms, heard, () => stopped.has(source)),
        health: () => {
          const { place = 'start', behindSince } = lag.get(source) ?? {}
          const fault = stopped.get(source) ?? error
          return {
            ...{ name: fillerName(source), revision: 1, status: stopped.has(source) ? 'stopped' : status },
            position: place,
            lagSeconds: behindSince === undefined ? 0 : (Date.now() - behindSince) / 1000,
            parked: 0,
            ...(fault && { error: fault }),
          }
        },
        done,
      },
    ]),
  )
}

/** So many messages are one transaction, after which the group hears that we live. */
const atOnce = 250

/** Of kafkajs's own errors it must hear itself, that of a rebalance above all. */
const isOurs = (thrown: unknown) => !(thrown as Error).name.startsWith('KafkaJS')

type Reading = Awaited<ReturnType<typeof openReading>>

/** How far a source was read, and what is added to the inbox. */
const openReading = async ({ inbox, watched }: KafkaOptions, source: ServiceName, follow: Following) => {
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
        const dead: { message: KafkaMessage; error: Error }[] = []
        const events = fresh.flatMap((message) => {
          try {
            return [fromMessage(message)]
          } catch (error) {
            if (!(error instanceof NotAnEvent)) throw error
            dead.push({ message, error })
            return []
          }
        })
        for (const { message, error } of dead) await keepDead(client, { source, partition, message, error })
        const wanted = filter.types ? events.filter(({ type }) => filter.types!.includes(type)) : events
        if (wanted.length > 0) await copy.apply(wanted, client, { overGaps: mark?.mending ?? false })
        return true
      })
      if (!moved) throw new Overtaken(`Another process reads ${source} now.`)
      offsets[partition] = next
      copy.committed()
      await mended()
    },
    /** True when a new edition has begun, which is read from its beginning. */
    marked: async (heard: NonNullable<ReturnType<typeof fromMark>>) => {
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

/**
 * Has everything of the source up to the position arrived? It has when we have read as far as some mark at or beyond it
 * says; any such mark will do, so that a steady stream does not keep us waiting for ever.
 */
const waitForMark = async (
  pool: pg.Pool,
  source: ServiceName,
  position: Position,
  ms: number,
  bell: Bell,
  halted: () => boolean,
) => {
  const until = performance.now() + ms
  let wanted: bigint[] | undefined
  for (;;) {
    const change = bell.next()
    const { rows } = await ask<{ position: Place; offsets: string[]; mending: boolean; read: string[] | null }>(
      pool,
      prepared(
        `select position, offsets, mending,
           (select array_agg(next_offset order by partition) from inbox.offsets o where o.source = m.source) as read
         from inbox.marks m where source = $1`,
        [source],
      ),
    )
    const [mark] = rows
    if (!wanted && mark && !mark.mending && reaches(mark.position, position)) wanted = mark.offsets.map(BigInt)
    if (wanted?.every((offset, partition) => BigInt(mark?.read?.[partition] ?? 0) >= offset)) return true
    const left = until - performance.now()
    if (left <= 0 || halted()) return false
    await Promise.race([change, sleep(Math.min(20, left), undefined, { ref: false })])
  }
}

type Bell = ReturnType<typeof openBell>

const openBell = () => {
  let ring = () => {}
  let next = new Promise<void>((resolve) => (ring = resolve))
  return {
    ring: () => {
      ring()
      next = new Promise<void>((resolve) => (ring = resolve))
    },
    next: () => next,
  }
}

/**
 * kafkajs ends its loop on some errors and on others goes silent without a word; either way the reading begins anew
 * with a consumer that has no past.
 */
const watchOver = (consumer: Consumer, term: AbortSignal) => {
  let seen = performance.now()
  let end: (thrown?: Error) => void = () => {}
  const over = new Promise<void>((resolve, reject) => (end = (thrown) => (thrown ? reject(thrown) : resolve())))
  over.catch(() => {})
  const touch = () => void (seen = performance.now())
  consumer.on(consumer.events.CRASH, ({ payload }) => end(payload.error))
  consumer.on(consumer.events.HEARTBEAT, touch)
  consumer.on(consumer.events.FETCH, touch)
  term.addEventListener('abort', () => end(), { once: true })
  if (term.aborted) end()
  const timer = setInterval(() => {
    if (performance.now() - seen > silentMs) end(new Error(`Nothing was heard of Kafka for ${silentMs / 1000} s.`))
  }, 5000).unref()
  void over.catch(() => {}).finally(() => clearInterval(timer))
  return { over, seen: touch, again: () => end(new Error('What is read begins anew.')) }
}

const silentMs = 90_000

/** Somebody else has moved on where we stood, so we write no more. */
class Overtaken extends Error {
  override name = 'Overtaken'
}

/** The topic keeps less than we have not read yet. */
class Removed extends Error {
  override name = 'Removed'
}
