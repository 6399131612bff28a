// Starts everything in one process and, the first time, loads the demonstration. Called by scripts/start.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openLog } from '@wushe/service-host'
import { loadAlar } from './demo/load-alar.ts'
import { startApart } from './apart.ts'
import { startEmbedded } from './embedded.ts'
import type { Product } from './product.ts'

const usage = `scripts/start [--data DIR] [--port N] [--empty | --stations N] [--apart [--copies N]]

  --data DIR   where everything is kept (default .data in the project's folder)
  --port N     port of the API (default 8080)
  --empty      without the demonstration
  --stations N only the first N of the demonstration's 20 stations
  --apart      each service in a process of its own, with Kafka between them; needs Java 17 and, once, Maven
  --copies N   so many processes of each service`

const options = readOptions()
const dir = resolve(options.from, options.data)
const ready = join(dir, 'ready.json')
const say = (line: string) => console.error(line)
/** scripts/dev.ts keeps PostgreSQL running between restarts and says where. */
const postgres = JSON.parse(process.env['WUSHE_DEV_POSTGRES'] ?? 'null') as { url: string; pid: number } | null

const stopping = new Promise<string>((stop) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal))
  process.once('disconnect', () => stop('scripts/dev.ts has ended'))
})

let product: Product | undefined
try {
  forgetKilledRun()
  product = options.apart
    ? await startApart({ dir, port: options.port, copies: options.copies, log: say })
    : await startEmbedded({
        dir,
        port: options.port,
        log: say,
        requestLog: openLog(join(dir, 'requests.log')),
        ...(postgres && { postgres }),
      })
  const ended = product.ended.then((reason) => {
    throw postgresEnded(reason)
  })
  const done = await Promise.race([demonstrate(product), stopping, ended])
  if (typeof done !== 'string') {
    announce(product, done.agreementId)
    await Promise.race([stopping, ended])
  }
  say('\nStopping …')
  rmSync(ready, { force: true })
  await product.stop()
  say('Stopped. Everything is kept in ' + dir)
  process.exit(0)
} catch (error) {
  say(`\n${explain(error as Error & { code?: string })}`)
  if (product) rmSync(ready, { force: true })
  // Without PostgreSQL there is nothing left to finish.
  if ((error as Error).name !== 'PostgresEnded') await product?.stop().catch(() => {})
  process.exit(1)
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        from: { type: 'string', default: process.cwd() },
        data: { type: 'string' },
        port: { type: 'string', default: '8080' },
        empty: { type: 'boolean', default: false },
        stations: { type: 'string', default: '20' },
        apart: { type: 'boolean', default: false },
        copies: { type: 'string', default: '1' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) {
      console.log(usage)
      process.exit(0)
    }
    const port = Number(values.port)
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new Error(`--port ${values.port} is not a port (0 to 65535).`)
    const copies = Number(values.copies)
    if (!Number.isInteger(copies) || copies < 1 || copies > 8)
      throw new Error(`--copies ${values.copies} is not a number of processes (1 to 8).`)
    if (copies > 1 && !values.apart) throw new Error('--copies needs --apart.')
    const stations = Number(values.stations)
    if (!Number.isInteger(stations) || stations < 1 || stations > 20)
      throw new Error(`--stations ${values.stations} is not a number of stations (1 to 20).`)
    const { from, empty, apart } = values
    return { from, data: values.data ?? join(import.meta.dirname, '../.data'), port, empty, stations, apart, copies }
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
}

/** Loads the demonstration if this folder does not hold it yet; an interrupted load goes on where it stopped. */
async function demonstrate({ url, keys, organisations }: Product): Promise<{ agreementId: string | null }> {
  const file = join(dir, 'demonstration.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as { agreementId: string }
  if (options.empty) return { agreementId: null }
  const demo = {
    agreementId: await loadAlar({ url, ...keys, organisations, stations: options.stations, say }),
  }
  writeFileSync(file, JSON.stringify(demo))
  return demo
}

/** A killed run could not take its ready.json away. One of a living process is that process's own. */
function forgetKilledRun() {
  try {
    const { pid } = JSON.parse(readFileSync(ready, 'utf8')) as { pid: number }
    if (pid !== process.pid && process.kill(pid, 0)) return
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return
  }
  rmSync(ready, { force: true })
}

function announce({ url, keys, sandboxKeys }: Product, agreementId: string | null) {
  // Whoever waits for the file finds it whole.
  rmSync(`${ready}.new`, { force: true })
  const content = { url, pid: process.pid, keys, sandboxKeys, demo: { agreementId } }
  writeFileSync(`${ready}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${ready}.new`, ready)
  console.log(`
Wushe 五社 is ready.  ${url}        documentation: ${url}/docs        contract: ${url}/openapi.json

  operator    ${keys.operator}
  contractor  ${keys.contractor}
  funder      ${keys.funder}
${sandboxKeys ? `  sandbox     ${sandboxKeys.contractor}   (to try things out: ${url}/docs/guides/sandbox)\n` : ''}${agreementId ? curls(url, keys, agreementId) : ''}
Ctrl-C stops everything. Data: ${dir}`)
  process.send?.('ready')
}

function curls(url: string, { contractor, funder }: Product['keys'], agreementId: string): string {
  return `
Record a fact:
  curl -sS ${url}/v1/activities -H 'Authorization: Bearer ${contractor}' -H 'Content-Type: application/json' -H "Idempotency-Key: demo-$(date +%s)" -d '{"kind":"lecture","title":"防溺水讲座","plannedOccurrences":1,"occurredOn":"2023-12-01","agreementId":"${agreementId}"}'
Read it back (the newest first):
  curl -sS '${url}/v1/activities?limit=1' -H 'Authorization: Bearer ${contractor}'
Read a figure:
  curl -sS '${url}/v1/reports/service-statistics?agreementId=${agreementId}' -H 'Authorization: Bearer ${funder}' -H 'Accept-Language: en'
Open the figure into its facts:
  curl -sS '${url}/v1/reports/facts?agreementId=${agreementId}&indicator=IND-C1&limit=3' -H 'Authorization: Bearer ${funder}' -H 'Accept-Language: en'
`
}

function explain(error: Error & { code?: string }): string {
  if (error.code === 'EADDRINUSE')
    return `Port ${options.port} is taken by another program. Stop it, or choose another one: scripts/start --port ${options.port + 1}`
  if (error.name === 'NewerSchema')
    return `${error.message} Nothing was changed. Start the newer release that wrote it, or choose another --data folder.`
  return error.name === 'Error' ? (error.stack ?? error.message) : error.message
}

function postgresEnded(reason: string) {
  const log = join(dir, 'postgres/postgres.log')
  return Object.assign(
    new Error(
      `PostgreSQL has ended (${reason}). What was answered is kept: start again with the same --data folder. ${log} may say why it ended.`,
    ),
    { name: 'PostgresEnded' },
  )
}
