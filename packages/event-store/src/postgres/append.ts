import { DatabaseError, type Pool } from 'pg'
import {
  limits,
  NotStorable,
  type AppendResult,
  type Command,
  type CommandTrace,
  type Expected,
  type NewEvent,
  type Position,
  type StreamName,
} from '../event-store.ts'
import { positions } from '../position.ts'
import { bigints, bytes, integers, jsons, smallints, texts, uuids } from './arrays.ts'
import { group } from './group.ts'
import { rows, type Query } from './session.ts'

export type Append = {
  stream: StreamName
  expected: Expected
  events: readonly NewEvent[]
  command: Command | undefined
  /** Of all events together. */
  size: number
  /** Another append was faster: nothing can be written any more, only found. */
  late?: true
}

/** Concurrent appends to different streams become one statement; the answer is as if each had been sent alone. */
export const appends = (options: {
  pool: Pool
  /** Whether appends to this log lock before they have a transaction id: then none takes the short way. */
  isolated: boolean
  patience: number
  traceOf: (commandId: string) => Promise<CommandTrace | undefined>
  /** Hears the last position of what was committed. */
  committed: (position: Position) => void
}) => {
  const { pool, isolated, patience, traceOf, committed } = options

  /** Streams that a statement under way writes to. Another one would only wait for it there. */
  const writing = new Set<StreamName>()

  const { ask, drain } = group<Append, AppendResult>({
    inFlight: 2,
    patience,
    admits: () => {
      const streams = new Set<StreamName>()
      let size = 0
      let taken = 0
      let settling: boolean | undefined
      return (append) => {
        if (append.late && settling !== false) return (settling = taken++ < 256)
        if (append.late || settling || writing.has(append.stream)) return false
        settling = false
        const fits = streams.size === 0 || (streams.size < 256 && size + append.size <= limits.bytesPerAppend)
        if (!fits || streams.has(append.stream)) return false
        streams.add(append.stream)
        size += append.size
        return true
      }
    },
    // Who waited at the revision from which another append has gone on need not try to write.
    overtaken: (appends, answers) => {
      const done = new Map(appends.map((append, i) => [append.stream, { append, answer: answers[i] }]))
      return (waiting) => {
        const { append, answer } = done.get(waiting.stream) ?? {}
        if (!append || !answer?.ok || answer.replayed || waiting.expected !== append.expected) return undefined
        // It, or its command, may have been carried out before: that is looked up for all of them together.
        if (waiting.command || idOf(waiting) === idOf(append)) {
          waiting.late = true
          return undefined
        }
        return { ok: false, reason: 'conflict', actual: answer.revision }
      }
    },
    send: async (requests, again) => {
      const answers = await answersTo(requests, again)
      // Also what was there already: perhaps it came through with the answer lost, and nobody has been told.
      const positions = answers.flatMap((answer) => (answer?.ok ? [answer.position] : []))
      if (positions.length > 0) committed(positions.reduce((a, b) => (a > b ? a : b)))
      return answers
    },
  })

  const answersTo = async (requests: readonly Append[], again: boolean) => {
    const [first] = requests
    if (first!.late) return settleAll(requests)
    for (const { stream } of requests) writing.add(stream)
    try {
      return requests.length > 1 ? await sendMany(requests) : [await sendAlone(first!, again)]
    } finally {
      for (const { stream } of requests) writing.delete(stream)
    }
  }

  const sendMany = async (requests: readonly Append[]): Promise<(AppendResult | undefined)[]> => {
    const [row] = await rows(pool, appendMany(requests))
    const base = BigInt(row![0]!)
    const lost = new Set(row![1]!.slice(1, -1).split(',').map(Number))
    let last = base
    return requests.map(({ expected, events }, i) => {
      last += BigInt(events.length)
      if (lost.has(i + 1)) return undefined
      return { ok: true, revision: numberOf(expected) + BigInt(events.length), position: at(last), replayed: false }
    })
  }

  const sendAlone = async (append: Append, again: boolean): Promise<AppendResult> => {
    try {
      if (append.events.length === 1 && isExact(append.expected) && !isolated) {
        const [row] = await rows(pool, appendOne(append))
        const position = row![0]
        if (position) return appended(String(numberOf(append.expected) + 1n), position, false)
      }
      const [row] = await rows(pool, appendAlone(append, again))
      return answerOf(append, row!)
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      if (error.constraint === 'commands_pkey') return answerOf(append, (await rows(pool, settle(append)))[0]!)
      if (error.code?.startsWith('22')) throw new NotStorable(error.message, { cause: error })
      throw error
    }
  }

  const settleAll = async (appends: readonly Append[]) => {
    const found = await rows(pool, settleMany(appends))
    return Promise.all(appends.map((append, i) => answerOf(append, found[i]!)))
  }

  const answerOf = async ({ command }: Append, row: readonly (string | null)[]): Promise<AppendResult> => {
    const [status, revision, position] = row
    if (status === '1' || status === '2') return appended(revision!, position!, status === '2')
    if (status === '3') return { ok: false, reason: 'command-reused', trace: (await traceOf(command!.id))! }
    return { ok: false, reason: 'conflict', actual: revision === '-1' ? 'no_stream' : BigInt(revision!) }
  }

  return {
    append: (append: Append) => ask(append, !isExact(append.expected)),
    drain,
  }
}

const { at } = positions('pg')

const idOf = ({ events: [event] }: Append) => event!.id.toLowerCase()

const appended = (revision: string, position: string, replayed: boolean): AppendResult => ({
  ok: true,
  revision: BigInt(revision),
  position: at(BigInt(position)),
  replayed,
})

const isExact = (expected: Expected) => typeof expected === 'bigint' || expected === 'no_stream'

/** As the functions in functions.sql want it. */
const numberOf = (expected: Expected): bigint =>
  typeof expected === 'bigint' ? expected : expected === 'no_stream' ? -1n : expected === 'any' ? -2n : -3n

const fingerprintOf = (command: Command | undefined) => (command ? Buffer.from(command.fingerprint, 'hex') : null)

const appendOne = ({ stream, expected, events: [event], command }: Append): Query => ({
  name: 'es.append_one',
  text: 'select es.append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
  values: [
    stream,
    numberOf(expected),
    event!.id,
    event!.type,
    event!.schema,
    event!.data,
    event!.sealed,
    event!.meta,
    event!.entry,
    command?.id ?? null,
    fingerprintOf(command),
  ],
})

const appendAlone = ({ stream, expected, events, command }: Append, again: boolean): Query => ({
  name: 'es.append',
  text: 'select * from es.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)',
  values: [stream, numberOf(expected), ...columns(events), command?.id ?? null, fingerprintOf(command), again],
})

const settle = ({ stream, expected, events, command }: Append): Query => ({
  name: 'es.settle',
  text: 'select * from es.settle($1, $2, $3, $4, $5)',
  values: [stream, numberOf(expected), uuids(events.map(({ id }) => id)), command!.id, fingerprintOf(command)],
})

const settleMany = (appends: readonly Append[]): Query => {
  let sum = 0
  const before = appends.map(({ events }) => (sum += events.length) - events.length)
  return {
    name: 'es.settle_many',
    text: `select a.* from unnest($1::text[], $2::bigint[], $3::integer[], $4::integer[], $5::uuid[], $6::bytea[])
               with ordinality r(name, expected, n, before, command, fingerprint, i)
             cross join lateral
               es.settle(r.name, r.expected, ($7::uuid[])[r.before + 1 : r.before + r.n], r.command, r.fingerprint) a
             order by r.i`,
    values: [
      texts(appends.map(({ stream }) => stream)),
      bigints(appends.map(({ expected }) => numberOf(expected))),
      integers(appends.map(({ events }) => events.length)),
      integers(before),
      uuids(appends.map(({ command }) => command?.id ?? null)),
      bytes(appends.map(({ command }) => fingerprintOf(command))),
      uuids(appends.flatMap(({ events }) => events.map(({ id }) => id))),
    ],
  }
}

const appendMany = (appends: readonly Append[]): Query => {
  let sum = 0
  const before = appends.map(({ events }) => (sum += events.length) - events.length)
  return {
    name: 'es.append_many',
    text: 'select * from es.append_many($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)',
    values: [
      texts(appends.map(({ stream }) => stream)),
      bigints(appends.map(({ expected }) => numberOf(expected))),
      integers(appends.map(({ events }) => events.length)),
      integers(before),
      uuids(appends.map(({ command }) => command?.id ?? null)),
      bytes(appends.map(({ command }) => fingerprintOf(command))),
      integers(appends.flatMap(({ events }, i) => events.map(() => i + 1))),
      ...columns(appends.flatMap(({ events }) => events)),
    ],
  }
}

const columns = (events: readonly NewEvent[]) => [
  uuids(events.map(({ id }) => id)),
  texts(events.map(({ type }) => type)),
  smallints(events.map(({ schema }) => schema)),
  jsons(events.map(({ data }) => data)),
  jsons(events.map(({ sealed }) => sealed)),
  jsons(events.map(({ meta }) => meta)),
  bytes(events.map(({ entry }) => entry)),
]
