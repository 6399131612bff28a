import type { ServiceName } from '@wushe/contracts'
import { Unavailable } from '@wushe/event-store'
import { CompressionTypes, Partitioners, type Producer } from 'kafkajs'
import type pg from 'pg'
import { Fenced } from '../fault.ts'
import type { Follower } from '../follower.ts'
import { reaches, type Place } from '../position.ts'
import { say } from '../session.ts'
import { prepared } from '../transaction.ts'
import type { Bus } from './client.ts'
import { toMark } from './marks.ts'
import { toMessage } from './message.ts'
import { endsOf, eventsTopic, marksTopic, partitions } from './topics.ts'

export type Relay = Follower & {
  /** Ends the connections; a batch under way fails. */
  close(): Promise<void>
}

const relayName = 'relay'

/**
 * Publishes every event of a service's log on its topic, in order, at least once: one batch at a time is under way, and
 * the checkpoint moves when the brokers have acknowledged it (with an idempotent producer; after an error with a new one,
 * since kafkajs rolls its sequence numbers back at the wrong moment, tulios/kafkajs#1005). Readers drop what comes twice.
 *
 * When the topic holds less than was acknowledged before, it was lost: then everything is published again, as a new
 * edition. `republish` asks for that.
 */
export const relayOf = ({ bus, service, pool }: { bus: Bus; service: ServiceName; pool: pg.Pool }): Relay => {
  const topic = eventsTopic(bus, service)
  let producer: Promise<Producer> | undefined
  let ends: bigint[] = []
  let edition = 0
  let wholeAt: Place = 'start'
  let position: Place = 'start'
  const telling = teller(bus, service)
  const watching = setInterval(() => {
    endsOf(bus, topic)
      .then(async (now) => {
        if (now.some((end, partition) => end < (ends[partition] ?? 0n))) await republish(pool)
      })
      .catch(() => {}) // Who cannot be asked now is asked again.
  }, lookEveryMs).unref()

  const connected = () =>
    (producer ??= connect(bus, { idempotent: true, maxInFlightRequests: 1 }).catch((error) => {
      producer = undefined
      throw error
    }))

  /** Sequence numbers of a producer that failed cannot be trusted: the next batch goes with a new one. */
  const leave = async () => {
    const old = producer
    producer = undefined
    await (await old?.catch(() => undefined))?.disconnect().catch(() => {})
  }

  const tell = () => telling.say({ position, offsets: ends.map(String), edition, whole: reaches(position, wholeAt) })

  const send = async (messages: readonly Sized[]) => {
    const sent = await (
      await connected()
    ).sendBatch({
      acks: -1,
      timeout: 10_000,
      compression: sizeOf(messages) > 1000 ? CompressionTypes.GZIP : CompressionTypes.None,
      topicMessages: [{ topic, messages: [...messages] }],
    })
    for (const { partition, baseOffset } of sent) {
      const first = BigInt(baseOffset ?? -1)
      if (first < ends[partition]!) {
        // Kept at once: the new topic may soon hold more than the old one did.
        await pool.query('update feed.relayed set again = true')
        throw topicLost(topic)
      }
      ends[partition] = first + BigInt(messages.filter((one) => one.partition === partition).length)
    }
  }

  return {
    name: relayName,
    revision: 1,
    filter: {},
    tables: [],
    onPoison: 'stop',
    startsOver: async (client) => {
      ends = await reachable(() => endsOf(bus, topic))
      const { rows } = await client.query<Relayed>('select edition, offsets, whole_at, again from feed.relayed')
      const lost = rows[0]?.offsets.some((offset, partition) => BigInt(offset) > ends[partition]!)
      const again = lost || (rows[0]?.again ?? false)
      edition = (rows[0]?.edition ?? 0) + (again ? 1 : 0)
      const { rows: held } = await client.query<{ position: Place }>(
        'select position from es.checkpoints where name = $1',
        [relayName],
      )
      position = again ? 'start' : (held[0]?.position ?? 'start')
      wholeAt = again ? furthest(held[0]?.position, rows[0]!.whole_at) : (rows[0]?.whole_at ?? 'start')
      await client.query(
        `insert into feed.relayed (edition, offsets, whole_at) values ($1, $2, $3)
         on conflict (one) do update set edition = $1, offsets = $2, whole_at = $3, again = false`,
        [edition, ends, wholeAt],
      )
      tell()
      return again
    },
    publish: async (events) => {
      const messages = events.map((event) => withPartition(toMessage(service, event)))
      try {
        for (const part of inPieces(messages)) await reachable(() => send(part))
      } catch (error) {
        await leave()
        throw error
      }
      position = events.at(-1)!.position
      tell()
    },
    onlyHere: true,
    apply: async () => [prepared('update feed.relayed set offsets = $1', [ends])],
    close: async () => {
      clearInterval(watching)
      await Promise.all([leave(), telling.close()])
    },
  }
}

type Relayed = { edition: number; offsets: string[]; whole_at: Place; again: boolean }

/** Asks the service's relay, wherever it runs, to publish its whole log again, for readers that have lost a part. */
export const republish = async (pool: pg.Pool) => {
  await pool.query('update feed.relayed set again = true')
  // The relay looks when it takes its checkpoint over: whoever holds it now is fenced, and told to look.
  await pool.query('update es.checkpoints set epoch = epoch + 1 where name = $1', [relayName])
  await say(pool, 'redrive', relayName)
}

const furthest = (a: Place = 'start', b: Place) => (reaches(a, b) ? a : b)

/** A topic that was lost is noticed at the next event; or after this long, when none comes. */
const lookEveryMs = 20_000

/** Whoever is fenced takes the checkpoint over anew, and then looks what the topic holds. */
const topicLost = (topic: string) =>
  Object.assign(new Fenced(relayName), { message: `${topic} holds less than was published before.` })

/** Whatever else Kafka says, it may be well again later, and nothing else can be done meanwhile. */
const reachable = async <Result>(ask: () => Promise<Result>) => {
  try {
    return await ask()
  } catch (cause) {
    if (cause instanceof Fenced) throw cause
    throw new Unavailable(`Kafka: ${(cause as Error).message}`, { cause })
  }
}

const connect = async (bus: Bus, options: { idempotent?: boolean; maxInFlightRequests?: number } = {}) => {
  const producer = bus.kafka.producer({
    ...options,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 5 },
  })
  await producer.connect()
  return producer
}

/** Tells readers how far the relay has come, the newest word only, beside the events and without holding them up. */
const teller = (bus: Bus, service: ServiceName) => {
  const topic = marksTopic(bus, service)
  let producer: Promise<Producer> | undefined
  let next: string | undefined
  let saying: Promise<void> | undefined
  let closed = false

  const sayOn = async () => {
    while (next !== undefined && !closed) {
      const value = next
      next = undefined
      try {
        await (await (producer ??= connect(bus))).send({ topic, acks: -1, messages: [{ key: service, value }] })
      } catch {
        const old = producer
        producer = undefined
        await (await old?.catch(() => undefined))?.disconnect().catch(() => {})
        next ??= value
        if (!closed) await new Promise((resolve) => setTimeout(resolve, 500).unref())
      }
    }
    saying = undefined
  }

  return {
    say: (mark: Parameters<typeof toMark>[0]) => {
      next = toMark(mark)
      saying ??= sayOn()
    },
    close: async () => {
      closed = true
      const old = producer
      await (await old?.catch(() => undefined))?.disconnect().catch(() => {})
      await saying
    },
  }
}

type Sized = ReturnType<typeof toMessage> & { partition: number }

const assign = Partitioners.DefaultPartitioner()
const metadata = Array.from({ length: partitions }, (_, partitionId) => ({ partitionId, leader: 0 })) as never

const withPartition = (message: ReturnType<typeof toMessage>): Sized => ({
  ...message,
  partition: assign({ topic: '', partitionMetadata: metadata, message }),
})

const sizeOf = (messages: readonly Sized[]) => messages.reduce((size, { value }) => size + value.length, 0)

/** Brokers take a megabyte at most at once. */
const inPieces = (messages: readonly Sized[]): Sized[][] => {
  const pieces: Sized[][] = []
  let size = Infinity
  for (const message of messages) {
    const length = Buffer.byteLength(message.value) + 1000
    if (size + length > 900_000) {
      pieces.push([])
      size = 0
    }
    pieces.at(-1)!.push(message)
    size += length
  }
  return pieces
}
