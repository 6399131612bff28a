import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { ServiceName } from '@wushe/contracts'
import { checkCluster, openEventStore, postgresEventStore, type EventStore } from '@wushe/event-store'
import { applyFeedSchema, applyInboxSchema, createRecordTable, sharedTail } from '@wushe/feed'
import { runner as migrate } from 'node-pg-migrate'
import { Pool } from 'pg'
import { events } from './contract.ts'
import type { OpenOptions } from './open.ts'
import type { Service } from './service.ts'

export type Stores = Awaited<ReturnType<typeof openStores>>

const hostSchema = new URL('./schema.sql', import.meta.url)

/** A service's tables and store, so that others can follow its log before it follows theirs. */
export async function openStores(
  service: Service,
  {
    databaseUrl,
    eventStoreUrl = databaseUrl,
    poolSize = 4,
  }: Pick<OpenOptions, 'databaseUrl' | 'eventStoreUrl' | 'poolSize'>,
) {
  const pool = new Pool({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    max: poolSize,
    application_name: `wushe ${service.name}`,
    pipeline: true,
  } as never)
  pool.on('error', () => {}) // A lost idle connection is replaced at the next use.
  const client = await pool.connect()
  try {
    await client.query('select pg_advisory_lock(7710)') // Two processes of one service start one after the other.
    await client.query(await readFile(hostSchema, 'utf8'))
    await applyFeedSchema(client)
    await applyInboxSchema(client)
    if (service.migrations)
      await migrate({
        dbClient: client,
        dir: fileURLToPath(service.migrations),
        direction: 'up',
        migrationsTable: 'migrations',
        migrationsSchema: 'host',
        log: () => {},
        noLock: true,
      } as never)
    for (const record of service.records) await createRecordTable(client, record.table)
  } finally {
    await client.query('select pg_advisory_unlock(7710)').catch(() => {})
    client.release()
  }
  await checkCluster(pool)
  const store =
    eventStoreUrl === databaseUrl
      ? postgresEventStore({ pool, listenUrl: databaseUrl })
      : openEventStore(eventStoreUrl, { service: service.name, categories: categoriesOf(service.name) })
  const close = async () => {
    await store.close()
    await pool.end()
  }
  return { pool, store, log: sharedTail(store.log, { keep: 1000 }), warnings: warningsOf(store), close }
}

/**
 * What the event store itself has to say to an operator, as it was when last asked: asking may take seconds, and whoever
 * asks how we are does not wait for it.
 */
const warningsOf = (store: EventStore & { health?: () => Promise<{ warnings: string[] }> }) => {
  let known: string[] = []
  let asked = -Infinity
  return () => {
    if (store.health && performance.now() - asked > 60_000) {
      asked = performance.now()
      store.health().then(
        ({ warnings }) => (known = warnings),
        () => {}, // That it cannot be reached shows elsewhere.
      )
    }
    return known
  }
}

const categoriesOf = (service: ServiceName) => [
  ...new Set(events.filter((event) => event.service === service).map(({ category }) => category)),
]
