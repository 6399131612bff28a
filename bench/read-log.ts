import { openLog, as } from './databases.ts'
import { fill } from './fill.ts'
import { compared, type Line, type Measure } from './measure.ts'
import { interleaved, times, type Contender } from './rounds.ts'

/** The whole log, read and parsed as a follower gets it, and thrown away. */
export const readLog: Measure = {
  id: 'R2',
  limit: 600,
  take: async (bench): Promise<Line[]> => {
    const total = bench.quick ? 100_000 : 1_000_000
    const log = await openLog(bench)
    const { store } = log.open()
    await fill(bench, log.ownerUrl, { total, length: 10 })

    const ours: Contender = async () => {
      const start = performance.now()
      let count = 0
      for (let after: Parameters<typeof store.log.page>[0] = 'start'; ;) {
        const { events, scannedTo, caughtUp } = await store.log.page(after, { limit: page })
        count += events.length
        after = scannedTo
        if (caughtUp) break
      }
      if (count !== total) throw new Error(`${count} of ${total} events were read.`)
      return { count, ms: performance.now() - start }
    }
    const rounds = await as(log.ownerUrl, (superuser) =>
      interleaved(
        {
          ours,
          COPY: async (ms) => ({ ...(await times(1, () => superuser.query(discarded))(ms)), count: total }),
        },
        bench,
        { turns: 1 },
      ),
    )
    const title = `read the log, ${total.toLocaleString('en')} events`
    const [line] = compared(title, 'events/s', rounds, 'ours', { COPY: 0.5 })
    return [{ ...line!, against: 'COPY TO /dev/null' }]
  },
}

/** As many as followers ask for. */
const page = 500

/** The server writes them out in the log's order, and nobody takes them. */
const discarded = `
  copy (select position, stream, revision, id, at, type, schema, data, sealed, meta, entry
          from es.events order by position)
    to '/dev/null'`
