// Builds a read model anew from the log, beside the old one, which serves until then: npm run rebuild -- cases.case_file
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { rebuildProgress, requestRebuild } from '@wushe/feed'
import { databaseOf } from '@wushe/service-host'
import { Pool } from 'pg'
import { secretsOf } from './secrets.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string', default: join(import.meta.dirname, '../.data') } },
})
const dir = resolve(values.data)
const services = ['access', 'case', 'volunteer', 'resources', 'reporting'] as const

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
  const { roles } = secretsOf(dir)
  const url = `postgres://127.0.0.1:${portOf(dir)}/`
  const found = await Promise.all(
    services.map(async (service) => {
      const user = `wushe_${service}`
      const pool = new Pool({ connectionString: databaseOf(url, user, { user, password: roles[service] }), max: 1 })
      const { rows } = await pool.query<{ name: string }>('select distinct name from es.checkpoints order by name')
      return rows.map(({ name }) => ({ name, service, pool }))
    }),
  )
  return found
    .flat()
    .filter(({ name }) => name.includes('.') || ['facts', 'access-copy', 'agreement-copy'].includes(name))
}

function portOf(folder: string): number {
  try {
    return Number(readFileSync(join(folder, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[3])
  } catch {
    throw new Error(`Nothing runs on ${folder}. Start it first: scripts/start --data '${folder}'`)
  }
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
