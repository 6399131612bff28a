import { copyIn } from '../packages/event-store/src/postgres/copy-in.ts'
import { copyRows } from '../packages/event-store/src/postgres/copy-rows.ts'
import { Client } from 'pg'
import { openEmmett } from './append.ts'
import { openLog } from './databases.ts'
import { fact, factAsValue, streamName } from './facts.ts'
import { importAll } from './fill.ts'
import { compared, type Line, type Measure } from './measure.ts'
import { rawRows } from './raw.ts'
import { interleaved, loads } from './rounds.ts'

const [streams, length] = [10, 1000]
const size = `${streams} × ${length.toLocaleString('en')} events`

/** Much at once: as appends, and as an import. */
export const bulk: Measure = {
  id: 'A4',
  limit: 240,
  take: async (bench): Promise<Line[]> => {
    const log = await openLog(bench)
    const { store } = log.open()
    const theirs = await openEmmett(bench, streams)
    const owner = new Client({ connectionString: log.ownerUrl })
    await owner.connect()
    bench.atEnd(() => owner.end())

    const rounds = await interleaved(
      {
        append: loads(batch, async (all) => {
          const results = await Promise.all(all.map(({ stream, events }) => store.append(stream, 'no_stream', events)))
          if (results.some(({ ok }) => !ok)) throw new Error('An append was refused.')
          return streams * length
        }),
        import: loads(batch, async (all) => {
          await importAll(owner, all)
          return streams * length
        }),
        COPY: loads(batch, async (all) => {
          await copyIn(owner, copy, copyRows(rawRows(all)))
          return streams * length
        }),
        'COPY of bytes': loads(
          () => [...copyRows(rawRows(batch()))],
          async (chunks) => {
            await copyIn(owner, copy, chunks)
            return streams * length
          },
        ),
        emmett: loads(
          () => Array.from({ length }, () => factAsValue('ActivityPlanned')),
          async (events) => {
            await theirs.appendToStream(streamName(), events, { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' })
            return length
          },
        ),
      },
      bench,
      { turns: bench.quick ? 2 : 3 },
    )
    return [
      ...compared(`append, ${size} at once`, 'events/s', rounds, 'append', { COPY: 0.45, emmett: null }),
      ...compared(`import, ${size}`, 'events/s', rounds, 'import', { COPY: 0.85, 'COPY of bytes': null }),
    ]
  },
}

/** Of the smaller kind: a thousand of the larger are more than one append may have. */
const batch = () =>
  Array.from({ length: streams }, () => ({
    stream: streamName(),
    events: Array.from({ length }, () => fact('ActivityPlanned')),
  }))

const copy = 'copy raw.events from stdin with (format binary)'
