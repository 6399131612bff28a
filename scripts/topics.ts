// Makes the topics of all services on the brokers of KAFKA_BROKERS that are not there yet: npm run topics
import { parseArgs } from 'node:util'
import { createTopics, openBus } from '@wushe/feed'
import { readKafkaConfig } from '@wushe/service-host'
import { serviceNames } from './all-services.ts'

const { values } = parseArgs({
  options: { replicas: { type: 'string', default: '1' }, 'retention-days': { type: 'string', default: '30' } },
})
try {
  const kafka = readKafkaConfig(process.env)
  if (!kafka) throw new Error('KAFKA_BROKERS is missing: host:port, several separated by commas.')
  const made = await createTopics(openBus({ ...kafka, clientId: 'wushe topics' }), serviceNames, {
    replicas: Number(values.replicas),
    retentionDays: Number(values['retention-days']),
  })
  console.log(made.length > 0 ? `Made ${made.join(', ')}.` : 'All topics are there.')
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
