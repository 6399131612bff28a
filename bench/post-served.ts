// A process of the bench: all five services on a PostgreSQL of their own, in the process that `serve` makes of them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { startCluster } from '@wushe/embedded-postgres'
import { agreement } from '../scripts/demo/alar.ts'
import { meet } from '../scripts/demo/load-alar.ts'
import { send } from '../scripts/demo/send.ts'
import { startEmbedded } from '../scripts/embedded.ts'
import { secretsOf } from '../scripts/secrets.ts'
import { asChild, childOptions } from './child.ts'
import { as } from './databases.ts'
import type { Ours } from './post-ours.ts'

/** `pid` is that of the services' process. */
export type Served = Ours & { pid: number }

const { dir, env } = childOptions<{ dir: string; env: Record<string, string> }>()
const secrets = secretsOf(dir)
const postgres = await startCluster({ dir: join(dir, 'postgres'), password: secrets.postgres })

// Databases, keys and an agreement, as an embedded start makes them.
const first = await startEmbedded({ dir, postgres: { url: postgres.url(), pid: postgres.pid }, port: 0 })
const { keys, organisations } = first
const { id: agreementId, chain } = agreement(organisations)
await meet({ url: first.url, key: keys.contractor }, await send({ url: first.url, key: keys.funder }, [chain]))
await first.stop()
// One address has to do for all five.
await as(postgres.url(), async (server) => {
  for (const role of Object.keys(secrets.roles)) await server.query(`alter role wushe_${role} password 'bench'`)
})
const urlOf = (name: string) => `postgres://wushe_${name}:bench@127.0.0.1:${postgres.port}/wushe_${name}`

const log = openSync(join(dir, 'requests.log'), 'a', 0o600)
const services = spawn(process.execPath, [join(import.meta.dirname, '../scripts/serve-all.ts')], {
  env: {
    ...process.env,
    PORT: '0',
    DATABASE_URL: urlOf('{service}'),
    VAULT_DATABASE_URL: urlOf('vault'),
    VAULT_MASTER_KEY: secrets.master,
    CURSOR_SECRET: secrets.cursor,
    ...env,
  },
  stdio: ['ignore', log, 2, 'ipc'],
})
const exit = once(services, 'exit')
const ready = await Promise.race([once(services, 'message'), exit.then(() => undefined)])
if (!ready) throw new Error('The services have ended.')
const [{ ready: url }] = ready as [{ ready: string }]

asChild({ url, keys, agreementId, pid: services.pid! } satisfies Served, {
  stop: async () => {
    services.kill('SIGTERM')
    await exit
    await postgres.stop()
  },
})
