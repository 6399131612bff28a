import { CommandHandler, type Event } from '@event-driven-io/emmett'
import { openEmmett } from './append.ts'
import { as, openLog } from './databases.ts'
import { fact, factAsValue, streamName } from './facts.ts'
import { story } from './fill.ts'
import { compared, type Line, type Measure } from './measure.ts'
import { rawInsert, rawSelect } from './raw.ts'
import { interleaved, times } from './rounds.ts'

const title = 'load 20 events, decide, append'
const length = 20
const turns = 5

export const roundTrip: Measure = {
  id: 'A6',
  limit: 120,
  take: async (bench): Promise<Line[]> => {
    const log = await openLog(bench)
    const { store } = log.open()
    const pool = log.pool(1)
    const theirs = await openEmmett(bench, 1)

    // Each command meets a stream of its own, so that all load exactly 20 events.
    const each = Math.round(bench.roundMs / turns / 6)
    const names = Array.from({ length: each * turns * (bench.rounds + 1) }, streamName)
    bench.say(`writing ${names.length} streams of ${length} events`)
    await Promise.all(
      names.map((name) =>
        store.append(
          name,
          'no_stream',
          types.map((type) => fact(type)),
        ),
      ),
    )
    await as(bench.postgres.url('log'), (owner) =>
      owner.query('insert into raw.events select * from es.events; analyze raw.events; analyze es.events'),
    )
    const fewer = names.slice(0, Math.ceil(names.length / 3))
    await inParallel(4, fewer, (name) =>
      theirs.appendToStream(
        name,
        types.map((type) => factAsValue(type)),
      ),
    )

    const [next, nextRaw, nextTheirs] = [oneAfterTheOther(names), oneAfterTheOther(names), oneAfterTheOther(fewer)]
    const handle = CommandHandler<State, Event>({ evolve, initialState: () => initial })
    const rounds = await interleaved(
      {
        ours: times(each, async () => {
          const name = next()
          let [state, revision] = [initial, -1n]
          for await (const event of store.read(name)) [state, revision] = [evolve(state, event), event.revision]
          const result = await store.append(name, revision, [decide(state, fact)])
          if (!result.ok) throw new Error(result.reason)
        }),
        raw: times(each, async () => {
          const name = nextRaw()
          const { rows } = await rawSelect(pool, name)
          await rawInsert(pool, name, rows.length, fact())
        }),
        emmett: times(Math.floor(each / 3), () => handle(theirs, nextTheirs(), (state) => decide(state, factAsValue))),
      },
      bench,
      { turns },
    )
    return compared(title, 'commands/s', rounds, 'ours', { raw: 0.75, emmett: null })
  },
}

const types = story(length)

type State = { held: number }
const initial: State = { held: 0 }
const evolve = (state: State, { type }: { type: string }): State =>
  type === 'ActivityHeld' ? { held: state.held + 1 } : state

/** Whoever loses or doubles an event on the way is found out. */
const decide = <Made>({ held }: State, make: () => Made): Made => {
  if (held !== length - 1) throw new Error(`${held} occurrences were loaded.`)
  return make()
}

const oneAfterTheOther = (names: readonly string[]) => {
  let at = 0
  return () => names[at++]!
}

const inParallel = async <Item>(side: number, items: readonly Item[], work: (item: Item) => Promise<unknown>) => {
  const waiting = items.values()
  await Promise.all(
    Array.from({ length: side }, async () => {
      for (const item of waiting) await work(item)
    }),
  )
}
