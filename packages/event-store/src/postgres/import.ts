import { DatabaseError, type ClientBase } from 'pg'
import { NotStorable, type AppendResult, type NewEvent, type StreamName } from '../event-store.ts'
import { positions } from '../position.ts'
import { checkStorable } from '../storable.ts'
import { channel } from './announce.ts'
import { integers, texts, uuids } from './arrays.ts'
import { copyIn } from './copy-in.ts'
import { copyRows, type Field } from './copy-rows.ts'

export type ImportedStream = { stream: StreamName; events: readonly NewEvent[] }

/**
 * Records whole new streams at once: for taking over what another system has kept. Answers for each what an append with
 * `no_stream` would have answered, in one transaction: a stream that is there already with other events is refused and
 * leaves the others alone, and repeating the import adds nothing. The length of a stream has no limit here.
 *
 * Needs the rights of the owner, as `applySchema` does, because the service itself may record only through the functions,
 * and a connection of its own without `pipeline: true`. Readers see nothing newer until it ends: better ten thousand
 * events at a time than a million.
 */
export const importStreams = async (owner: ClientBase, streams: readonly ImportedStream[]): Promise<AppendResult[]> => {
  check(streams)
  if (streams.length === 0) return []
  await owner.query('begin')
  try {
    const results = await record(owner, streams)
    await owner.query('commit')
    const last = results.flatMap((result) => (result.ok && !result.replayed ? [result.position] : [])).at(-1)
    if (last) await owner.query('select pg_notify($1, $2)', [channel, last])
    return results
  } catch (error) {
    // Of a broken connection the server undoes everything by itself, and the first error says more than the second.
    await owner.query('rollback').catch(() => {})
    if (error instanceof DatabaseError && error.code?.startsWith('22'))
      throw new NotStorable(error.message, { cause: error })
    throw error
  }
}

/** The most that one transaction has places for. */
const most = 1_048_575

const check = (streams: readonly ImportedStream[]) => {
  const names = new Set(streams.map(({ stream }) => stream))
  if (names.size < streams.length) throw new NotStorable('A stream is imported whole: it is there twice.')
  if (streams.reduce((sum, { events }) => sum + events.length, 0) > most)
    throw new NotStorable(`An import has at most ${most} events.`)
  for (const { stream, events } of streams) checkStorable(stream, 'no_stream', events.slice(0, 1))
}

const record = async (owner: ClientBase, streams: readonly ImportedStream[]): Promise<AppendResult[]> => {
  let sum = 0
  const before = streams.map(({ events }) => (sum += events.length) - events.length)
  const base = BigInt(await one(owner, 'select es.take($1)', [sum]))
  const created = await createStreams(owner, { streams, before, base })
  const now = BigInt(await one(owner, microseconds))
  await copyIn(owner, copyEvents, copyRows(rowsOf({ streams, before, base, created, now })))
  const results: AppendResult[] = []
  for (const [i, { stream, events }] of streams.entries())
    results.push(
      created.has(stream)
        ? appended(BigInt(events.length - 1), base + BigInt(before[i]! + events.length), false)
        : await settled(owner, { stream, events }),
    )
  return results
}

/** Locks them in the order of their names, as every writer of several does. Answers which of them are new. */
const createStreams = async (owner: ClientBase, { streams, before, base }: Taken): Promise<Set<StreamName>> => {
  const { rows } = await owner.query<{ name: StreamName }>(
    `insert into es.streams (name, revision, position)
       select a.name, a.n - 1, $4::bigint + a.before + a.n
         from unnest($1::text[], $2::integer[], $3::integer[]) a(name, n, before) order by a.name collate "C"
       on conflict (name) do nothing returning name`,
    [
      texts(streams.map(({ stream }) => stream)),
      integers(streams.map(({ events }) => events.length)),
      integers(before),
      base,
    ],
  )
  return new Set(rows.map(({ name }) => name))
}

type Taken = { streams: readonly ImportedStream[]; before: readonly number[]; base: bigint }

const copyEvents = `copy es.events (position, stream, revision, id, at, type, schema, data, sealed, meta, entry)
  from stdin with (format binary)`

/** The store's clock, as a timestamp is sent: microseconds since the year 2000. */
const microseconds = `select (extract(epoch from clock_timestamp() - timestamptz '2000-01-01 00:00:00+00') * 1000000)::bigint`

function* rowsOf({ streams, before, base, created, now }: Taken & { created: Set<StreamName>; now: bigint }) {
  for (const [i, { stream, events }] of streams.entries()) {
    if (!created.has(stream)) continue
    let revision = 0n
    let position = base + BigInt(before[i]!)
    for (const event of events) {
      // Here and not before, so that the server has something to do meanwhile.
      checkStorable(stream, 'no_stream', [event])
      const { id, type, schema, data, sealed, meta, entry } = event
      const place: Field[] = [{ int8: ++position }, stream, { int8: revision++ }, { uuid: id }, { int8: now }]
      yield [...place, type, { int2: schema }, data, sealed, meta, entry]
    }
  }
}

const settled = async (owner: ClientBase, { stream, events }: ImportedStream): Promise<AppendResult> => {
  for (const event of events) checkStorable(stream, 'no_stream', [event])
  const { rows } = await owner.query<{ status: number; revision: string; position: string }>(
    'select * from es.settle($1, -1, $2, null, null)',
    [stream, uuids(events.map(({ id }) => id))],
  )
  const { status, revision, position } = rows[0]!
  return status === 2
    ? appended(BigInt(revision), BigInt(position), true)
    : { ok: false, reason: 'conflict', actual: BigInt(revision) }
}

const { at } = positions('pg')

const appended = (revision: bigint, position: bigint, replayed: boolean): AppendResult => ({
  ok: true,
  revision,
  position: at(position),
  replayed,
})

const one = async (owner: ClientBase, text: string, values: unknown[] = []): Promise<string> => {
  const { rows } = await owner.query<[string], unknown[]>({ text, values, rowMode: 'array' })
  return rows[0]![0]
}
