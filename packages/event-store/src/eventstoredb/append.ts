import type {
  AppendResult,
  Command,
  CommandTrace,
  Expected,
  NewEvent,
  Position,
  Revision,
  StreamName,
} from '../event-store.ts'
import { unavailable } from '../patience.ts'
import { toWire } from './event.ts'
import { intentions, type Intention } from './intention.ts'
import { places } from './place.ts'
import type { Session } from './session.ts'

type Append = { stream: StreamName; expected: Expected; events: readonly NewEvent[]; command: Command | undefined }

export const appends = (
  session: Session,
  { service, appended }: { service: string | undefined; appended: (position: Position) => void },
) => {
  const { place, standing, learn } = places(session)
  const { last, add } = intentions(session, place, service)
  const oneByOne = queues()

  const append = async ({ stream, expected, events, command }: Append): Promise<AppendResult> => {
    const wired = events.map(toWire)
    const record = async () => {
      const result = await (command
        ? carryOut(command, stream, expected, events)
        : typeof expected === 'bigint' || expected === 'no_stream'
          ? put(stream, expected, wired)
          : putAnywhere(stream, expected, wired))
      if (result.ok) appended(result.position)
      return result
    }
    // Those who do not care for the revision would only take each other's places.
    return expected === 'any' || expected === 'stream_exists' ? oneByOne(stream, record) : record()
  }

  const revisionOf = async (stream: StreamName): Promise<Revision | 'no_stream'> => {
    const [event] = await session.some(stream, 'end', 1, 'backwards')
    return event ? event.revision : 'no_stream'
  }

  type Wired = readonly ReturnType<typeof toWire>[]

  const put = async (stream: StreamName, expected: Revision | 'no_stream', events: Wired): Promise<AppendResult> => {
    const first = after(expected)
    const placed = await place(stream, first, events)
    if (placed) return { ok: true, revision: first + BigInt(events.length - 1), ...placed }
    return { ok: false, reason: 'conflict', actual: await revisionOf(stream) }
  }

  const putAnywhere = async (stream: StreamName, expected: Expected, events: Wired): Promise<AppendResult> => {
    for (const until = performance.now() + session.patience; ; demandTime(until)) {
      const actual = await revisionOf(stream)
      if (!meets(expected, actual)) return { ok: false, reason: 'conflict', actual }
      const first = after(actual)
      const placed = await place(stream, first, events)
      if (placed) return { ok: true, revision: first + BigInt(events.length - 1), ...placed }
    }
  }

  const carryOut = async (
    command: Command,
    stream: StreamName,
    expected: Expected,
    events: readonly NewEvent[],
  ): Promise<AppendResult> => {
    for (const until = performance.now() + session.patience; ; demandTime(until)) {
      const [earlier, actual] = await Promise.all([last(command.id), revisionOf(stream)])
      const done = earlier && (await place(earlier.stream, earlier.first, earlier.events.map(toWire)))
      if (done) {
        appended(done.position)
        const trace = traceFrom(earlier)
        const same =
          trace.fingerprint === command.fingerprint && trace.stream === stream && sameIds(earlier.events, events)
        if (!same) return { ok: false, reason: 'command-reused', trace }
        return { ok: true, revision: trace.last, position: done.position, replayed: true }
      }
      if (!meets(expected, actual)) {
        const exact = typeof expected === 'bigint' || expected === 'no_stream'
        const position = exact && (await standing(stream, after(expected), events.map(toWire)))
        if (!position) return { ok: false, reason: 'conflict', actual }
        return { ok: true, revision: after(expected) + BigInt(events.length - 1), position, replayed: true }
      }
      // `actual` was read, so the place is free or taken by now, but never one that the stream has yet to reach.
      const intention = { fingerprint: command.fingerprint, stream, first: after(actual), events }
      if (!(await add(command, earlier ? earlier.revision + 1n : 0n, intention))) continue
      const placed = await place(stream, intention.first, events.map(toWire))
      // If somebody else was faster, it was this intention that he carried out.
      if (placed) return { ok: true, revision: traceFrom(intention).last, position: placed.position, replayed: false }
    }
  }

  const traceOf = async (commandId: string): Promise<CommandTrace | undefined> => {
    const intention = await last(commandId)
    if (!intention) return undefined
    const ids = intention.events.map(({ id }) => ({ id: id.toLowerCase() }))
    return (await standing(intention.stream, intention.first, ids)) && traceFrom(intention)
  }

  return { append, traceOf, learn }
}

const demandTime = (until: number) => {
  if (performance.now() > until) throw unavailable(new Error('Others were faster again and again.'))
}

const after = (revision: Revision | 'no_stream') => (revision === 'no_stream' ? 0n : revision + 1n)

const meets = (expected: Expected, actual: Revision | 'no_stream') =>
  expected === 'any' || expected === actual || (expected === 'stream_exists' && actual !== 'no_stream')

const traceFrom = ({ fingerprint, stream, first, events }: Intention): CommandTrace => ({
  fingerprint,
  stream,
  first,
  last: first + BigInt(events.length - 1),
})

const sameIds = (some: readonly NewEvent[], others: readonly NewEvent[]) =>
  some.length === others.length && some.every(({ id }, i) => id.toLowerCase() === others[i]!.id.toLowerCase())

/** Runs what belongs to one name in the order of asking, one at a time. */
const queues = () => {
  const lasts = new Map<string, Promise<unknown>>()
  return <T>(name: string, act: () => Promise<T>): Promise<T> => {
    const mine = (lasts.get(name) ?? Promise.resolve()).then(act, act)
    const settled = mine
      .catch(() => {})
      .then(() => {
        if (lasts.get(name) === settled) lasts.delete(name)
      })
    lasts.set(name, settled)
    return mine
  }
}
