import { randomUUID } from 'node:crypto'
import type { AppendResult, EventLog, EventStore, LogFilter, NewEvent, Position, Recorded } from '../src/index.ts'

/** A stream that no other test knows. */
export const newStream = (category = 'case') => `${category}-${randomUUID()}`

export const opened = (deviation: Partial<NewEvent> = {}): NewEvent => ({
  id: randomUUID(),
  type: 'CaseOpened',
  schema: 1,
  data: '{"openedOn":"2022-03-04","subjectId":"sub_01h455vb4pex5vsknk084sn02q"}',
  sealed: null,
  meta: '{"actor":"key_01h455vb4pex5vsknk084sn02q","channel":"api"}',
  entry: new Uint8Array([1, 2, 3, 255]),
  ...deviation,
})

export const several = (count: number, deviation: Partial<NewEvent> = {}) =>
  Array.from({ length: count }, () => opened(deviation))

export const newCommand = (fingerprint = 'c0ffee') => ({ id: randomUUID(), fingerprint })

export const collect = async (events: AsyncIterable<Recorded>) => {
  const all: Recorded[] = []
  for await (const event of events) all.push(event)
  return all
}

export const revisionsOf = async (store: EventStore, stream: string) =>
  (await collect(store.read(stream))).map(({ revision }) => revision)

/** Waits until readers see what an append wrote: a transaction open elsewhere may hide it for a while. Answers where it is. */
export const visible = async (store: EventStore, result: AppendResult): Promise<Position> => {
  if (!result.ok) throw new Error(result.reason)
  for (let tries = 0; tries < 1000; tries++) {
    const head = await store.log.head()
    if (head !== 'start' && head >= result.position) return result.position
    await ticks(10)
  }
  throw new Error('A transaction elsewhere has hidden the event for ten seconds.')
}

/** Where the log ends, when readers see all of it. */
export const endOf = async (store: EventStore) =>
  visible(store, await store.append(newStream('mark'), 'any', [opened()]))

/** From a position to the end of the log, page by page. */
export const readOn = async (log: EventLog, after: Position | 'start', filter?: LogFilter) => {
  const events: Recorded[] = []
  for (;;) {
    const page = await log.page(after, { limit: 500, ...(filter && { filter }) })
    events.push(...page.events)
    after = page.scannedTo
    if (page.caughtUp) return { events, scannedTo: after }
  }
}

/** Reads a log as a projection does, until told to stop. */
export const follow = (log: EventLog, from: Position | 'start', limit = 100) => {
  const stopping = new AbortController()
  const seen: Recorded[] = []
  const run = async () => {
    for (let after = from; !stopping.signal.aborted;) {
      const page = await log.page(after, { limit })
      seen.push(...page.events)
      after = page.scannedTo
      if (page.caughtUp) await log.wake(stopping.signal, after)
    }
  }
  const ended = run()
  return {
    seen,
    /** Waits until so many events of interest have arrived, at most 10 s. */
    until: async (enough: () => boolean) => {
      for (const start = performance.now(); !enough() && performance.now() - start < 10_000;) await ticks(5)
    },
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}

export const ticks = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
