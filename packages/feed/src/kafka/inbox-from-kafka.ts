import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceName } from '@wushe/contracts'
import type { Consumer, EachBatchPayload } from 'kafkajs'
import { blame, faultOf, type Fault } from '../fault.ts'
import type { Copier, Following } from '../filler.ts'
import { fillerName, type Inbox } from '../inbox.ts'
import type { Place } from '../position.ts'
import type { Health, Running } from '../runner.ts'
import { sessionOf } from '../session.ts'
import type { Bus } from './client.ts'
import { fromMark } from './marks.ts'
import { readerName } from './reader-name.ts'
import { openReading, Overtaken, type Reading } from './reading.ts'
import { eventsTopic, marksTopic } from './topics.ts'
import { openBell, waitForMark } from './waiting-for-marks.ts'

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
      maxWaitTimeInMs: 1000,
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
      if (blame(thrown) !== 'event' || thrown instanceof Overtaken || !isOurs(thrown)) throw thrown
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
