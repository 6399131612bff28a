import { setTimeout as pause } from 'node:timers/promises'
import { upcast, type Recorded as Stored } from '@wushe/event-store'
import { leafHash } from '@wushe/evidence'
import { recordOf, toSliceEvent, type RecordVersion } from '@wushe/feed'
import { isRefusal, refuse, type Moment, type NeedOf, type Recorded, type RecordSlice } from '@wushe/slice'
import { refuseDates } from './agreements.ts'
import { takeClaims } from './claims.ts'
import { newestEvent, type Operation } from './contract.ts'
import type { OpenService } from './open.ts'
import { erasing, forgetting, lifting, restricting } from './erasure.ts'
import { conflictOf } from './past.ts'
import { knows, mayWrite, refuseElsewhere } from './policy.ts'
import { propertyOf } from './present.ts'
import { Refused } from './problem.ts'
import type { Vault } from '@wushe/vault'
import { stamp, type Request } from './stamp.ts'
import type { AnyInput, CommandSlice } from './service.ts'

/** The record after a command, and what the command recorded of it. */
export type Executed = {
  record: NonNullable<ReturnType<typeof recordOf>>
  recorded: Recorded[]
  entries: Uint8Array[]
  position: string
  replayed: boolean
  shownOnce?: Record<string, unknown>
  /** Nothing was recorded: `recorded` is what would be, and this what the record would show of sealed sections. */
  dryRun?: { open: Record<string, unknown> }
}

export type ToExecute = {
  slice: CommandSlice
  operation: Operation
  input: AnyInput
  request: Request
  ifMatch: string | undefined
}

/** The whole write side: read the stream, fold it, decide, append. */
export async function execute(
  service: OpenService,
  { slice, operation, input, request, ifMatch }: ToExecute,
): Promise<Executed> {
  const { moment } = request
  const { actor } = moment
  const { aggregate } = slice
  const streamId = slice.of(input, moment)
  const stream = `${aggregate.category}-${streamId}`
  const shown = service.recordNamed(operation.record!)
  const recordId = slice.record?.(input, moment) ?? operation.ids.map((name) => input.path[name]).at(-1) ?? streamId
  if (operation.transition && ifMatch === undefined) throw new Refused(refuse('precondition-required'))

  // Nothing is claimed for a request that was carried out before, or for a stream that may be another one's. A dry run
  // does not append, and so learns it here.
  if (slice.claims || request.dryRun) {
    const before = await replayed(service, { slice, operation, input, request })
    if (before) return before
  }
  for (let attempt = 1; attempt <= 5; attempt++) {
    // What a command begins is not there yet. If it is, the append says so; and nobody is refused before it was read.
    const begins = operation.ids.length === 0 && !slice.claims && attempt === 1
    const { events, last } = begins ? { events: [], last: undefined } : await readStream(service, stream)
    if (events.some(({ meta }) => meta.commandId === request.commandId)) {
      const first = await replayed(service, { slice, operation, input, request })
      if (first) return first
    }
    const nested = operation.ids.length > 0
    const before = recordOf(shown, events, recordId)
    const place = before ? belonging(shown, before, events) : placeOf(stream, events)
    if (events.length === 0 ? nested && !aggregate.attached : !mayWrite(operation.access, actor, events[0]!, place))
      throw new Refused(nested ? refuse('not-found') : refuse('id-taken', { id: streamId }))

    if (operation.transition && !before) throw new Refused(refuse('not-found'))
    if (!operation.transition && before) throw new Refused(refuse('id-taken', { id: recordId }))
    demandVersion(ifMatch, before?.version ?? events.length, (current, yours) =>
      conflictOf({
        ...{ record: shown, events, id: recordId, yours, current, body: input.body, path: pathOf(operation, input) },
      }),
    )

    const state = events.reduce((folded, event) => aggregate.evolve(folded, event), aggregate.initial)
    const decision = slice.decide(input, state, moment, await resolveNeeds(service, slice, input, moment))
    if (begins && (isRefusal(decision) || decision.length === 0)) continue
    if (isRefusal(decision)) throw new Refused(decision)
    if (decision.length === 0) {
      const first = await replayed(service, { slice, operation, input, request })
      if (first) return first
      if (!before) throw new Error(`${slice.operation} recorded nothing and there is nothing to show.`)
      return { record: before, recorded: [], entries: [], position: last ?? '', replayed: false }
    }
    for (const { data } of decision) {
      const agreement = await service.agreement(data.agreementId)
      const outsidePeriod = slice.outsidePeriod ?? aggregate.outsidePeriod
      const refusal = refuseElsewhere(actor, data) ?? refuseDates(data, { agreement, outsidePeriod }, moment)
      if (refusal) throw new Refused(refusal)
    }

    const tenant = events[0]?.meta.tenant ?? aggregate.owner?.(decision[0], streamId) ?? actor.orgId
    const taken = await takeClaims(slice.claims?.(input, moment, state) ?? [], {
      tenant,
      owner: streamId,
      fresh: events.length === 0,
      dryRun: request.dryRun,
      run: service.rows,
      vault: service.vault,
      stillHeld: async (owner, set) => {
        const { events: theirs } = await readStream(service, `${aggregate.category}-${owner}`)
        const folded = theirs.reduce((one, event) => aggregate.evolve(one, event), aggregate.initial)
        return theirs.length > 0 ? (aggregate.holds?.(folded, set) ?? true) : undefined
      },
    })
    if (taken) throw new Refused(refuse(taken.claim.taken, { id: taken.owner }))

    const stamped = await stamp(
      decision,
      { category: aggregate.category, streamId, revision: events.length, tenant },
      request,
      request.dryRun ? sealingNothing(service.vault) : service.vault,
    )
    if (request.dryRun) {
      const recorded = stamped.map((one) => one.read)
      const record = recordOf(shown, [...events, ...recorded], recordId)!
      const open = Object.fromEntries(
        decision.flatMap(({ type, sealed }) =>
          before && !shown.sealedFrom.includes(type)
            ? []
            : Object.entries(sealed ?? {}).map(([section, value]) => [propertyOf(section), value]),
        ),
      )
      // What it would begin has no place in the log yet; the last that has is what it was decided upon.
      const head = last ?? (await service.store.log.head())
      const position = head === 'start' ? (await service.store.log.page('start', { limit: 1 })).scannedTo : head
      return { record, recorded, entries: [], position, replayed: false, dryRun: { open } }
    }
    const result = await service.store.append(
      stream,
      events.length === 0 ? 'no_stream' : BigInt(events.length - 1),
      stamped.map((one) => one.stored),
      { command: { id: request.commandId, fingerprint: request.fingerprint } },
    )
    if (result.ok && result.replayed) continue
    if (result.ok) {
      // Whoever reads the answer to an erasure or a restriction may rely on it.
      if (decision.some(({ type }) => [...erasing, ...restricting, ...lifting].includes(type)))
        for (const name of forgetting) await service.running.get(name)?.running.waitFor(result.position, 10_000)
      const recorded = stamped.map((one) => one.read)
      const record = recordOf(shown, [...events, ...recorded], recordId)
      if (!record) throw new Error(`${slice.operation} recorded nothing of ${operation.record} ${recordId}.`)
      return {
        record,
        recorded,
        entries: stamped.map((one) => one.stored.entry),
        position: result.position,
        replayed: result.replayed,
        ...(slice.shownOnce && { shownOnce: slice.shownOnce(input, moment) }),
      }
    }
    if (result.reason === 'command-reused') {
      const replay = await replayed(service, { slice, operation, input, request })
      if (replay) return replay
      throw new Refused(refuse('idempotency-key-reused'))
    }
    if (!begins) await pause(5 + Math.random() * 45)
  }
  throw new Refused(refuse('concurrent-update'))
}

/** The answer that the same request got before, if it ever recorded anything; refused if the key meant another one. */
export async function replayed(
  service: OpenService,
  { slice, operation, input, request }: Omit<ToExecute, 'ifMatch'>,
): Promise<Executed | undefined> {
  const trace = await service.store.traceOf(request.commandId)
  if (!trace) return undefined
  if (trace.fingerprint !== request.fingerprint) throw new Refused(refuse('idempotency-key-reused'))
  const { events, entries, positions } = await readStream(service, trace.stream, Number(trace.last) + 1)
  const streamId = slice.of(input, request.moment)
  const recordId =
    slice.record?.(input, request.moment) ?? operation.ids.map((name) => input.path[name]).at(-1) ?? streamId
  const record = recordOf(service.recordNamed(operation.record!), events, recordId)
  if (!record) throw new Error(`${operation.operationId}: the replay found no ${operation.record}.`)
  const first = Number(trace.first)
  return {
    record,
    recorded: events.slice(first),
    entries: entries.slice(first),
    position: positions.at(-1)!,
    replayed: true,
  }
}

export async function readStream(service: OpenService, stream: string, limit?: number) {
  const stored: Stored[] = []
  for await (const event of service.store.read(stream, limit === undefined ? {} : { limit })) stored.push(event)
  return {
    events: stored.map((event) => toSliceEvent(upcast(event, service.upcasters))),
    entries: stored.map((event) => event.entry),
    positions: stored.map((event) => event.position as string),
    last: stored.at(-1)?.position as string | undefined,
  }
}

/** `"v3"`, also weakened by a proxy to `W/"v3"`; `*` is whatever is current. */
function demandVersion(
  ifMatch: string | undefined,
  currentVersion: number,
  conflict: (current: number, yours: number | undefined) => ReturnType<typeof conflictOf>,
) {
  if (ifMatch === undefined || ifMatch.trim() === '*') return
  const versions = ifMatch.split(',').map((tag) => /^\s*(?:W\/)?"v(\d+)(?:-[0-9a-f]+)?"\s*$/.exec(tag)?.[1])
  if (versions.includes(String(currentVersion))) return
  const named = versions.filter((version) => version !== undefined).map(Number)
  const found = conflict(currentVersion, named.length ? Math.max(...named) : undefined)
  throw new Refused({
    ...refuse('version-conflict', { currentVersion }),
    more: (language) => ({
      conflict: {
        ...found,
        changes: found.changes.map((change) => ({
          ...change,
          title: newestEvent(change.type)?.title[language] ?? change.type,
        })),
      },
    }),
  })
}

/** Address of the thing that a command changes, or under which it begins something. */
const pathOf = ({ template, transition }: Operation, input: AnyInput) =>
  (transition ? template.slice(0, template.lastIndexOf('/')) : template).replace(
    /{(\w+)}/g,
    (_, name) => input.path[name],
  )

/** For a dry run: not even the key is made under which a person's name would be stored. */
const sealingNothing = (vault: Vault): Pick<Vault, 'blindIndex' | 'seal'> => ({
  blindIndex: vault.blindIndex,
  seal: async () => ({ sealed: {}, commitments: {} }),
})

/** Streams of another organisation, and such as the actor's role does not see, are as good as none. */
async function resolveNeeds(service: OpenService, { needs = {} }: CommandSlice, input: AnyInput, moment: Moment) {
  const resolve = async (need: NeedOf | undefined) => {
    if (!need) return undefined
    if ('row' in need) return (await service.rows(need.row))[0]
    const stream = `${need.aggregate.category}-${need.id}`
    const { events } = await readStream(service, stream)
    const place = { ...placeOf(stream, events), tenant: events[0]?.meta.tenant }
    const visible = knows(moment.actor, place) ? events : []
    return visible.reduce((state, event) => need.aggregate.evolve(state, event as never), need.aggregate.initial)
  }
  return Object.fromEntries(
    await Promise.all(
      Object.entries(needs).map(async ([name, need]) => [name, await resolve(need.of(input, moment))] as const),
    ),
  )
}

/** Where a thing stands that a stream is about, for a role that is limited to some places. */
const placeOf = (stream: string, events: readonly Recorded[]) => ({
  id: idIn(stream),
  siteId: events.findLast(({ meta }) => meta.siteId !== undefined)?.meta.siteId ?? null,
  stream,
})

/** With the station to which it belongs for a role that is limited to some. */
export const belonging = ({ movesWith }: RecordSlice, version: RecordVersion, events: readonly Recorded[]) =>
  movesWith ? { ...version, siteId: recordOf(movesWith, events, idIn(version.stream))?.siteId ?? null } : version

const idIn = (stream: string) => stream.slice(stream.indexOf('-') + 1)

/** `org.wushe.case.CaseClosed.v1` */
export const typeOutside = (service: string, type: string) =>
  `org.wushe.${service}.${type}.v${newestEvent(type)?.schema ?? 1}`

export const receiptOf = ({ recorded, entries, position }: Executed, service: string) => ({
  events: recorded.map(({ id, type, revision }, index) => ({
    id,
    type: typeOutside(service, type),
    version: revision + 1,
    position,
    leafHash: `sha256:${leafHash(entries[index]!).toString('hex')}`,
  })),
  recordedAt: recorded.at(-1)?.meta.recordedAt,
})
