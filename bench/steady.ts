import { startChild } from './child.ts'
import { openLog } from './databases.ts'
import { limited, quantile, type Line, type Measure } from './measure.ts'
import type { Pace, Steady } from './steady-ours.ts'

const perSecond = 1000

/** Hour after hour at the same pace, in ten minutes: does the read model keep up, and does memory stay what it is? */
export const steady: Measure = {
  id: 'P3',
  limit: 900,
  long: true,
  take: async (bench): Promise<Line[]> => {
    const seconds = bench.quick ? 15 : 600
    const log = await openLog(bench)
    const ours = await startChild(bench, 'steady-ours', { url: log.url })
    bench.say(`${perSecond.toLocaleString('en')} events/s for ${seconds} s`)
    const { lags, resident, count, ms } = await ours.ask<Steady>({ seconds, perSecond } satisfies Pace)
    const rate = (count * 1000) / ms
    const kept = rate >= perSecond * 0.98
    if (!kept) bench.say(`The pace was not kept: ${Math.round(rate)} events/s.`)
    const late = resident.slice(Math.floor(resident.length / 5))
    const title = `acknowledged → in the read model, ${perSecond.toLocaleString('en')}/s, p99`
    const lag = limited(title, 'ms', [quantile(lags, 0.99)], 100)
    return [
      { ...lag, ok: lag.ok && kept },
      limited('  p50', 'ms', [quantile(lags, 0.5)], null),
      limited('  the last of all', 'ms', [Math.max(...tops(lags))], null),
      limited('  memory grows, in the last four fifths of the time', 'MB/min', [slope(late) * 60], 1),
      limited('  memory at the end', 'MB', [resident.at(-1)!], null),
      limited('  the pace that was kept', 'events/s', [rate], null),
    ]
  },
}

/** The highest of each thousand: more arguments than a function may have are too many. */
const tops = (values: readonly number[]) =>
  Array.from({ length: Math.ceil(values.length / 1000) }, (_, at) =>
    Math.max(...values.slice(at * 1000, at * 1000 + 1000)),
  )

/** Of the line that is nearest to all values, for each step. */
const slope = (values: readonly number[]) => {
  const [n, middle] = [values.length, (values.length - 1) / 2]
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const above = values.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0)
  return above / values.reduce((sum, _, at) => sum + (at - middle) ** 2, 0)
}
