import { randomUUID } from 'node:crypto'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js'
import messages from '@eventstore/db-client/generated/streams_pb.js'
import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type ServerReadableStream,
  type ServerWritableStream,
  type ServiceError,
} from '@grpc/grpc-js'
import { cuttableWay } from './cuttable-way.ts'

const { AppendResp, ReadResp } = messages

export type Double = Awaited<ReturnType<typeof eventStoreDbDouble>>

/**
 * Speaks as an EventStoreDB does, as far as this package asks, and keeps streams in memory. It is made from the protocol
 * definitions of the client and from what is written about the server: it shows what the adapter does with each answer,
 * and confirms nothing about a real server.
 */
export const eventStoreDbDouble = async () => {
  const log: Stored[] = []
  const streams = new Map<string, Stored[]>()
  const tombstoned = new Set<string>()
  const waiting = new Map<ReadCall, () => void>()
  let faults: Fault[] = []
  const counts = { appends: 0, subscriptions: 0, drops: 0, batches: 0, sent: 0 }
  const open = new Set<ReadCall>()
  let dropSlowAfter: number | undefined
  let answersKnownPosition = true

  /** As the server: the revision, then, if that is wrong, whether the same events stand there already. */
  const write = (stream: string, expected: Expected, proposed: readonly Proposed[]) => {
    const of = streams.get(stream) ?? []
    const actual = of.length - 1
    const fits = expected === 'any' || expected === actual || (expected === 'stream_exists' && actual >= 0)
    if (!fits) {
      const first = typeof expected === 'number' ? expected + 1 : Infinity
      const there = of.slice(first, first + proposed.length)
      const same = there.length === proposed.length && there.every(({ id }, i) => id === proposed[i]!.id)
      return { actual, wrong: !same, last: same ? there.at(-1) : undefined, repeated: same }
    }
    for (const one of proposed) {
      const position = (log.at(-1)?.position ?? 100n) + 64n + BigInt(one.data.length)
      const stored = { ...one, stream, revision: of.length, position, created: BigInt(Date.now()) * 10_000n }
      of.push(stored)
      log.push(stored)
    }
    streams.set(stream, of)
    wakeAll()
    return { actual: of.length - 1, wrong: false, last: of.at(-1), repeated: false }
  }

  const append = async (
    call: AppendCall,
    answer: (error: Partial<ServiceError> | null, value?: AppendAnswer) => void,
  ) => {
    counts.appends++
    let options: AppendOptions | undefined
    const proposed: Proposed[] = []
    try {
      for await (const request of call as AsyncIterable<AppendRequest>) {
        options = request.getOptions() ?? options
        const message = request.getProposedMessage()
        if (message) proposed.push(proposedOf(message))
      }
    } catch {
      return // The client went away before it had said everything.
    }
    if (call.cancelled || !options || proposed.length === 0) return
    const stream = nameOf(options)
    const fault = take(faults, (one) => !one.of || stream.startsWith(one.of))
    if (fault?.kind === 'refuse') return answer({ code: fault.code, details: 'as the test wishes' })
    if (tombstoned.has(stream)) return answer(exception(status.FAILED_PRECONDITION, 'stream-deleted', stream))
    const carryOut = () => write(stream, expectedOf(options), proposed)
    if (fault?.kind === 'late') {
      setTimeout(carryOut, fault.ms)
      return answer({ code: status.DEADLINE_EXCEEDED, details: 'not yet written' })
    }
    const written = carryOut()
    if (fault?.kind === 'lose') return answer({ code: fault.code, details: 'written, but nobody is told' })
    if (fault?.kind === 'silence') return // The client's own time limit has to end it.
    if (fault?.kind === 'tear') return way.cut()
    if (fault?.kind === 'hold') await fault.until
    answer(null, answerOf(written, answersKnownPosition))
  }

  const read = (call: ReadCall) => {
    const options = call.request.getOptions()!
    open.add(call)
    call.on('error', () => {})
    const end = () => {
      open.delete(call)
      waiting.get(call)?.()
    }
    call.on('close', end)
    call.on('cancelled', end)
    if (options.hasSubscription()) return void subscribe(call)
    const count = Number(options.getCount())
    const backwards = options.getReadDirection() === messages.ReadReq.Options.ReadDirection.BACKWARDS
    const found = options.hasStream() ? ofStream(call, backwards) : ofAll(call, backwards)
    for (const stored of found.slice(0, count)) call.write(eventOf(stored))
    call.end()
  }

  const ofStream = (call: ReadCall, backwards: boolean): Stored[] => {
    const options = call.request.getOptions()!.getStream()!
    const name = nameOf(options)
    if (tombstoned.has(name)) {
      call.emit('error', exception(status.FAILED_PRECONDITION, 'stream-deleted', name))
      return []
    }
    const of = streams.get(name)
    if (!of) {
      const missing = new ReadResp.StreamNotFound()
      missing.setStreamIdentifier(identifierOf(name))
      const response = new ReadResp()
      response.setStreamNotFound(missing)
      call.write(response)
      return []
    }
    const from = options.hasRevision() ? Number(options.getRevision()) : options.hasEnd() ? of.length - 1 : 0
    // From beyond the end the server reads nothing, in either direction.
    if (from >= of.length) return []
    return backwards ? of.slice(0, from + 1).reverse() : of.slice(from)
  }

  const ofAll = (call: ReadCall, backwards: boolean): Stored[] => {
    const options = call.request.getOptions()!.getAll()!
    const from = options.hasPosition() ? BigInt(options.getPosition()!.getCommitPosition()) : undefined
    if (!backwards) return log.filter(({ position }) => from === undefined || position >= from)
    return log.filter(({ position }) => from === undefined || position < from).reverse()
  }

  const subscribe = async (call: ReadCall) => {
    counts.subscriptions++
    call.on('drain', () => waiting.get(call)?.())
    const options = call.request.getOptions()!
    const filter = options.getFilter()!
    const prefixes = filter.getStreamIdentifier()!.getPrefixList()
    const interval = filter.getMax() * filter.getCheckpointintervalmultiplier()
    const all = options.getAll()!
    const after = all.hasPosition() ? BigInt(all.getPosition()!.getCommitPosition()) : -1n
    let next = log.findIndex(({ position }) => position > after)
    if (next < 0) next = log.length
    let live = false
    let scanned = 0

    const confirmation = new ReadResp.SubscriptionConfirmation()
    confirmation.setSubscriptionId(randomUUID())
    await send(call, (response) => response.setConfirmation(confirmation))
    while (open.has(call)) {
      if (next === log.length) {
        if (!live) await send(call, (response) => response.setCaughtUp(new ReadResp.CaughtUp()))
        live = true
        if (next === log.length && open.has(call)) await change(call)
        continue
      }
      if (live && log.length - next > 1_000) {
        live = false
        await send(call, (response) => response.setFellBehind(new ReadResp.FellBehind()))
      }
      const stored = log[next++]!
      if (prefixes.some((prefix) => stored.stream.startsWith(prefix)))
        await send(call, (response) => response.setEvent(readEventOf(stored)))
      if (++scanned % interval !== 0) continue
      const checkpoint = new ReadResp.Checkpoint()
      checkpoint.setCommitPosition(String(stored.position))
      checkpoint.setPreparePosition(String(stored.position))
      await send(call, (response) => response.setCheckpoint(checkpoint))
    }
  }

  const wakeAll = () => waiting.forEach((wake) => wake())

  const change = async (call: ReadCall, ms?: number) => {
    let limit: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      waiting.set(call, resolve)
      if (ms !== undefined) limit = setTimeout(resolve, ms)
    })
    clearTimeout(limit)
    waiting.delete(call)
  }

  const send = async (call: ReadCall, fill: (response: InstanceType<typeof ReadResp>) => unknown) => {
    const response = new ReadResp()
    fill(response)
    if (!open.has(call)) return
    if (response.hasEvent()) counts.sent++
    call.write(response)
    const since = performance.now()
    while (open.has(call) && call.writableNeedDrain) {
      if (dropSlowAfter !== undefined && performance.now() - since > dropSlowAfter) drop(call, status.ABORTED)
      else await change(call, dropSlowAfter)
    }
  }

  const drop = (call: ReadCall, code: status) => {
    open.delete(call)
    counts.drops++
    call.emit('error', { code, details: 'dropped', metadata: new Metadata() })
    waiting.get(call)?.()
  }

  const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 })
  server.addService(
    streamsService.StreamsService as never,
    {
      append,
      read,
      // The adapter does not use it: see session.ts.
      batchAppend: (call: { emit: (name: string, error: unknown) => void }) => {
        counts.batches++
        call.emit('error', { code: status.UNIMPLEMENTED })
      },
      delete: refused,
      tombstone: refused,
    } as never,
  )
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )

  const way = await cuttableWay('127.0.0.1', port)

  return {
    url: `esdb://127.0.0.1:${way.port}?tls=false`,
    counts,
    /** Events of a stream, as they lie in the server. */
    stored: (stream: string): readonly Stored[] => streams.get(stream) ?? [],
    /** What happens to the next append, or the next to streams that begin so. */
    next: (...some: Fault[]) => void faults.push(...some),
    /** Nothing more happens to appends. */
    heal: () => (faults = []),
    /** Somebody else writes, without our adapter. */
    writeForeign: (stream: string, data: object = {}, type = 'Foreign') =>
      write(stream, 'any', [
        { id: randomUUID(), type, contentType: 'application/json', data: json(data), metadata: new Uint8Array() },
      ]),
    tombstone: (stream: string) => void tombstoned.add(stream),
    /** Answers to repetitions carry -1 for the position, as when the events are not indexed yet. */
    forgetPositions: () => (answersKnownPosition = false),
    way,
    /** Ends every subscription with this code; 0 ends it as if all were well. */
    dropSubscriptions: (code: status) => {
      for (const call of [...open]) {
        if (code !== status.OK) drop(call, code)
        else {
          open.delete(call)
          call.end()
          waiting.get(call)?.()
        }
      }
    },
    /** A client that does not read for so many ms loses its subscription. */
    dropSlow: (ms: number | undefined) => (dropSlowAfter = ms),
    openCalls: () => open.size,
    close: async () => {
      await way.close()
      server.forceShutdown()
    },
  }
}

type Expected = number | 'any' | 'stream_exists'
type Proposed = { id: string; type: string; contentType: string; data: Uint8Array; metadata: Uint8Array }
export type Stored = Proposed & { stream: string; revision: number; position: bigint; created: bigint }

export type Fault = { of?: string } & (
  | { kind: 'refuse' | 'lose'; code: number }
  | { kind: 'tear' | 'silence' }
  | { kind: 'late'; ms: number }
  | { kind: 'hold'; until: Promise<unknown> }
)

type AppendRequest = InstanceType<typeof messages.AppendReq>
type AppendOptions = InstanceType<typeof messages.AppendReq.Options>
type AppendAnswer = InstanceType<typeof AppendResp>
type AppendCall = ServerReadableStream<AppendRequest, AppendAnswer>
type ReadCall = ServerWritableStream<InstanceType<typeof messages.ReadReq>, InstanceType<typeof ReadResp>>

const take = <T>(list: T[], is: (one: T) => boolean): T | undefined => {
  const at = list.findIndex(is)
  return at < 0 ? undefined : list.splice(at, 1)[0]
}

const refused = (_: unknown, answer: (error: unknown) => void) => answer({ code: status.UNIMPLEMENTED })

const json = (data: object) => new TextEncoder().encode(JSON.stringify(data))

const nameOf = (options: { getStreamIdentifier: () => InstanceType<typeof shared.StreamIdentifier> | undefined }) =>
  Buffer.from(options.getStreamIdentifier()!.getStreamName_asU8()).toString()

const identifierOf = (name: string) => {
  const identifier = new shared.StreamIdentifier()
  identifier.setStreamName(Buffer.from(name).toString('base64'))
  return identifier
}

const expectedOf = (options: AppendOptions): Expected =>
  options.hasRevision()
    ? Number(options.getRevision())
    : options.hasNoStream()
      ? -1
      : options.hasStreamExists()
        ? 'stream_exists'
        : 'any'

const proposedOf = (message: InstanceType<typeof messages.AppendReq.ProposedMessage>): Proposed => ({
  id: message.getId()!.getString(),
  type: message.getMetadataMap().get('type')!,
  contentType: message.getMetadataMap().get('content-type')!,
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
})

const answerOf = (
  { actual, wrong, last, repeated }: { actual: number; wrong: boolean; last: Stored | undefined; repeated: boolean },
  answersKnownPosition: boolean,
) => {
  const response = new AppendResp()
  if (wrong) {
    const wrongVersion = new AppendResp.WrongExpectedVersion()
    if (actual < 0) wrongVersion.setCurrentNoStream(new shared.Empty())
    else wrongVersion.setCurrentRevision(String(actual))
    wrongVersion.setExpectedNoStream(new shared.Empty())
    response.setWrongExpectedVersion(wrongVersion)
    return response
  }
  const success = new AppendResp.Success()
  success.setCurrentRevision(String(last!.revision))
  const place = new AppendResp.Position()
  const position = repeated && !answersKnownPosition ? 2n ** 64n - 1n : last!.position
  place.setCommitPosition(String(position))
  place.setPreparePosition(String(position))
  success.setPosition(place)
  response.setSuccess(success)
  return response
}

const readEventOf = ({ id, type, contentType, data, metadata, stream, revision, position, created }: Stored) => {
  const record = new ReadResp.ReadEvent.RecordedEvent()
  const uuid = new shared.UUID()
  uuid.setString(id)
  record.setId(uuid)
  record.setStreamIdentifier(identifierOf(stream))
  record.setStreamRevision(String(revision))
  record.setCommitPosition(String(position))
  record.setPreparePosition(String(position))
  record.getMetadataMap().set('type', type).set('content-type', contentType).set('created', String(created))
  record.setData(data)
  record.setCustomMetadata(metadata)
  const event = new ReadResp.ReadEvent()
  event.setEvent(record)
  event.setCommitPosition(String(position))
  return event
}

const eventOf = (stored: Stored) => {
  const response = new ReadResp()
  response.setEvent(readEventOf(stored))
  return response
}

const exception = (code: status, name: string, stream: string) => {
  const metadata = new Metadata()
  metadata.set('exception', name)
  metadata.set('stream-name', stream)
  return { code, details: name, metadata }
}
