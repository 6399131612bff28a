// Lets a service publish its whole log again, for readers that have lost a part: npm run republish -- case
import { parseArgs } from 'node:util'
import { republish } from '@wushe/feed'
import { Pool } from 'pg'
import { serviceNames } from './all-services.ts'
import { databaseUrlOf, dataFolder } from './database-of.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string', default: dataFolder } },
})
const service = serviceNames.find((name) => name === positionals[0])
try {
  if (!service)
    throw new Error(`npm run republish -- SERVICE [--data DIR]\n\nSERVICE is one of ${serviceNames.join(', ')}.`)
  const pool = new Pool({ connectionString: databaseUrlOf(service, values.data), max: 1 })
  await republish(pool)
  await pool.end()
  console.log(
    `${service} publishes everything again. Readers drop what they know and are whole when they have read it.`,
  )
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = service ? 1 : 2
}
