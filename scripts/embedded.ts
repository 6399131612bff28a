// The embedded mode: PostgreSQL from an npm package, all five services in one process, everything kept in one folder.
import { join } from 'node:path'
import type { ServiceName } from '@wushe/contracts'
import { startCluster } from '@wushe/embedded-postgres'
import {
  act,
  caughtUp,
  databaseOf,
  prepareDatabases,
  run,
  type Credentials,
  type Host,
  type RunOptions,
} from '@wushe/service-host'
import { makeApiKey } from '@wushe/slice'
import { accessService } from '../services/access/src/service.ts'
import { caseService } from '../services/case/src/service.ts'
import { reportingService } from '../services/reporting/src/service.ts'
import { resourcesService } from '../services/resources/src/service.ts'
import { volunteerService } from '../services/volunteer/src/service.ts'
import { secretsOf, type Secrets } from './secrets.ts'

export const services = [accessService, caseService, volunteerService, resourcesService, reportingService]

export type Embedded = {
  host: Host
  /** The three keys that a first start makes. */
  keys: { operator: string; contractor: string; funder: string }
  organisations: { operator: string; contractor: string; funder: string }
  postgresPid: number
  /** Resolves with the reason when PostgreSQL ends without being asked; never, when somebody else started it. */
  postgresEnded: Promise<string>
  stop: () => Promise<void>
}

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
}: EmbeddedOptions): Promise<Embedded> {
  const secrets = secretsOf(dir)
  const cluster = postgres ?? (await startPostgres({ dir, log, ...(settings && { settings }) }))
  try {
    log('Preparing the databases …')
    await prepareDatabases(cluster.url, secrets.roles)
    const urlOf = (name: keyof Credentials) =>
      databaseOf(cluster.url, `wushe_${name}`, { user: `wushe_${name}`, password: secrets.roles[name] })
    const host = await run(services, {
      ...options,
      port,
      databaseUrl: (name: ServiceName) => urlOf(name),
      vaultUrl: urlOf('vault'),
      master: Buffer.from(secrets.master, 'hex'),
      cursorSecret: Buffer.from(secrets.cursor, 'hex'),
      ...(requestLog && { log: requestLog }),
    })
    const { keys, organisations } = await begin(host, secrets.keys)
    return {
      host,
      keys,
      organisations,
      postgresPid: cluster.pid,
      postgresEnded: cluster.ended ?? new Promise(() => {}),
      stop: async () => {
        await host.stop()
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

/** The first three organisations and their keys; on a later start the same commands find that they are done. */
async function begin(host: Host, chances: Secrets['keys']) {
  const first = {
    operator: { kind: 'operator', name: '平台运营方' },
    contractor: { kind: 'contractor', name: '坤元社会工作服务中心' },
    funder: { kind: 'funder', name: '阿拉尔市民政局', funderKind: 'state-organ' },
  } as const
  const entries = await Promise.all(
    Object.entries(first).map(async ([role, body]) => {
      const organisation = await act(host, 'registerOrganisation', { body }, { key: `first-organisation-${role}` })
      const chance = chances[role as keyof typeof first]
      const key = await act(
        host,
        'issueApiKey',
        { path: { organisationId: organisation }, body: { label: 'first key' } },
        { key: `first-key-${role}`, chance },
      )
      return [role, { organisation, key: makeApiKey(key, chance).text }] as const
    }),
  )
  await caughtUp(host) // A key works once every service has learnt of it.
  const made = Object.fromEntries(entries) as Record<keyof typeof first, { organisation: string; key: string }>
  return {
    keys: { operator: made.operator.key, contractor: made.contractor.key, funder: made.funder.key },
    organisations: {
      operator: made.operator.organisation,
      contractor: made.contractor.organisation,
      funder: made.funder.organisation,
    },
  }
}
