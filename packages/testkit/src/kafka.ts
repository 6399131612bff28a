import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findJars, KafkaMissing, startBroker } from '@wushe/embedded-kafka'

export type TestKafka = {
  /** `host:port`, several with commas. */
  brokers: string
  stop(): Promise<void>
}

/** Why no Kafka of its own can run on this machine; undefined where it can. */
export const kafkaMissing = async (): Promise<string | undefined> => {
  try {
    await findJars()
    return undefined
  } catch (error) {
    if (error instanceof KafkaMissing) return error.message
    throw error
  }
}

/**
 * A real Kafka for the tests of one file: the one at KAFKA_BROKERS, or one of its own on this machine. Undefined where
 * neither is to be had, so that the tests can be skipped under a name that says why.
 */
export const testKafka = async (): Promise<TestKafka | undefined> => {
  const given = process.env['KAFKA_BROKERS']
  if (given) return { brokers: given, stop: async () => {} }
  const dir = mkdtempSync(join(tmpdir(), 'wushe-test-kafka-'))
  try {
    const broker = await startBroker({ dir, settings: { 'log.flush.interval.ms': 600_000 } })
    return {
      brokers: broker.brokers,
      stop: async () => {
        await broker.stop()
        rmSync(dir, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(dir, { recursive: true, force: true })
    if (error instanceof KafkaMissing) return undefined
    throw error
  }
}
