import { hostname } from 'node:os'
import type { ServiceName } from '@wushe/contracts'
import type { EventLog, EventStore } from '@wushe/event-store'
import {
  fillFromKafka,
  fillerOf,
  follow,
  recordFollower,
  relayOf,
  sharedTail,
  statementFollower,
  type Follower,
  type Following,
  type Inbox,
  type Running,
} from '@wushe/feed'
import { accessCopy, accessUpcasters } from './access.ts'
import { agreementCopy } from './agreements.ts'
import { events } from './contract.ts'
import { erasureFollower } from './erasure.ts'
import type { OpenOptions } from './open.ts'
import { personIndexFollower } from './person-index.ts'
import type { Service } from './service.ts'
import type { Stores } from './stores.ts'

export type Followers = {
  /** By the name of the record's table or of the projection. */
  running: Map<string, { running: Running; source: 'own' | 'inbox' }>
  /** What fills the inbox, by the service that it comes from. */
  fillers: Map<ServiceName, Running>
  stop: () => Promise<void>
}

/** Starts whatever follows a log: read models, read-copies of others, the inbox, the relay. */
export function startFollowers(
  service: Service,
  { pool, log, store, inbox }: Pick<Stores, 'pool' | 'log'> & { store: EventStore; inbox: Inbox },
  options: OpenOptions,
): Followers {
  const { vault, telemetry, bus } = options
  const upcasters = { ...accessUpcasters, ...service.upcasters }
  const stopping = new AbortController()
  const inboxLog = sharedTail(inbox, { keep: 1000 })
  const owner = `${service.name} ${hostname()} ${process.pid}`
  const running: Followers['running'] = new Map()
  const fillers: Followers['fillers'] = new Map()
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
    else if (bus) remote.set(source, following)
    else if (!options.alone)
      throw new NoWayToFollow(
        `${service.name} follows ${source}, which is not hosted in this process. Set KAFKA_BROKERS, or host it here too.`,
      )
  }
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

  return {
    running,
    fillers,
    stop: async () => {
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
