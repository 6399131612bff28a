import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceName } from '@wushe/contracts'
import type { Admin, ITopicConfig } from 'kafkajs'
import type { Bus } from './client.ts'

/** Fixed for life: another number would put a stream into another partition, and its order would be lost. */
export const partitions = 12

/** Every event of a service; the key is the stream. */
export const eventsTopic = ({ prefix }: Pick<Bus, 'prefix'>, service: ServiceName) => `${prefix}.${service}.events`

/** What the service's relay has published so far (`marks.ts`); only the newest counts. */
export const marksTopic = ({ prefix }: Pick<Bus, 'prefix'>, service: ServiceName) => `${prefix}.${service}.marks`

/** Brokers refuse what seems to come from the future, which a service with a wrong clock would publish. */
const brokersClock = { name: 'message.timestamp.type', value: 'LogAppendTime' }

/**
 * Makes the topics of these services that are not there yet, and answers their names. Brokers make none by themselves.
 * Throws WrongTopic when one is there with another number of partitions.
 */
export const createTopics = async (
  bus: Bus,
  services: readonly ServiceName[],
  { replicas = 1, retentionDays = 30 } = {},
): Promise<string[]> => {
  const admin = bus.kafka.admin()
  await admin.connect()
  try {
    const there = new Set(await admin.listTopics())
    const wanted = services.flatMap((service): ITopicConfig[] => [
      {
        topic: eventsTopic(bus, service),
        numPartitions: partitions,
        replicationFactor: replicas,
        configEntries: [
          { name: 'cleanup.policy', value: 'delete' },
          brokersClock,
          { name: 'retention.ms', value: String(retentionDays * 86_400_000) },
          { name: 'min.insync.replicas', value: String(Math.max(1, replicas - 1)) },
        ],
      },
      {
        topic: marksTopic(bus, service),
        numPartitions: 1,
        replicationFactor: replicas,
        configEntries: [{ name: 'cleanup.policy', value: 'compact' }, brokersClock],
      },
    ])
    const missing = wanted.filter(({ topic }) => !there.has(topic))
    if (missing.length > 0) await admin.createTopics({ topics: missing, waitForLeaders: false })
    const topics = await whenKnown(
      admin,
      wanted.map(({ topic }) => topic),
    )
    for (const { topic, numPartitions } of wanted) {
      const found = topics.find(({ name }) => name === topic)?.partitions.length
      if (found !== numPartitions)
        throw new WrongTopic(
          `${topic} has ${found} partitions and needs ${numPartitions}, for ever. Nothing was changed: choose another KAFKA_PREFIX, or delete the topic if nothing relies on it.`,
        )
    }
    return missing.map(({ topic }) => topic)
  } finally {
    await admin.disconnect()
  }
}

/** A broker may not know yet, or not who leads, what it has just made; kafkajs waits for the latter only. */
const whenKnown = async (admin: Admin, topics: string[]) => {
  for (let tries = 0; ; tries++) {
    try {
      return (await admin.fetchTopicMetadata({ topics })).topics
    } catch (error) {
      if (tries > 50 || !(error as { retriable?: boolean }).retriable) throw error
      await sleep(100)
    }
  }
}

/** A topic of ours is there, but not as it has to be; the message says what to do. */
class WrongTopic extends Error {
  override name = 'WrongTopic'
}

/** The offset that the next message of each partition will have. Throws when the topic is not there. */
export const endsOf = async ({ kafka }: Bus, topic: string): Promise<bigint[]> => {
  const admin = kafka.admin()
  await admin.connect()
  try {
    if (!(await admin.listTopics()).includes(topic))
      throw new WrongTopic(`${topic} is not there. Make the topics: npm run topics`)
    const found = await admin.fetchTopicOffsets(topic)
    const ends = found.sort((a, b) => a.partition - b.partition).map(({ high }) => BigInt(high))
    if (ends.length !== partitions)
      throw new WrongTopic(`${topic} has ${ends.length} partitions and needs ${partitions}.`)
    return ends
  } finally {
    await admin.disconnect()
  }
}
