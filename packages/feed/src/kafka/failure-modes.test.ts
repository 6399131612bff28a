import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { KafkaMissing, startBroker } from '@wushe/embedded-kafka'
import type { Recorded } from '@wushe/event-store'
import type { ConsumerConfig, ConsumerRunConfig, EachBatchHandler, EachBatchPayload, Kafka } from 'kafkajs'
import { openFollowing, record, until, type OpenFollowing } from '../following.fixture.ts'
import { openInbox } from '../inbox.ts'
import { startProcess } from '../process.fixture.ts'
import { openBus, type Bus } from './client.ts'
import { faultyWay, type Mishap } from './faulty-way.fixture.ts'
import { fillFromKafka, type KafkaOptions } from './inbox-from-kafka.ts'
import { sendAll } from '../transaction.ts'
import { fromMessage } from './message.ts'
import { relayOf } from './relay.ts'
import { createTopics, endsOf, eventsTopic, partitions } from './topics.ts'

/** The broker of this file: whoever comes to it comes by the way on which things go wrong, and may be patient for less long. */
const way = await faultyWay()
const dir = mkdtempSync(join(tmpdir(), 'wushe-test-kafka-'))
const settings = { 'log.flush.interval.ms': 600_000, 'group.min.session.timeout.ms': 100 }
const broker = await startBroker({ dir, advertised: way.address, settings }).catch((error) => {
  if (error instanceof KafkaMissing) return undefined
  throw error
})
way.leadsTo(broker?.port ?? 0)
const title = broker ? 'between Kafka and an inbox' : 'through Kafka (not run: it needs Java 17 and Maven)'

let cases: OpenFollowing
let reporting: OpenFollowing
let bus: Bus
let stops: (() => Promise<void>)[]

beforeEach(async () => {
  if (!broker) return
  cases = await openFollowing()
  reporting = await openFollowing()
  stops = []
  delivered = 0
  bus = openBus({ brokers: [way.address], prefix: `f${randomBytes(4).toString('hex')}`, clientId: 'test' })
  await createTopics(bus, ['case'])
})
afterEach(async () => {
  if (!broker) return
  way.heal()
  await Promise.all(stops.map((stop) => stop()))
  await Promise.all([cases.close(), reporting.close()])
})
afterAll(async () => {
  await broker?.stop()
  await way.close()
  rmSync(dir, { recursive: true, force: true })
})

const startRelay = () => {
  const relay = relayOf({ bus, service: 'case', pool: cases.pool })
  const lines: string[] = []
  const running = cases.start(relay, { log: (line) => lines.push(line) })
  stops.push(async () => {
    await relay.close()
    await running.stop()
  })
  return { lines }
}

/** So many events were handed over by Kafka, to whomever. */
let delivered: number
const counting = (): Bus => ({
  ...bus,
  kafka: {
    consumer: (config: ConsumerConfig) => {
      const consumer = bus.kafka.consumer(config)
      const eachBatch = (handle: EachBatchHandler) => async (payload: EachBatchPayload) => {
        if (payload.batch.topic.endsWith('.events')) delivered += payload.batch.messages.length
        return handle(payload)
      }
      const run = (how: ConsumerRunConfig) => consumer.run({ ...how, eachBatch: eachBatch(how.eachBatch!) })
      return { ...consumer, run }
    },
  } as Kafka,
})

/** A process that fills the inbox of `reporting`. */
const fill = (options: Partial<KafkaOptions> = {}) => {
  const pool = reporting.process()
  const ending = new AbortController()
  const filling = fillFromKafka({
    ...{ bus: counting(), inbox: openInbox({ pool }), group: `${bus.prefix}.reporting`, signal: ending.signal },
    ...{ sources: new Map([['case', 'everything']]), ...options },
  }).get('case')!
  const stop = async () => {
    ending.abort()
    await filling.done
  }
  stops.push(stop)
  return { ...filling, stop }
}

/** In all partitions, some more in each round. */
const recordEverywhere = async (round: number) => {
  for (let stream = 0; stream < 48; stream++) await record(cases.store, `case-${stream}`, 1 + (round % 2))
}
/** Goes on recording until it is so, not much faster than it arrives. */
const recordUntil = async (isSo: () => boolean, ms?: number) => {
  let round = 0
  const recording = async () => {
    const missing = (await recorded()).length - (await arrived())
    if (missing < 1000) await recordEverywhere(round++)
    await pause(40)
    return isSo()
  }
  await until(recording, ms)
}
const arrived = async () => (await reporting.rows<{ n: number }>('select position::int as n from inbox.head'))[0]!.n
const keyOf = ({ stream, revision }: Pick<Recorded, 'stream' | 'revision'>) => `${stream} ${revision}`
const inStreams = (events: readonly Recorded[]) =>
  events.toSorted((a, b) => (a.stream < b.stream ? -1 : a.stream > b.stream ? 1 : 0)).map(keyOf)
const recorded = async () => (await cases.log.page('start', { limit: 100_000 })).events
const learnt = async () => {
  const inbox = openInbox({ pool: reporting.pool })
  const events: Recorded[] = []
  for (
    let page = await inbox.page('start', { limit: 10_000 });
    ;
    page = await inbox.page(page.scannedTo, { limit: 10_000 })
  ) {
    events.push(...page.events)
    if (page.caughtUp) return events
  }
}

const allArrives = async () => {
  const all = (await recorded()).length
  await until(async () => (await arrived()) >= all, 60_000)
}

/** All of what the log holds has come, each once and each stream in its order, and every partition was read to its end. */
const expectAllOnce = async () => {
  await allArrives()
  expect(inStreams(await learnt())).toEqual(inStreams(await recorded()))
  const ends = (await endsOf(bus, eventsTopic(bus, 'case'))).map(String)
  expect(ends).not.toContain('0')
  const offsets = () =>
    reporting.rows<{ next_offset: string }>('select next_offset from inbox.offsets order by partition')
  await until(async () => (await offsets()).map(({ next_offset }) => next_offset).join() === ends.join())
  expect(ends).toHaveLength(partitions)
}

;(broker ? describe : describe.skip)(title, () => {
  test('failure mode 10: two processes that come and go twenty times, slower than the time Kafka gives them, add each event once, and no partition is left behind', async () => {
    const sessionTimeout = 500
    startRelay()
    const holder = await reporting.process().connect()
    let last = fill({ sessionTimeout })
    for (let round = 0; round < 20; round++) {
      await recordEverywhere(round)
      // Nobody can add to the inbox until long after Kafka has given up whoever is about to.
      if (round % 5 === 0) {
        await holder.query('begin; select from inbox.head for update')
        await recordEverywhere(round)
        await until(async () => (await waitingForLock()) > 0, 20_000)
        await pause(2 * sessionTimeout)
        await holder.query('commit')
        await allArrives()
      }
      const next = fill({ sessionTimeout })
      if (round % 3 === 0) await loseLocks()
      await last.stop()
      last = next
    }
    holder.release()
    await recordEverywhere(0)
    await expectAllOnce()
    // Whoever joins again goes on where it was.
    expect(delivered).toBeLessThan(1.5 * (await recorded()).length)
  }, 120_000)

  test('failure mode 11: whatever is lost, torn, delayed or denied on the way to Kafka and back, what is published is what was recorded, in order, and nothing is lost or doubled in the inbox', async () => {
    const mishaps: Mishap[] = [
      ...(['lost', 'torn', 'answer lost', 'answer torn', 'answer late'] as const),
      // Request timed out; out of order; duplicate; invalid epoch; unknown producer: the last four end a producer.
      ...[7, 45, 46, 47, 59].map((error) => ({ error })),
    ]
    const met = { produce: 0, fetch: 0 }
    let requests = 0
    way.befall((asked) => {
      if (asked === 'else' || ++requests % 3 > 0) return undefined
      // The first five can happen to any request.
      return asked === 'produce' ? mishaps[met.produce++ % mishaps.length] : mishaps[met.fetch++ % 5]
    })
    const relay = startRelay()
    fill()
    await recordUntil(() => met.produce >= 2 * mishaps.length && met.fetch >= 10, 60_000)
    way.heal()
    await recordEverywhere(0)
    await expectAllOnce()

    expect(relay.lines).toContainEqual(expect.stringContaining('relay: retrying. Kafka:'))
    const published = await messages()
    expect([...new Set(published.map(keyOf))].toSorted()).toEqual((await recorded()).map(keyOf).toSorted())
    const seen = new Map<string, bigint>()
    const early = published.filter(({ stream, revision }) => {
      const last = seen.get(stream) ?? -1n
      seen.set(stream, revision > last ? revision : last)
      return revision > last + 1n
    })
    expect(early).toEqual([])
  }, 120_000)

  test('failure mode 12: a connection that is cut between adding events and committing skips none', async () => {
    startRelay()
    let cuts = 0
    fill({
      watched: (_, copier) => ({
        ...copier,
        apply: async (events, client, how) => {
          await sendAll(client, await copier.apply(events, client, how))
          if (cuts++ >= 4) return []
          const { rows } = await client.query('select pg_backend_pid() as pid')
          await reporting.pool.query('select pg_terminate_backend($1)', [rows[0].pid])
          return []
        },
      }),
    })
    await recordUntil(() => cuts > 4)
    await expectAllOnce()
  }, 60_000)

  test('failure mode 12: a process that is killed between adding events and committing skips none', async () => {
    startRelay()
    for (let death = 1; death <= 2; death++) {
      const dying = startProcess(reporting.database.url, { kafka: { brokers: way.address, prefix: bus.prefix } })
      await until(() => dying.said.includes('running'), 20_000)
      dying.tell('die apply')
      await recordEverywhere(death)
      expect(await dying.ended).toBe('SIGKILL')
    }
    fill()
    await recordEverywhere(0)
    await expectAllOnce()
  }, 60_000)
})

const waitingForLock = async () => {
  const [found] = await reporting.rows<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
  )
  return found!.n
}

/** As if the process that reads had gone silent: its locks are free, and it does not know yet. */
const loseLocks = () =>
  reporting.rows(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database =
    (select oid from pg_database where datname = current_database())`)

/** What the topic holds, each partition in its order. */
const messages = async () => {
  const topic = eventsTopic(bus, 'case')
  const missing = (await endsOf(bus, topic)).map(Number)
  const found: Recorded[] = []
  const consumer = bus.kafka.consumer({ groupId: `${bus.prefix}.test` })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      missing[partition] = missing[partition]! - 1
      found.push(fromMessage(message))
    },
  })
  await until(() => missing.every((left) => left === 0), 20_000)
  await consumer.disconnect()
  return found
}
