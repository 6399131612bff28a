// The embedded mode: PostgreSQL from an npm package, all five services in one process, everything kept in one folder.
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceName } from '@wushe/contracts'
import { startCluster } from '@wushe/embedded-postgres'
import { act, databaseOf, prepareDatabases, run, type Credentials, type Host, type RunOptions } from '@wushe/service-host'
import { makeApiKey } from '@wushe/slice'
import { accessService } from '../services/access/src/service.ts'
import { caseService } from '../services/case/src/service.ts'
import { reportingService } from '../services/reporting/src/service.ts'
import { resourcesService } from '../services/resources/src/service.ts'
import { volunteerService } from '../services/volunteer/src/service.ts'

export const services = [accessService, caseService, volunteerService, resourcesService, reportingService]

export type Embedded = {
  host: Host
  /** The three keys that a first start makes. */
  keys: { operator: string; contractor: string; funder: string }
  organisations: { operator: string; contractor: string; funder: string }
  postgresPid: number
  stop: () => Promise<void>
}

export type EmbeddedOptions = { dir: string; port: number; log?: (line: string) => void } & Pick<RunOptions, 'now' | 'validateAnswers'> & {
  settings?: Record<string, string | number>
  requestLog?: RunOptions['log']
}

/** Starts all of it in a folder. Throws what the launcher and the stores throw, each with its way out. */
export async function startEmbedded({ dir, port, log = () => {}, settings, requestLog, ...options }: EmbeddedOptions): Promise<Embedded> {
  mkdirSync(dir, { recursive: true })
  const secrets = secretsOf(dir)
  const cluster = await startCluster({ dir: join(dir, 'postgres'), password: secrets.postgres, ...(settings && { settings }), log })
  try {
    log('Preparing the databases …')
    await prepareDatabases(cluster.url(), secrets.roles)
    const urlOf = (name: keyof Credentials) => databaseOf(cluster.url(), `wushe_${name}`, { user: `wushe_${name}`, password: secrets.roles[name] })
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
      stop: async () => {
        await host.stop()
        await cluster.stop()
      },
    }
  } catch (error) {
    await cluster.stop()
    throw error
  }
}

type Secrets = { postgres: string; roles: Credentials; master: string; cursor: string; keys: Record<'operator' | 'contractor' | 'funder', string> }

/** Made once, readable by its owner only. Whoever has this file can read what is sealed in this folder. */
function secretsOf(dir: string): Secrets {
  const file = join(dir, 'secrets.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets
  if (existsSync(join(dir, 'postgres')))
    throw new Error(`${file} is missing, and without it the data beside it cannot be opened. Restore it from your backup, or choose another --data folder.`)
  const secret = () => randomBytes(32).toString('hex')
  const secrets: Secrets = {
    postgres: secret(),
    roles: { vault: secret(), access: secret(), case: secret(), volunteer: secret(), resources: secret(), reporting: secret() },
    master: secret(),
    cursor: secret(),
    keys: { operator: secret(), contractor: secret(), funder: secret() },
  }
  writeFileSync(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 })
  chmodSync(`${file}.new`, 0o600)
  renameSync(`${file}.new`, file)
  return secrets
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
      const key = await act(host, 'issueApiKey', { path: { organisationId: organisation }, body: { label: 'first key' } }, { key: `first-key-${role}`, chance })
      return [role, { organisation, key: makeApiKey(key, chance).text }] as const
    }),
  )
  const made = Object.fromEntries(entries) as Record<keyof typeof first, { organisation: string; key: string }>
  return {
    keys: { operator: made.operator.key, contractor: made.contractor.key, funder: made.funder.key },
    organisations: { operator: made.operator.organisation, contractor: made.contractor.organisation, funder: made.funder.organisation },
  }
}
