import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { limited, type Bench, type Line, type Measure } from './measure.ts'
import { canLook, processorTime, withChildren } from './processes.ts'
import { startProduct } from './product.ts'

/** What it uses while nobody asks it for anything, embedded and apart, in hundredths of a core. */
export const idle: Measure = {
  id: 'IDLE',
  limit: 420,
  take: async (bench): Promise<Line[]> => {
    if (!canLook) {
      bench.say('Not measured: this system has no /proc.')
      return []
    }
    const embedded = await atRest(bench, 'embedded', ['--empty'], (pid) => ({ all: withChildren(pid) }))
    const apart = await atRest(bench, 'apart', ['--empty', '--apart'], (_pid, data) => {
      const { postgres, kafka, ...services } = JSON.parse(readFileSync(join(data, 'apart.json'), 'utf8')) as Table
      return {
        services: Object.values(services).map(({ pid }) => pid),
        postgres: withChildren(postgres!.pid),
        kafka: [kafka!.pid],
      }
    })
    return [
      limited('idle, five services embedded, PostgreSQL included', '% of a core', embedded['all']!, 1),
      limited('idle, five services apart, their own processes', '% of a core', apart['services']!, 4),
      limited('  their PostgreSQL', '% of a core', apart['postgres']!, null),
      limited('  their Kafka', '% of a core', apart['kafka']!, null),
    ]
  },
}

type Table = Record<string, { pid: number }>

/** For each group of processes, what it used in each of the rounds; there is one in a quick run. */
const atRest = async (
  bench: Bench,
  name: string,
  options: readonly string[],
  groupsOf: (pid: number, data: string) => Record<string, number[]>,
) => {
  const data = join(bench.dir, name)
  const { pid, ready, stop } = startProduct(data, options)
  bench.atEnd(stop)
  await ready(bench.say)
  // Until what the start has caused is over.
  await pause(bench.quick ? 5000 : 20_000)
  const used: Record<string, number[]> = {}
  const ms = bench.quick ? 5000 : 30_000
  for (let round = 0; round < (bench.quick ? 1 : 3); round++) {
    const groups = groupsOf(pid, data)
    const look = () => Object.entries(groups).map(([group, pids]) => [group, processorTime(pids)] as const)
    const before = Object.fromEntries(look())
    const start = performance.now()
    await pause(ms)
    const passed = performance.now() - start
    for (const [group, time] of look()) (used[group] ??= []).push(((time - before[group]!) / passed) * 100)
    const told = Object.entries(used).map(([group, shares]) => `${group} ${shares.at(-1)!.toFixed(2)} %`)
    bench.say(`${name}, ${ms / 1000} s: ${told.join(', ')}`)
  }
  await stop()
  return used
}
