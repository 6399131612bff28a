import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceName } from '@wushe/contracts'
import { messageViolations } from '@wushe/contracts/asyncapi-check'
import { eventsTopic, openBus } from '@wushe/feed'
import { serviceNames } from '../scripts/all-services.ts'
import type { Logged } from './under-test.ts'

/**
 * Everything on the topics of events, from the beginning, read as docs/guides/events.md tells others to: what comes again
 * is dropped, and so is what comes after a gap, since a new edition brings it again. Each message is held against
 * contracts/asyncapi.yaml.
 */
export const readTopics = async (dir: string): Promise<Map<ServiceName, { events: Logged[]; dropped: number }>> => {
  const port = /^listeners=PLAINTEXT:\/\/127\.0\.0\.1:(\d+)/m.exec(
    readFileSync(join(dir, 'kafka/server.properties'), 'utf8'),
  )![1]
  const bus = openBus({ brokers: [`127.0.0.1:${port}`], prefix: 'wushe', clientId: 'faults' })
  const topics = new Map(serviceNames.map((service) => [eventsTopic(bus, service), service]))
  const admin = bus.kafka.admin()
  await admin.connect()
  const left = new Map<string, bigint>()
  for (const topic of topics.keys())
    for (const { partition, high, low } of await admin.fetchTopicOffsets(topic))
      if (BigInt(high) > BigInt(low)) left.set(`${topic} ${partition}`, BigInt(high))
  await admin.disconnect()

  const found = new Map(serviceNames.map((service) => [service, { events: [] as Logged[], dropped: 0 }]))
  const last = new Map<string, number>()
  const consumer = bus.kafka.consumer({ groupId: `wushe.faults.${crypto.randomUUID()}`, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics.keys()], fromBeginning: true })
  try {
    await new Promise<void>((resolve, reject) => {
      if (left.size === 0) resolve()
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
      setTimeout(
        () => reject(new Error(`The topics were not read within a minute: ${[...left.keys()].join(', ')}`)),
        60_000,
      ).unref()
      void consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch: { topic, partition, messages } }) => {
          const { events } = found.get(topics.get(topic)!)!
          for (const message of messages) {
            const wrong = messageViolations(message as never)
            if (wrong.length > 0) reject(new Error(`${topic}: ${wrong.join('; ')}`))
            const stream = message.key!.toString()
            const revision = Number(message.headers!['ce_sequence']!.toString())
            if (revision === (last.get(stream) ?? -1) + 1) {
              events.push({ id: message.headers!['ce_id']!.toString(), stream, revision })
              last.set(stream, revision)
            } else found.get(topics.get(topic)!)!.dropped++
          }
          const end = left.get(`${topic} ${partition}`)
          if (end !== undefined && BigInt(messages.at(-1)!.offset) + 1n >= end) left.delete(`${topic} ${partition}`)
          if (left.size === 0) resolve()
        },
      })
    })
  } finally {
    await consumer.disconnect()
  }
  return found
}
