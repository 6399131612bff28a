import {
  NotStorable,
  Unavailable,
  type AppendResult,
  type Command,
  type CommandTrace,
  type EventLog,
  type EventStore,
  type Expected,
  type LogFilter,
  type NewEvent,
  type Recorded,
  type Revision,
  type StreamName,
} from './event-store.ts'
import { positions } from './position.ts'
import { checkStorable } from './storable.ts'

/** A store that forgets when the process ends: for the tests of decisions and projections. */
export const memoryEventStore = (now: () => Date = () => new Date()): EventStore => {
  const log: Stored[] = []
  const streams = new Map<StreamName, Stored[]>()
  const commands = new Map<string, CommandTrace>()
  const sleepers = new Set<() => void>()
  let closed = false

  const refuseWhenClosed = () => {
    if (closed) throw new Unavailable('The store is closed.')
  }
  const wakeAll = () => sleepers.forEach((wake) => wake())

  const record = (stream: StreamName, events: readonly NewEvent[], command?: Command): AppendResult => {
    events.flatMap(({ data, sealed, meta }) => [data, meta, ...(sealed === null ? [] : [sealed])]).forEach(checkJson)
    const of = streams.get(stream) ?? []
    const first = BigInt(of.length)
    const moment = now().toISOString().replace('Z', '000Z')
    for (const event of events) {
      const place = { stream, revision: BigInt(of.length), position: at(BigInt(log.length + 1)), at: moment }
      const stored = { ...event, id: event.id.toLowerCase(), ...place }
      of.push(stored)
      log.push(stored)
    }
    streams.set(stream, of)
    const { revision, position } = of.at(-1)!
    if (command)
      commands.set(command.id.toLowerCase(), { fingerprint: command.fingerprint, stream, first, last: revision })
    wakeAll()
    return { ok: true, revision, position, replayed: false }
  }

  return {
    append: async (stream, expected, events, { command } = {}) => {
      refuseWhenClosed()
      checkStorable(stream, expected, events, command)
      const of = streams.get(stream) ?? []
      const actual = of.length === 0 ? 'no_stream' : BigInt(of.length - 1)

      const trace = command && commands.get(command.id.toLowerCase())
      if (trace) {
        const same = trace.fingerprint === command.fingerprint && trace.stream === stream
        const replay =
          same && trace.last - trace.first === BigInt(events.length - 1) && replayed(of, trace.first, events)
        return replay || { ok: false, reason: 'command-reused', trace }
      }
      if (meets(expected, actual)) return record(stream, events, command)
      const replay =
        typeof expected === 'bigint' || expected === 'no_stream' ? replayed(of, after(expected), events) : false
      return replay || { ok: false, reason: 'conflict', actual }
    },

    async *read(stream, { from, limit = Infinity, backwards = false } = {}) {
      refuseWhenClosed()
      const of = streams.get(stream) ?? []
      const start = from === undefined ? (backwards ? of.length - 1 : 0) : Number(from)
      const picked = backwards ? of.slice(0, start + 1).reverse() : of.slice(start)
      for (const stored of picked.slice(0, limit)) yield recorded(stored)
    },

    traceOf: async (commandId) => {
      refuseWhenClosed()
      return commands.get(commandId.toLowerCase())
    },

    log: memoryLog(log, sleepers, refuseWhenClosed),

    close: async () => {
      closed = true
      wakeAll()
    },
  }
}

const memoryLog = (log: readonly Stored[], sleepers: Set<() => void>, refuseWhenClosed: () => void): EventLog => ({
  page: async (position, { limit, filter }) => {
    refuseWhenClosed()
    const events: Recorded[] = []
    let scanned = Number(placeOf(position))
    for (; scanned < log.length && events.length < limit; scanned++) {
      const stored = log[scanned]!
      if (passes(stored, filter)) events.push(recorded(stored))
    }
    return { events, scannedTo: at(BigInt(scanned)), caughtUp: scanned >= log.length }
  },
  wake: (signal, position) =>
    new Promise((resolve) => {
      const wake = () => {
        clearTimeout(idle)
        sleepers.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      const idle = setTimeout(wake, idleMs)
      sleepers.add(wake)
      signal.addEventListener('abort', wake)
      if (signal.aborted || (position !== undefined && placeOf(position) < log.length)) wake()
    }),
  head: async () => log.at(-1)?.position ?? 'start',
})

type Stored = NewEvent & Pick<Recorded, 'stream' | 'revision' | 'position' | 'at'>

const { at, placeOf } = positions('mem')
const idleMs = 100

const meets = (expected: Expected, actual: Revision | 'no_stream') =>
  expected === 'any' || expected === actual || (expected === 'stream_exists' && actual !== 'no_stream')

const after = (expected: Revision | 'no_stream') => (expected === 'no_stream' ? 0n : expected + 1n)

/** The answer of an earlier append of the same events at the same place, if there was one. */
const replayed = (of: readonly Stored[], first: Revision, events: readonly NewEvent[]): AppendResult | false => {
  const there = of.slice(Number(first), Number(first) + events.length)
  const same = there.length === events.length && there.every(({ id }, i) => id === events[i]!.id.toLowerCase())
  const last = there.at(-1)
  return same && last ? { ok: true, revision: last.revision, position: last.position, replayed: true } : false
}

const passes = ({ stream, type }: Stored, { categories, types }: LogFilter = {}) =>
  (categories === undefined || categories.includes(stream.slice(0, stream.indexOf('-')))) &&
  (types === undefined || types.includes(type))

/** Parsed anew for every reader, so that none can change what another one reads. */
const recorded = ({ data, sealed, meta, entry, ...rest }: Stored): Recorded => ({
  ...rest,
  data: JSON.parse(data),
  sealed: sealed === null ? null : JSON.parse(sealed),
  meta: JSON.parse(meta),
  entry,
})

const checkJson = (text: string) => {
  try {
    JSON.parse(text)
  } catch (cause) {
    throw new NotStorable('Data, sealed sections and metadata are JSON.', { cause })
  }
}
