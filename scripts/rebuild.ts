// Builds a read model anew from the log, beside the old one, which serves until then: npm run rebuild -- cases.case_file
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { rebuildProgress, requestRebuild } from '@wushe/feed'
import { Pool } from 'pg'
import { serviceNames } from './all-services.ts'
import { databaseUrlOf, dataFolder } from './database-of.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string', default: dataFolder } },
})

try {
  const models = await readModels()
  const wanted = positionals[0] === 'all' ? models : models.filter(({ name }) => name === positionals[0])
  if (wanted.length === 0) {
    console.log('npm run rebuild -- MODEL [--data DIR]\n\nMODEL is `all` or one of:')
    for (const { name, service } of models) console.log(`  ${name.padEnd(28)} ${service}`)
    process.exitCode = 2
  }
  for (const { name, service, pool } of wanted) await rebuild(name, service, pool)
  for (const pool of new Set(models.map((one) => one.pool))) await pool.end()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

/** What the running product follows, by the checkpoints of its databases. */
async function readModels() {
  const found = await Promise.all(
    serviceNames.map(async (service) => {
      const pool = new Pool({ connectionString: databaseUrlOf(service, values.data), max: 1 })
      const { rows } = await pool.query<{ name: string }>('select distinct name from es.checkpoints order by name')
      return rows.map(({ name }) => ({ name, service, pool }))
    }),
  )
  return found
    .flat()
    .filter(({ name }) => name.includes('.') || ['facts', 'access-copy', 'agreement-copy'].includes(name))
}

async function rebuild(name: string, service: string, pool: Pool) {
  await requestRebuild(pool, name)
  for (;;) {
    const progress = await rebuildProgress(pool, name)
    const { state = 'requested', done = 0, total = 0 } = progress ?? {}
    process.stderr.write(`\r${service} ${name}: ${state} ${done}/${total}   `)
    if (state === 'done' || state === 'failed') {
      process.stderr.write('\n')
      if (state === 'failed') throw new Error(JSON.stringify(progress?.error))
      return
    }
    await pause(100)
  }
}
