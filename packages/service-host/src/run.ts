import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ServiceName } from '@wushe/contracts'
import type { EventLog } from '@wushe/event-store'
import { openBus } from '@wushe/feed'
import { openVault } from '@wushe/vault'
import { Pool } from 'pg'
import type { Config } from './config.ts'
import { http, type HttpOptions } from './http.ts'
import { health } from './health.ts'
import { credentialUse } from './credential-use.ts'
import { openService, type OpenService } from './open.ts'
import { defaultLimits, openRateLimits } from './rate-limits.ts'
import type { OpenSandbox, Sandbox } from './sandbox.ts'
import type { Service } from './service.ts'
import { openStores } from './stores.ts'
import { openTokens } from './tokens.ts'
import { answerUnavailable } from './unavailable.ts'
import { startWorkers } from './work.ts'

type Optional = 'host' | 'eventStoreUrl' | 'limits' | 'webhooksToLoopback'
export type RunOptions = Pick<
  HttpOptions,
  'now' | 'maxBodyBytes' | 'validateAnswers' | 'log' | 'telemetry' | 'streaming'
> &
  Omit<Config, Optional | 'telemetryTo'> &
  Partial<Pick<Config, Optional>> & {
    /** Services that are not hosted here are not followed: for tests of one service. */
    alone?: boolean
    /** Connections of each service to its database. */
    poolSize?: number
    /** The sandbox that stands beside them. */
    besides?: OpenSandbox
    /** The sandbox that they stand in. */
    sandbox?: Sandbox
  }

export type Host = {
  url: string
  services: readonly OpenService[]
  /** Refuses new connections, finishes what was accepted, closes what it opened. */
  stop: () => Promise<void>
}

/** Hosts one service, or all of them in one process. What it opened before a failure, it closes again. */
export async function run(services: readonly Service[], options: RunOptions): Promise<Host> {
  const opened: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const one of opened.splice(0).reverse()) await one()
  }
  try {
    // The port comes first: who finds it taken has touched nothing.
    const door = await openDoor(options.port, options.host)
    opened.push(door.close)
    const closing = new AbortController()
    const at = { url: door.url, closing: closing.signal }
    const live = await hostAt(services, options, at)
    opened.push(live.stop)
    const { publicUrl } = options
    const sandbox = options.besides?.({ ...at, publicUrl })
    if (sandbox) opened.push(sandbox.stop)
    door.serve(
      sandbox ? (req, res) => (sandbox.takes(req) ? sandbox.serve(req, res) : void live.serve(req, res)) : live.serve,
    )
    // Last opened, first closed: no new requests, then no more following, then no more stores.
    opened.push(async () => {
      closing.abort()
      await door.shut()
    })
    return { url: door.url, services: live.services, stop: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Services with all that they need but a port. */
export type Hosted = Pick<Host, 'services' | 'stop'> & { serve: RequestListener }

export async function hostAt(
  services: readonly Service[],
  options: RunOptions,
  { url, closing }: { url: string; closing: AbortSignal },
): Promise<Hosted> {
  const opened: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const one of opened.splice(0).reverse()) await one()
  }
  const { sandbox } = options
  const now = options.now ?? (() => new Date(Date.now() + (sandbox?.ahead() ?? 0)))
  try {
    const vaultPool = new Pool({
      connectionString: options.vaultUrl,
      max: 3,
      application_name: 'wushe vault',
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
    })
    vaultPool.on('error', () => {})
    opened.push(() => vaultPool.end())
    const vault = await openVault({ pool: vaultPool, master: options.master })
    const tokens = openTokens({ vault, issuer: options.publicUrl ?? url, ...options })
    const limits = openRateLimits(options.limits ?? defaultLimits)
    const uses = credentialUse(vaultPool)

    const stores = await Promise.all(
      services.map(async (service) => {
        const made = await openStores(service, {
          databaseUrl: options.databaseUrl(service.name),
          eventStoreUrl: options.eventStoreUrl?.(service.name),
          poolSize: options.poolSize,
        })
        opened.push(made.close)
        return made
      }),
    )
    const feedOf = (name: ServiceName): EventLog | undefined =>
      stores[services.findIndex((service) => service.name === name)]?.log
    const log = options.log && ((line: string) => options.log!({ line }))
    const bus = options.kafka && openBus({ ...options.kafka, clientId: `wushe ${process.pid}`, ...(log && { log }) })
    const open = await Promise.all(
      services.map((service, index) =>
        openService(service, stores[index]!, {
          databaseUrl: options.databaseUrl(service.name),
          ...{ vault, tokens, limits, uses, sandbox },
          cursorSecret: options.cursorSecret,
          feedOf,
          bus,
          alone: options.alone,
          telemetry: options.telemetry,
          ...(options.log && { log: options.log }),
        }),
      ),
    )
    opened.push(() => Promise.all(open.map((service) => service.requests.close())))
    opened.push(() => Promise.all(open.map((service) => service.stopFollowing())))
    const unobserve = options.telemetry?.observe(open)
    if (unobserve) opened.push(async () => unobserve())
    const workers = startWorkers(open, { ...options, now })
    opened.push(workers.stop)
    const streaming = { ...options.streaming, closing }
    const api = http({ services: open, ...options, now, streaming, apiUrl: options.apiUrl ?? (() => url) })
    return { services: open, serve: health(open, api), stop: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Listens at once and answers 503 until there is something to serve. */
export async function openDoor(port: number, host = '127.0.0.1') {
  let serve: RequestListener = (req, res) => answerUnavailable(req, res)
  let shutting = false
  const server = createServer((req, res) => {
    // A kept-alive connection would go on asking; after this answer it has to come again, and finds nobody.
    if (shutting) res.setHeader('connection', 'close')
    serve(req, res)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()))
  const shut = () => {
    shutting = true
    server.close()
    server.closeIdleConnections()
    return closed
  }
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    serve: (listener: RequestListener) => void (serve = listener),
    /** Refuses new connections and finishes what was accepted. */
    shut,
    close: () => (shutting ? closed : shut()),
  }
}
