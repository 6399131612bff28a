// Services apart on one machine: PostgreSQL, Kafka, five processes with their own databases and ports, one proxy.
import { spawn, type ChildProcess } from 'node:child_process'
import { openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ServiceName } from '@wushe/contracts'
import { startBroker, type Broker } from '@wushe/embedded-kafka'
import { freePort, startCluster, type Cluster } from '@wushe/embedded-postgres'
import { createTopics, openBus } from '@wushe/feed'
import { databaseOf, prepareDatabases, run, type Credentials } from '@wushe/service-host'
import { serviceNames, services } from './all-services.ts'
import { byRole, firstOrganisations } from './first-organisations.ts'
import { keepRunning, type Kept } from './keep-running.ts'
import type { Product } from './product.ts'
import { startProxy } from './proxy.ts'
import { secretsOf } from './secrets.ts'

export type ApartOptions = {
  dir: string
  port: number
  /** Processes of each service. */
  copies?: number
  log?: (line: string) => void
  /** Set for a process of a service, the first copy being 0, beside what it needs. */
  env?: (service: ServiceName, copy: number) => Record<string, string>
  settings?: Record<string, string | number>
  /** Where services find what listens at this port: elsewhere, if something is put between. */
  through?: (what: 'postgres' | 'kafka', port: number) => Promise<number>
}

const root = join(import.meta.dirname, '..')

/**
 * Starts all of it in a folder. What dies is started again, on the port that it had, while the others go on answering:
 * `apart.json` in the folder says which process is which at the moment.
 */
export async function startApart({
  dir,
  port,
  copies = 1,
  log = () => {},
  env = () => ({}),
  settings,
  through = async (_, at) => at,
}: ApartOptions): Promise<Product> {
  const front = port || (await freePort())
  const secrets = secretsOf(dir)
  const table = openTable(join(dir, 'apart.json'))
  const stops: (() => Promise<unknown>)[] = []
  let stopping = false
  const stop = async () => {
    stopping = true
    for (const one of stops.splice(0).reverse()) await one()
    table.remove()
  }
  const keep = <One extends Kept>(name: string, start: () => Promise<One>) =>
    keepRunning(name, start, { stops, stopping: () => stopping, log })

  try {
    const postgresPort = await freePort()
    const cluster = await keep('PostgreSQL', () =>
      startPostgres(
        { dir, password: secrets.postgres, port: postgresPort, log, ...(settings && { settings }) },
        table.set,
      ),
    )
    const kafkaPort = await freePort()
    const brokers = `127.0.0.1:${await through('kafka', kafkaPort)}`
    await keep('Kafka', () =>
      startKafka({ dir: join(dir, 'kafka'), port: kafkaPort, advertised: brokers, log }, table.set),
    )
    log('Preparing databases …')
    await prepareDatabases(cluster.url(), secrets.roles)

    const database = new URL(cluster.url())
    database.port = String(await through('postgres', postgresPort))
    const urlOf = (name: keyof Credentials) =>
      databaseOf(database.href, `wushe_${name}`, { user: `wushe_${name}`, password: secrets.roles[name] })
    const made = await makeFirst(urlOf, secrets)

    log('Starting the services …')
    const ports = new Map<ServiceName, number[]>()
    for (const name of serviceNames)
      ports.set(name, await Promise.all(Array.from({ length: copies }, () => freePort())))
    await Promise.all(
      serviceNames.flatMap((service) =>
        ports.get(service)!.map((own, copy) =>
          keep(`${service}${copies > 1 ? ` ${copy + 1}` : ''}`, () =>
            startService({
              service,
              ...{
                log: join(dir, `${service}.log`),
                set: (pid) =>
                  table.set(copies > 1 ? `${service}-${copy + 1}` : service, { pid, url: `http://127.0.0.1:${own}` }),
              },
              env: {
                PORT: String(own),
                DATABASE_URL: urlOf(service),
                VAULT_DATABASE_URL: urlOf('vault'),
                VAULT_MASTER_KEY: secrets.master,
                CURSOR_SECRET: secrets.cursor,
                KAFKA_BROKERS: brokers,
                API_URL: `http://127.0.0.1:${front}`,
                PUBLIC_URL: process.env['PUBLIC_URL'] ?? `http://127.0.0.1:${front}`,
                TRUSTED_PROXIES: 'loopback',
                ...metricsPort(serviceNames.indexOf(service) + copy * serviceNames.length),
                ...env(service, copy),
              },
            }),
          ),
        ),
      ),
    )
    const proxy = await startProxy(front, (service) => ports.get(service)!.map((own) => `http://127.0.0.1:${own}`))
    stops.push(() => proxy.stop())
    await known(proxy.url, made.operator.key)
    return {
      url: proxy.url,
      ...byRole(made),
      ended: new Promise(() => {}),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Each process has metrics of its own: the first at METRICS_PORT, the next at the ports after it. */
const metricsPort = (place: number) => {
  const { METRICS_PORT: first } = process.env
  return first ? { METRICS_PORT: String(Number(first) + place) } : undefined
}

type SetRow = (name: string, row: { pid: number; url?: string }) => void

const startPostgres = async (
  options: {
    dir: string
    password: string
    port: number
    log: (line: string) => void
    settings?: Record<string, string | number>
  },
  set: SetRow,
): Promise<Cluster> => {
  const cluster = await startCluster({ ...options, dir: join(options.dir, 'postgres') })
  set('postgres', { pid: cluster.pid })
  return cluster
}

const startKafka = async (options: Parameters<typeof startBroker>[0], set: SetRow): Promise<Broker> => {
  const broker = await startBroker(options)
  await createTopics(openBus({ brokers: [broker.brokers], prefix: 'wushe', clientId: 'wushe start' }), serviceNames)
  set('kafka', { pid: broker.pid })
  return broker
}

/** The first keys, made by access before it answers anybody: nobody has a key to ask for one. */
const makeFirst = async (urlOf: (name: keyof Credentials) => string, secrets: ReturnType<typeof secretsOf>) => {
  const host = await run(
    services.filter(({ name }) => name === 'access'),
    {
      port: 0,
      databaseUrl: (name) => urlOf(name),
      vaultUrl: urlOf('vault'),
      master: Buffer.from(secrets.master, 'hex'),
      cursorSecret: Buffer.from(secrets.cursor, 'hex'),
      alone: true,
    },
  )
  try {
    return await firstOrganisations(host, secrets.keys)
  } finally {
    await host.stop()
  }
}

/** A key works once every service has learnt of it. */
const known = async (url: string, key: string) => {
  const paths = ['/v1/me', '/v1/cases', '/v1/volunteers', '/v1/offers', '/v1/projects']
  for (const path of paths)
    for (let tries = 0; ; tries++) {
      const answer = await fetch(`${url}${path}?limit=1`, { headers: { authorization: `Bearer ${key}` } })
      await answer.arrayBuffer()
      if (answer.status !== 401 && answer.status !== 503) break
      if (tries > 600) throw new Error(`${path} does not know the first key after a minute.`)
      await pause(100)
    }
}

type ServiceOptions = { service: ServiceName; env: Record<string, string>; log: string; set: (pid: number) => void }

/** Resolves when it listens. It stops by itself when this process is gone: the channel between the two closes. */
const startService = async ({ service, env, log, set }: ServiceOptions) => {
  const out = openSync(log, 'a', 0o600)
  const child = spawn(process.execPath, [join(root, 'services', service, 'src/main.ts')], {
    env: { ...process.env, ...env },
    stdio: ['ignore', out, out, 'ipc'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const ready = await Promise.race([
    new Promise<boolean>((resolve) => child.once('message', () => resolve(true))),
    exited,
  ])
  if (!ready)
    throw new Error(
      `it ended with ${child.signalCode ?? `code ${child.exitCode}`} instead of listening; ${log} may say why`,
    )
  set(child.pid!)
  return { exited, stop: () => endOf(child, exited) }
}

const endOf = async (child: ChildProcess, exited: Promise<void>) => {
  child.kill('SIGTERM')
  const impatience = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await exited
  clearTimeout(impatience)
}

/** Which process is which, for whoever looks. */
const openTable = (file: string) => {
  const rows: Record<string, { pid: number; url?: string }> = {}
  return {
    set: (name: string, row: { pid: number; url?: string }) => {
      rows[name] = row
      writeFileSync(`${file}.new`, `${JSON.stringify(rows, null, 2)}\n`)
      renameSync(`${file}.new`, file)
    },
    remove: () => rmSync(file, { force: true }),
  }
}
