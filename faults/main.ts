// Breaks the product on purpose, under load, and compares what is left with what was acknowledged. Called by scripts/faults.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { faults } from './faults.ts'
import { survive } from './run.ts'

const usage = `scripts/faults [--rounds N] [--only 'kill the broker,wrong clock'] [--product]

  --rounds N   how often each fault happens (default 3)
  --only A,B   these faults: ${faults.map(({ name }) => name).join(', ')}
  --product    without the fifteen failure modes of single parts, in their long form`

const options = readOptions()
let failed = 0
const rows: string[][] = []
for (const fault of options.chosen) {
  const impossible = fault.impossible?.()
  if (impossible) {
    rows.push([fault.name, 'not run', impossible])
    continue
  }
  process.stderr.write(`${fault.name}: ${fault.says}\n`)
  try {
    const { rounds, events, repeatedOnTopics, seconds } = await survive(fault, options.rounds, (line) =>
      process.stderr.write(`  ${line}\n`),
    )
    rows.push([
      fault.name,
      'ok',
      `${rounds} rounds, ${events} events: 0 lost, 0 doubled, 0 misordered; ${repeatedOnTopics} repeated on topics and dropped by readers; ${seconds.toFixed(0)} s`,
    ])
  } catch (error) {
    failed++
    rows.push([fault.name, 'BROKEN', (error as Error).message])
    process.stderr.write(`  ${(error as Error).stack}\n`)
  }
}
if (!options.product) {
  const jest = join(import.meta.dirname, '../node_modules/jest/bin/jest.js')
  const { status } = spawnSync(
    process.execPath,
    ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, '-t', 'failure mode', 'packages'],
    { stdio: 'inherit', env: { ...process.env, WUSHE_LONG: '1' } },
  )
  failed += status === 0 ? 0 : 1
  rows.push(['failure modes 1 to 15', status === 0 ? 'ok' : 'BROKEN', 'jest -t "failure mode", in their long form'])
}
for (const [name, outcome, detail] of rows) console.log(`${name!.padEnd(22)} ${outcome!.padEnd(8)} ${detail}`)
process.exit(failed > 0 ? 1 : 0)

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        rounds: { type: 'string', default: '3' },
        only: { type: 'string' },
        product: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    })
    const rounds = Number(values.rounds)
    if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${values.rounds} is not a number from 1 on.`)
    const names = values.only?.split(',') ?? faults.map(({ name }) => name)
    const unknown = names.find((name) => !faults.some((fault) => fault.name === name))
    if (unknown !== undefined) throw new Error(`There is no fault "${unknown}".`)
    if (!values.help)
      return {
        rounds,
        chosen: faults.filter(({ name }) => names.includes(name)),
        product: values.product || values.only !== undefined,
      }
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 2
  }
  console.error(usage)
  process.exit()
}
