import { existsSync } from 'node:fs'
import { afterAll, test } from '@jest/globals'
import { GenericContainer, Wait } from 'testcontainers'
import { eventStoreConformance } from '../../test/conformance.ts'
import { cuttableWay } from '../../test/cuttable-way.ts'
import { eventStoreDb } from './store.ts'

// The same suite over a real server: the one at EVENTSTORE_URL, or one in a container where there is an engine for them.
const image = 'docker.kurrent.io/kurrent-lts/kurrentdb:26.0.3'
const environment = {
  KURRENTDB_INSECURE: 'true',
  KURRENTDB_CLUSTER_SIZE: '1',
  KURRENTDB_RUN_PROJECTIONS: 'None',
  KURRENTDB_NODE_PORT: '2113',
  KURRENTDB_MEM_DB: 'true',
}

const server = await reach()

if ('reason' in server)
  test.skip(`over a real EventStoreDB: NOT RUN, for ${server.reason}. npm run test:eventstore -- esdb://localhost:2113?tls=false`, () => {})
else {
  afterAll(server.stop)
  eventStoreConformance('eventstoredb, over a real server', async () => {
    const way = await wayTo(server.url)
    const open = () => eventStoreDb({ url: way?.url ?? server.url, categories: ['case', 'caseFile', 'claim', 'mark'] })
    return { store: open(), another: open, ...way }
  })
}

async function reach(): Promise<{ url: string; stop: () => Promise<unknown> } | { reason: string }> {
  const url = process.env['EVENTSTORE_URL']
  if (url) return { url, stop: async () => {} }
  if (!process.env['DOCKER_HOST'] && !existsSync('/var/run/docker.sock'))
    return { reason: 'EVENTSTORE_URL is not set and there is no container engine' }
  try {
    const container = await new GenericContainer(image)
      .withEnvironment(environment)
      .withExposedPorts(2113)
      .withWaitStrategy(Wait.forHttp('/health/live', 2113).forStatusCodeMatching((code) => code < 300))
      .withStartupTimeout(120_000)
      .start()
    return {
      url: `esdb://${container.getHost()}:${container.getMappedPort(2113)}?tls=false`,
      stop: () => container.stop(),
    }
  } catch (error) {
    return { reason: `no container could be started (${(error as Error).message})` }
  }
}

/** A single node without TLS can be reached by a way that the suite cuts. */
async function wayTo(url: string) {
  const [, host, port = '2113'] = /^(?:esdb|kurrentdb):\/\/([^:,/?@]+)(?::(\d+))?\/?\?(?:.*&)?tls=false/.exec(url) ?? []
  if (!host) return undefined
  const way = await cuttableWay(host, Number(port))
  return { url: `esdb://127.0.0.1:${way.port}?tls=false`, cut: async () => way.cut(), end: way.close }
}
