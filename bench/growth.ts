import { statfsSync } from 'node:fs'
import { grown } from '@wushe/embedded-postgres'
import { openLog } from './databases.ts'
import { fact, streamName } from './facts.ts'
import { fill } from './fill.ts'
import { compared, type Bench, type Line, type Measure } from './measure.ts'
import { interleaved, workers } from './rounds.ts'

/** Appends to logs of several sizes, in turns. */
export const growth: Measure = {
  id: 'D1',
  limit: 2400,
  long: true,
  // As a cluster of that size has them from its next start on.
  settings: grown,
  take: async (bench): Promise<Line[]> => {
    const sizes = [0, ...(bench.quick ? [20_000, 100_000] : sizesThatFit(bench))]
    const contenders: Parameters<typeof interleaved>[0] = {}
    for (const size of sizes) {
      const log = await openLog(bench, `log_${size}`)
      if (size > 0) await fill(bench, log.ownerUrl, { total: size, length: 10 })
      const { store } = log.open()
      contenders[nameOf(size)] = workers(16, async () => {
        const result = await store.append(streamName(), 'no_stream', [fact()])
        if (!result.ok) throw new Error(result.reason)
      })
    }
    const rounds = await interleaved(contenders, { ...bench, roundMs: bench.roundMs * 2 })
    return sizes.slice(1).flatMap((size) =>
      compared(`append, 16 side by side, to ${size.toLocaleString('en')} events`, 'events/s', rounds, nameOf(size), {
        [nameOf(0)]: size === sizes.at(-1) ? 0.8 : null,
      }),
    )
  },
}

const nameOf = (size: number) => (size === 0 ? 'an empty log' : `at ${size.toLocaleString('en')}`)

/** A million and ten, or what the disk has room for. An event takes 1.3 kB with its indexes; the journal grows to 2 GB. */
const sizesThatFit = (bench: Bench) => {
  const { bavail, bsize } = statfsSync(bench.dir)
  const free = Number(bavail) * Number(bsize)
  if (free >= 20e9) return [1_000_000, 10_000_000]
  const fits = Math.floor((free - 5e9) / 2000 / 10_000) * 10_000
  if (fits < 100_000) throw new Error(`${(free / 1e9).toFixed(1)} GB of disk are too few.`)
  bench.say(`The disk has room for ${fits.toLocaleString('en')} events only.`)
  return fits > 1_000_000 ? [1_000_000, fits] : [fits]
}
