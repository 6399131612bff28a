// After a restore into another PostgreSQL cluster: lets the positions of each event log go on after its last event.
// npm run repair -- [--data DIR], while nothing runs there; or ADMIN_DATABASE_URL for a PostgreSQL of your own.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startCluster } from '@wushe/embedded-postgres'
import { checkCluster, repair } from '@wushe/event-store'
import { databaseOf } from '@wushe/service-host'
import { Client } from 'pg'
import { serviceNames } from './all-services.ts'
import { dataFolder } from './database-of.ts'
import { secretsOf } from './secrets.ts'

const { values } = parseArgs({ options: { data: { type: 'string', default: dataFolder } } })
try {
  const given = process.env['ADMIN_DATABASE_URL']
  if (given) await repairAll(given)
  else await onFolder(resolve(values.data))
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

async function onFolder(dir: string) {
  if (!existsSync(join(dir, 'postgres'))) throw new Error(`${dir} holds no data: --data names another folder.`)
  const cluster = await startCluster({ dir: join(dir, 'postgres'), password: secretsOf(dir).postgres })
  try {
    await repairAll(cluster.url())
  } finally {
    await cluster.stop()
  }
}

async function repairAll(adminUrl: string) {
  for (const service of serviceNames) {
    const client = new Client({ connectionString: databaseOf(adminUrl, `wushe_${service}`) })
    await client.connect()
    try {
      const behind = await checkCluster(client).then(
        () => false,
        () => true,
      )
      await repair(client)
      await checkCluster(client)
      console.log(`${service}: ${behind ? 'goes on after its last event' : 'nothing was to be repaired'}.`)
    } finally {
      await client.end()
    }
  }
}
