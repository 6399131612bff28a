import { startBroker } from '@wushe/embedded-kafka'
import { applyFeedSchema, createTopics, eventsTopic, follow, openBus, relayOf, type Bus } from '@wushe/feed'
import { join } from 'node:path'
import { neighbour } from './apart.ts'
import { openLog } from './databases.ts'
import { fill } from './fill.ts'
import { compared, type Line, type Measure } from './measure.ts'
import { interleaved, type Contender } from './rounds.ts'

/** A log to Kafka, beside the same messages without a log; then what a neighbour waits for over both. */
export const relay: Measure = {
  id: 'K1',
  limit: 600,
  take: async (bench): Promise<Line[]> => {
    const total = bench.quick ? 10_000 : 100_000
    const log = await openLog(bench)
    const { store, pool } = log.open()
    const client = await pool.connect()
    await applyFeedSchema(client)
    client.release()
    await fill(bench, log.ownerUrl, { total, length: 10 })
    const head = await store.log.head()
    if (head === 'start') throw new Error('The log is empty.')

    const broker = await startBroker({ dir: join(bench.dir, 'kafka') })
    bench.atEnd(() => broker.stop())
    const busOf = (prefix: string) => openBus({ brokers: [broker.brokers], prefix, clientId: 'bench' })
    const [ours, raw] = [busOf('ours'), busOf('raw')]
    for (const bus of [ours, raw]) await createTopics(bus, ['case'])

    const relayed =
      (bus: Bus): Contender =>
      async () => {
        await pool.query('delete from es.checkpoints')
        const end = new AbortController()
        const relay = relayOf({ bus, service: 'case', pool })
        const start = performance.now()
        const running = follow(store.log, relay, { pool, owner: 'bench', signal: end.signal })
        const arrived = await running.waitFor(head, 120_000)
        const ms = performance.now() - start
        end.abort()
        await relay.close()
        await running.done
        if (!arrived) throw new Error('The relay did not come to the end.')
        return { count: total, ms }
      }
    const heard: Heard = { options: {}, batches: [] }
    await relayed(overheard(ours, heard))(0)
    const sent = heard.batches.reduce((sum, { topicMessages }) => sum + topicMessages![0]!.messages.length, 0)
    if (sent !== total) throw new Error(`${sent} of ${total} messages were sent.`)

    const rounds = await interleaved({ ours: relayed(ours), kafkajs: alone(raw, heard, total) }, bench, { turns: 1 })
    const title = `log → Kafka, ${total.toLocaleString('en')} events`
    return [...compared(title, 'events/s', rounds, 'ours', { kafkajs: 0.8 }), ...(await neighbour(bench))]
  },
}

type Producer = ReturnType<Bus['kafka']['producer']>
type ProducerOptions = NonNullable<Parameters<Bus['kafka']['producer']>[0]>
type Heard = { options: ProducerOptions; batches: Parameters<Producer['sendBatch']>[0][] }

/** A bus that keeps what its idempotent producer, which is that of the events, was made of and has sent. */
const overheard = (bus: Bus, heard: Heard): Bus => ({
  ...bus,
  kafka: Object.assign(Object.create(bus.kafka) as Bus['kafka'], {
    producer: (options: ProducerOptions): Producer => {
      const producer = bus.kafka.producer(options)
      if (!options.idempotent) return producer
      heard.options = options
      return { ...producer, sendBatch: (batch) => (heard.batches.push(batch), producer.sendBatch(batch)) }
    },
  }),
})

/** The same messages in the same batches, one after the other, over a producer of the same making. */
const alone =
  (bus: Bus, { options, batches }: Heard, total: number): Contender =>
  async () => {
    const topic = eventsTopic(bus, 'case')
    const start = performance.now()
    const producer = bus.kafka.producer(options)
    await producer.connect()
    for (const batch of batches)
      await producer.sendBatch({ ...batch, topicMessages: [{ topic, messages: batch.topicMessages![0]!.messages }] })
    const ms = performance.now() - start
    await producer.disconnect()
    return { count: total, ms }
  }
