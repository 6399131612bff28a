import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { limited, type Bench, type Line, type Measure } from './measure.ts'
import { memoryOf } from './processes.ts'
import { startProduct } from './product.ts'

/** scripts/start as a newcomer runs it, in every round on a new folder: it loads the demonstration and is looked at. */
export const memory: Measure = {
  id: 'M1',
  limit: 1800,
  take: async (bench): Promise<Line[]> => {
    const rounds: Seen[] = []
    while (rounds.length < (bench.quick ? 1 : bench.rounds)) {
      rounds.push(await loaded(bench, join(bench.dir, `data-${rounds.length}`)))
      const { resident, most, seconds } = rounds.at(-1)!
      bench.say(`round ${rounds.length}: ${Math.round(resident)} MB, at most ${Math.round(most)} MB, ${seconds} s`)
    }
    const each = (what: keyof Seen) => rounds.map((round) => round[what])
    return [
      limited('resident memory after the Alar load, five services', 'MB', each('resident'), 350),
      limited('  ten seconds later', 'MB', each('later'), null),
      limited('  at its most, while loading through its own API', 'MB', each('most'), null),
      limited('  from start to ready, the load included', 's', each('seconds'), null),
    ]
  },
}

type Seen = { resident: number; later: number; most: number; seconds: number }

const loaded = async (bench: Bench, data: string): Promise<Seen> => {
  const began = performance.now()
  const { pid, ready, stop } = startProduct(data)
  bench.atEnd(stop)
  await ready((line) => bench.say(line))
  const seconds = Math.round((performance.now() - began) / 1000)
  await pause(2000)
  const resident = memoryOf(pid, 'VmRSS')
  await pause(10_000)
  const seen = { resident, later: memoryOf(pid, 'VmRSS'), most: memoryOf(pid, 'VmHWM'), seconds }
  await stop()
  return seen
}
