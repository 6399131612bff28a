import type { Client } from 'pg'
import { importStreams } from '@wushe/event-store'
import { as } from './databases.ts'
import { fact, streamName, type FactType } from './facts.ts'
import type { Bench } from './measure.ts'

/** What happens in a stream of so many events. */
export const story = (length: number): FactType[] =>
  Array.from({ length }, (_, at) => (at === 0 ? 'ActivityPlanned' : 'ActivityHeld'))

/** Streams of `length` events until there are `total`, by the fastest safe way. Answers their names. */
export const fill = async (
  bench: Bench,
  ownerUrl: string,
  { total, length }: { total: number; length: number },
): Promise<string[]> => {
  bench.say(`writing ${total.toLocaleString('en')} events`)
  const names: string[] = []
  const types = story(length)
  await as(ownerUrl, async (owner) => {
    for (let left = Math.ceil(total / length); left > 0; left -= atOnce / length) {
      const streams = Array.from({ length: Math.min(left, atOnce / length) }, () => ({
        stream: streamName(),
        events: types.map((type) => fact(type)),
      }))
      await importAll(owner, streams)
      for (const { stream } of streams) names.push(stream)
      const written = names.length * length
      if (written % 500_000 < atOnce && total > 1_000_000) bench.say(`${written.toLocaleString('en')} are written`)
    }
    await settle(owner)
  })
  return names
}

/** So many at a time, of which `length` is a divisor. */
const atOnce = 10_000

export const importAll = async (owner: Client, streams: Parameters<typeof importStreams>[1]) => {
  const refused = (await importStreams(owner, streams)).find(({ ok }) => !ok)
  if (refused) throw new Error(`An import of new streams was refused: ${JSON.stringify(refused)}`)
}

/** What PostgreSQL would do sooner or later by itself, so that it does not do it while something is timed. */
const settle = async (owner: Client) => {
  await owner.query('vacuum (freeze, analyze) es.events')
  await owner.query('vacuum (analyze) es.streams')
  await owner.query('checkpoint')
}
