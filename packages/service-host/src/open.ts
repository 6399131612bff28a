import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { ServiceName } from '@wushe/contracts'
import {
  checkCluster,
  openEventStore,
  postgresEventStore,
  type EventLog,
  type EventStore,
  type Upcasters,
} from '@wushe/event-store'
import {
  applyFeedSchema,
  applyInboxSchema,
  createRecordTable,
  fillFromKafka,
  fillerOf,
  follow,
  openInbox,
  preparing,
  recordFollower,
  relayOf,
  sharedTail,
  statementFollower,
  type Bus,
  type Follower,
  type Following,
  type Inbox,
  type Running,
} from '@wushe/feed'
import type { RecordSlice, Statement } from '@wushe/slice'
import type { Vault } from '@wushe/vault'
import { runner as migrate } from 'node-pg-migrate'
import { Pool } from 'pg'
import { accessCopy, accessUpcasters } from './access.ts'
import { agreementCopy, agreementRow, type AgreementRow } from './agreements.ts'
import { events } from './contract.ts'
import { authenticator } from './authenticate.ts'
import type { CredentialUse } from './credential-use.ts'
import { cursors, type Cursors } from './cursor.ts'
import { recordingDisclosures, type Disclose } from './disclosure.ts'
import { erasureFollower } from './erasure.ts'
import { personIndexFollower } from './person-index.ts'
import type { RateLimits } from './rate-limits.ts'
import { openRequestLog, type RequestLog } from './request-log.ts'
import type { Sandbox } from './sandbox.ts'
import type { Service } from './service.ts'
import type { Telemetry } from './telemetry.ts'
import type { Tokens } from './tokens.ts'

/** A service with its stores open and its followers running. */
export type OpenService = {
  name: ServiceName
  service: Service
  store: EventStore
  inbox: Inbox
  vault: Vault
  cursors: Cursors
  upcasters: Upcasters
  rows: <Row>(statement: Statement<Row>) => Promise<Row[]>
  authenticate: ReturnType<typeof authenticator>
  tokens: Tokens
  limits: RateLimits
  uses: CredentialUse
  requests: RequestLog
  /** Undefined where things are real. */
  sandbox?: Sandbox | undefined
  /** Records a disclosure, before the answer leaves. */
  disclose: Disclose
  agreement: (id: unknown) => Promise<AgreementRow | undefined>
  recordNamed: (name: string) => RecordSlice
  /** Position up to which a record's or projection's table stands, as committed. */
  checkpointOf: (table: string) => Promise<string>
  running: Map<string, { running: Running; source: 'own' | 'inbox' }>
  fillers: Map<ServiceName, Running>
  pool: Pool
  /** What the event store has to say to an operator. */
  warnings: () => string[]
  stopFollowing: () => Promise<void>
}

export type OpenOptions = {
  databaseUrl: string
  /** Where events are recorded: in the database, unless told otherwise. */
  eventStoreUrl?: string | undefined
  vault: Vault
  tokens: Tokens
  limits: RateLimits
  uses: CredentialUse
  sandbox?: Sandbox | undefined
  cursorSecret: Buffer
  poolSize?: number | undefined
  /** The log of another service that is hosted in this process. */
  feedOf: (name: ServiceName) => EventLog | undefined
  /** Where the events of the others are, and where ours go. */
  bus?: Bus | undefined
  /** Services that are not hosted here are not followed. */
  alone?: boolean | undefined
  log?: (line: Record<string, unknown>) => void
  telemetry?: Telemetry | undefined
}

const hostSchema = new URL('./schema.sql', import.meta.url)

/** First half: tables and store, so that others can follow this service's log. */
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

/** Second half: inbox, read-copies, read models. */
export async function openService(
  service: Service,
  stores: Awaited<ReturnType<typeof openStores>>,
  options: OpenOptions,
): Promise<OpenService> {
  const { pool, log } = stores
  const { vault, telemetry, tokens, limits, uses, sandbox } = options
  const upcasters = { ...accessUpcasters, ...service.upcasters }
  const store = telemetry?.store(service.name, stores.store) ?? stores.store
  const stopping = new AbortController()
  const inbox = openInbox({ pool, ahead: sandbox?.ahead })
  const inboxLog = sharedTail(inbox, { keep: 1000 })
  const owner = `${service.name} ${hostname()} ${process.pid}`
  const running: OpenService['running'] = new Map()
  const fillers: OpenService['fillers'] = new Map()
  const start = (from: EventLog, follower: Follower, source?: ServiceName) =>
    follow(from, telemetry?.follower(service.name, follower, source) ?? follower, {
      pool,
      owner,
      signal: stopping.signal,
      ...(options.log && { log: (line: string) => options.log!({ line }) }),
    })

  for (const record of service.records)
    running.set(record.table, {
      running: start(log, recordFollower(record, { upcasters: service.upcasters })),
      source: 'own',
    })
  const found = Object.values(service.operations).flatMap((slice) =>
    slice.kind === 'search' ? [slice.record.category] : [],
  )
  if (found.length > 0)
    running.set('person-index', {
      running: start(log, personIndexFollower({ vault, store, categories: found })),
      source: 'own',
    })
  running.set('erasure', { running: start(log, erasureFollower({ vault })), source: 'own' })

  const followed = new Map<ServiceName, Set<string>>()
  for (const projection of [accessCopy, agreementCopy, ...service.projections]) {
    const sources = Object.keys(projection.following) as ServiceName[]
    const own = sources.every((source) => source === service.name)
    const follower = statementFollower(projection, { service: service.name, upcasters })
    running.set(projection.name, { running: start(own ? log : inboxLog, follower), source: own ? 'own' : 'inbox' })
    if (!own)
      for (const source of sources)
        followed.set(source, new Set([...(followed.get(source) ?? []), ...Object.keys(projection.following[source]!)]))
  }
  // The ledger follows every service and keeps every fact; the others keep what they need.
  const everything = service.name === 'reporting'
  if (everything) for (const { service: name } of events) followed.set(name as ServiceName, new Set())
  const remote = new Map<ServiceName, Following>()
  for (const [source, types] of followed) {
    const following: Following = everything ? 'everything' : { types: [...types].sort() }
    const from = source === service.name ? log : options.feedOf(source)
    if (from) fillers.set(source, start(from, fillerOf(inbox, source, following), source))
    else if (options.bus) remote.set(source, following)
    else if (!options.alone)
      throw new NoWayToFollow(
        `${service.name} follows ${source}, which is not hosted in this process. Set KAFKA_BROKERS, or host it here too.`,
      )
  }
  const { bus } = options
  const relay = bus && relayOf({ bus, service: service.name, pool })
  if (relay) running.set(relay.name, { running: start(log, relay), source: 'own' })
  if (bus && remote.size > 0)
    for (const [source, filling] of fillFromKafka({
      ...{ bus, inbox, sources: remote, signal: stopping.signal },
      group: `${bus.prefix}.${service.name}`,
      watched: telemetry && ((source, copier) => telemetry.copier(service.name, source, copier)),
      ...(options.log && { log: (line: string) => options.log!({ line }) }),
    }))
      fillers.set(source, filling)

  const query = preparing()
  const rows: OpenService['rows'] = async ({ text, values }) => (await pool.query(query(text, values))).rows
  const records = new Map(service.records.map((record) => [record.name as string, record]))
  const agreements = new Map<string, AgreementRow>()
  return {
    name: service.name,
    service,
    store,
    inbox,
    vault,
    cursors: cursors(options.cursorSecret),
    upcasters: service.upcasters,
    rows,
    authenticate: authenticator(rows, tokens),
    ...{ tokens, limits, uses, sandbox },
    requests: openRequestLog(pool),
    disclose: recordingDisclosures({ store, vault }),
    // An agreement, once active, keeps its parties and its period: what was found is kept.
    agreement: async (id) => {
      if (typeof id !== 'string') return undefined
      const found = agreements.get(id) ?? (await rows(agreementRow(id)))[0]
      if (found) agreements.set(id, found)
      return found
    },
    recordNamed: (name) => {
      const record = records.get(name)
      if (!record) throw new Error(`${service.name} has no record ${name}.`)
      return record
    },
    checkpointOf: async (table) => {
      const { rows: found } = await pool.query(
        'select position from es.checkpoints where name = $1 order by version desc limit 1',
        [table],
      )
      const position = found[0]?.position
      return position === undefined || position === 'start' ? '' : position
    },
    running,
    fillers,
    pool,
    warnings: stores.warnings,
    stopFollowing: async () => {
      stopping.abort()
      await relay?.close()
      await Promise.all(
        [...[...running.values()].map((one) => one.running), ...fillers.values()].map((one) => one.done),
      )
    },
  }
}

/** A service is followed that cannot be reached. */
class NoWayToFollow extends Error {
  override name = 'NoWayToFollow'
}
