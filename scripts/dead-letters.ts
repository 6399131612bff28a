// Messages that a service could not read: npm run dead-letters -- reporting [--redrive case]
import { parseArgs } from 'node:util'
import { deadLetters, openInbox, redriveDead } from '@wushe/feed'
import { Pool } from 'pg'
import { serviceNames } from './all-services.ts'
import { databaseUrlOf, dataFolder } from './database-of.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string', default: dataFolder }, redrive: { type: 'string' } },
})
const named = (name: string | undefined) => serviceNames.find((one) => one === name)
const service = named(positionals[0])
const source = named(values.redrive)
try {
  if (!service || (values.redrive && !source))
    throw new Error(
      `npm run dead-letters -- SERVICE [--redrive SOURCE] [--data DIR]\n\nLists what SERVICE could not read; reads again what came from SOURCE. Both are one of ${serviceNames.join(', ')}.`,
    )
  const pool = new Pool({ connectionString: databaseUrlOf(service, values.data), max: 2 })
  if (source) {
    const { added, left } = await redriveDead(openInbox({ pool }), source)
    console.log(`${added} of ${source} are events now; ${left} cannot be read yet.`)
  }
  const found = await deadLetters(pool)
  for (const { source: from, partition, offset, key, error, attempts, at } of found)
    console.log([at, `${from} ${partition}/${offset}`, key ?? '-', `${attempts}×`, error].join('  '))
  if (found.length === 0) console.log(`${service} has no dead letters.`)
  await pool.end()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = service ? 1 : 2
}
