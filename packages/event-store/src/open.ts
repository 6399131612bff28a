import { Pool } from 'pg'
import type { EventStore } from './event-store.ts'
import { eventStoreDb } from './eventstoredb/store.ts'
import { postgresEventStore } from './postgres/store.ts'

/**
 * The store that an address names: `postgres://…`, or `esdb://…` and `kurrentdb://…`, which want to know the categories of
 * the service. A store in PostgreSQL gets a pool of its own, which its `close` ends.
 */
export const openEventStore = (
  url: string,
  { categories, service }: { categories: readonly string[]; service?: string },
): EventStore => {
  const scheme = url.split(':', 1)[0]!
  if (/^(esdb|kurrent(db)?)(\+discover)?$/.test(scheme))
    return eventStoreDb({ url, categories, ...(service && { service }) })
  if (!/^postgres(ql)?$/.test(scheme))
    throw new Error(`There is no event store for addresses that begin with ${scheme}:.`)
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 5_000 })
  const store = postgresEventStore({ pool, listenUrl: url })
  let ended: Promise<void> | undefined
  return { ...store, close: () => (ended ??= store.close().then(() => pool.end())) }
}
