// Measures how fast we are, beside those that do the same or less in the same minute. Called by scripts/bench.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startCluster } from '@wushe/embedded-postgres'
import { appends } from './append.ts'
import { bulk } from './bulk.ts'
import { growth } from './growth.ts'
import { hot } from './hot.ts'
import { idle } from './idle.ts'
import { readLog } from './read-log.ts'
import { readStream } from './read-stream.ts'
import { relay } from './relay.ts'
import { steady } from './steady.ts'
import { telemetry } from './telemetry.ts'
import { wholePost } from './post.ts'
import { roundTrip } from './round-trip.ts'
import { visible } from './visible.ts'
import { catchUp } from './catch-up.ts'
import { demandDurable } from './databases.ts'
import type { Bench, Line, Measure } from './measure.ts'
import { memory } from './memory.ts'
import { asJson, printTable, type Taken } from './report.ts'

const measures: Measure[] = [
  ...appends,
  bulk,
  hot,
  roundTrip,
  readStream,
  readLog,
  wholePost,
  telemetry,
  catchUp,
  visible,
  steady,
  relay,
  growth,
  memory,
  idle,
]

const usage = `scripts/bench [--only A1,A3] [--rounds N] [--quick] [--long] [--json]

  --only A1,A3   these measures: ${idsOf(measures.filter(({ long }) => !long))}
  --long         also those that take a quarter of an hour and more each: ${idsOf(measures.filter(({ long }) => long))}
  --rounds N     so many rounds (default and least 5; 3 with --quick)
  --quick        short rounds, to see that it works; the figures mean little
  --json         a line of JSON for each measure instead of the table`

function idsOf(some: readonly Measure[]) {
  return some.map(({ id }) => id).join(', ')
}

const options = readOptions()
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => ending.abort(new Error(`Ended by ${signal}.`)))

const taken: Taken[] = []
for (const measure of options.measures) {
  if (ending.signal.aborted) break
  taken.push(await take(measure))
  if (options.json) console.log(asJson(taken.at(-1)!))
}
if (!options.json) printTable(taken)
process.exitCode = taken.length === options.measures.length && taken.every(({ error }) => !error) ? 0 : 1

/** A measure that fails leaves the others alone. */
async function take({ id, limit, settings = {}, take: measure }: Measure): Promise<Taken> {
  const began = performance.now()
  const say = (line: string) => process.stderr.write(`${id}  ${line}\n`)
  const dir = mkdtempSync(join(tmpdir(), `wushe-bench-${id}-`))
  const ends: (() => unknown)[] = [() => rmSync(dir, { recursive: true, force: true })]
  const patience = new AbortController()
  const seconds = (limit * Math.max(5, options.rounds)) / 5
  const timer = setTimeout(() => patience.abort(new Error(`It took more than ${seconds} s.`)), seconds * 1000)
  try {
    const postgres = await startCluster({ dir: join(dir, 'postgres'), password: 'bench', settings })
    ends.push(() => postgres.stop())
    await demandDurable(postgres.url())
    const { rounds, roundMs, quick } = options
    const bench: Bench = { rounds, roundMs, quick, dir, postgres, say, atEnd: (work) => ends.push(work) }
    const over = AbortSignal.any([patience.signal, ending.signal])
    const lines = await Promise.race([measure(bench), aborted(over)])
    return { id, lines, seconds: secondsSince(began) }
  } catch (error) {
    say((error as Error).stack ?? String(error))
    return { id, lines: [], error: (error as Error).message, seconds: secondsSince(began) }
  } finally {
    clearTimeout(timer)
    for (const end of ends.reverse())
      await Promise.race([(async () => end())(), pause(10_000)]).catch((error: Error) => say(error.message))
  }
}

function secondsSince(start: number) {
  return Math.round((performance.now() - start) / 1000)
}

function pause(ms: number) {
  return new Promise<void>((resolve) => setTimeout(resolve, ms).unref())
}

function aborted(signal: AbortSignal) {
  return new Promise<Line[]>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        rounds: { type: 'string' },
        quick: { type: 'boolean', default: false },
        long: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) {
      console.log(usage)
      process.exit(0)
    }
    const ids = values.only?.split(',').map((id) => id.trim().toUpperCase())
    const unknown = ids?.find((id) => !measures.some((one) => one.id === id))
    if (unknown !== undefined) throw new Error(`There is no measure ${unknown}.`)
    const rounds = Number(values.rounds ?? (values.quick ? 3 : 5))
    if (!Number.isInteger(rounds) || rounds < (values.quick ? 1 : 5))
      throw new Error(`${values.rounds} rounds are too few.`)
    return {
      measures: measures.filter(({ id, long }) => ids?.includes(id) ?? (values.long || !long)),
      json: values.json,
      quick: values.quick,
      rounds,
      roundMs: values.quick ? 300 : 1500,
    }
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
}
