import { openEmmett } from './append.ts'
import { as, openLog } from './databases.ts'
import { factAsValue, streamName } from './facts.ts'
import { fill, story } from './fill.ts'
import { compared, type Line, type Measure } from './measure.ts'
import { rawRead } from './raw.ts'
import { interleaved, workers } from './rounds.ts'

const lengths = [10, 100, 1000]

/** Streams of several lengths, one after the other, each to its end. */
export const readStream: Measure = {
  id: 'R1',
  limit: 240,
  take: async (bench): Promise<Line[]> => {
    const log = await openLog(bench)
    const { store } = log.open()
    const pool = log.pool(1)
    const theirs = await openEmmett(bench, 1)
    const contenders: Parameters<typeof interleaved>[0] = {}
    const total = bench.quick ? 10_000 : 50_000
    for (const length of lengths) {
      const names = await fill(bench, log.ownerUrl, { total, length })
      const events = story(length).map((type) => factAsValue(type))
      const ofTheirs = Array.from({ length: 10 }, streamName)
      for (const name of ofTheirs) await theirs.appendToStream(name, events)
      const [next, nextRaw, nextTheirs] = [inTurn(names), inTurn(names), inTurn(ofTheirs)]
      const demand = (read: number) => {
        if (read !== length) throw new Error(`${read} of ${length} events were read.`)
      }
      contenders[`ours ${length}`] = workers(1, async () => {
        let read = 0
        for await (const event of store.read(next())) read += event.data ? 1 : 0
        demand(read)
      })
      contenders[`raw ${length}`] = workers(1, async () => demand((await rawRead(pool, nextRaw())).length))
      contenders[`emmett ${length}`] = workers(1, async () =>
        demand((await theirs.readStream(nextTheirs())).events.length),
      )
    }
    await as(log.ownerUrl, (owner) =>
      owner.query('insert into raw.events select * from es.events; analyze raw.events; checkpoint'),
    )
    const rounds = await interleaved(contenders, bench)
    return lengths.flatMap((length) =>
      compared(`read a stream of ${length.toLocaleString('en')} events`, 'streams/s', rounds, `ours ${length}`, {
        [`raw ${length}`]: 0.9,
        [`emmett ${length}`]: null,
      }).map((line) => ({ ...line, against: line.against!.split(' ')[0]! })),
    )
  },
}

const inTurn = (names: readonly string[]) => {
  let at = 0
  return () => names[at++ % names.length]!
}
