// The embedded mode: PostgreSQL from an npm package, all five services in one process, everything kept in one folder.
import { join } from 'node:path'
import type { ServiceName } from '@wushe/contracts'
import { startCluster } from '@wushe/embedded-postgres'
import {
  databaseOf,
  openTelemetry,
  prepareDatabases,
  readAccessConfig,
  readTelemetryConfig,
  run,
  sandboxOf,
  type Credentials,
  type Host,
  type RunOptions,
} from '@wushe/service-host'
import { serviceNames, services } from './all-services.ts'
import { byRole, firstOrganisations } from './first-organisations.ts'
import type { Product } from './product.ts'
import { sandboxBeginning, sandboxKeys } from './sandbox.ts'
import { secretsOf } from './secrets.ts'

export type EmbeddedOptions = Pick<RunOptions, 'now' | 'validateAnswers'> & {
  dir: string
  port: number
  log?: (line: string) => void
  settings?: Record<string, string | number>
  requestLog?: RunOptions['log']
  /** One that runs already on the folder, with its superuser's address; whoever started it stops it. */
  postgres?: { url: string; pid: number; stop?: () => Promise<void>; ended?: Promise<string> }
}

/** Starts all of it in a folder. Throws what the launcher and the stores throw, each with its way out. */
export async function startEmbedded({
  dir,
  port,
  log = () => {},
  settings,
  requestLog,
  postgres,
  ...options
}: EmbeddedOptions): Promise<Product & { host: Host }> {
  const secrets = secretsOf(dir)
  const cluster = postgres ?? (await startPostgres({ dir, log, ...(settings && { settings }) }))
  try {
    log('Preparing the databases …')
    await prepareDatabases(cluster.url, secrets.roles)
    const urlOf = (name: keyof Credentials) =>
      databaseOf(cluster.url, `wushe_${name}`, { user: `wushe_${name}`, password: secrets.roles[name] })
    const telemetry = await openTelemetry(readTelemetryConfig(process.env), serviceNames)
    const host = await run(services, {
      ...readAccessConfig(process.env),
      ...options,
      telemetry,
      port,
      databaseUrl: (name: ServiceName) => urlOf(name),
      vaultUrl: urlOf('vault'),
      master: Buffer.from(secrets.master, 'hex'),
      cursorSecret: Buffer.from(secrets.cursor, 'hex'),
      besides: sandboxOf(services, {
        ...options,
        adminUrl: cluster.url,
        secret: secrets.master,
        seed: sandboxBeginning(secrets.master),
        ...(requestLog && { log: requestLog }),
        webhooksToLoopback: process.env['WEBHOOKS_TO_LOOPBACK'] === 'true',
      }),
      webhooksToLoopback: process.env['WEBHOOKS_TO_LOOPBACK'] === 'true',
      ...(requestLog && { log: requestLog }),
    })
    const made = await firstOrganisations(host, secrets.keys)
    return {
      host,
      url: host.url,
      ...byRole(made),
      sandboxKeys: sandboxKeys(secrets.master),
      ended: cluster.ended ?? new Promise(() => {}),
      stop: async () => {
        await host.stop()
        await telemetry?.close()
        await cluster.stop?.()
      },
    }
  } catch (error) {
    await cluster.stop?.()
    throw error
  }
}

async function startPostgres({ dir, ...options }: Pick<EmbeddedOptions, 'dir' | 'log' | 'settings'>) {
  const cluster = await startCluster({ dir: join(dir, 'postgres'), password: secretsOf(dir).postgres, ...options })
  const ended = cluster.exited.then(({ code, signal }) => signal ?? `code ${code}`)
  return { url: cluster.url(), pid: cluster.pid, stop: () => cluster.stop(), ended }
}
