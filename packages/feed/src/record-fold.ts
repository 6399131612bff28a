import type { RecordSlice } from '@wushe/slice'
import type { SliceEvent } from './slice-event.ts'

/** A record as it stood from one event about it to the next. */
export type RecordVersion = {
  id: string
  /** The revision of the event in its stream, plus one. */
  version: number
  /** Of the event. */
  position: string
  /** Position of the next event about the record; null while there is none. */
  until: string | null
  /** Position of the first event about the record. */
  created: string
  tenant: string
  agreementId: string | null
  siteId: string | null
  status: string | null
  /** YYYY-MM-DD. */
  occurredOn: string | null
  /** RFC 3339: when the first event was recorded. */
  recordedAt: string
  /** RFC 3339: when this event was recorded. */
  updatedAt: string
  /** `<category>-<id>`. */
  stream: string
  body: object
  /** Encrypted sections by name, the newest of each: those of the first event, and of such as correct it. */
  sealed: Record<string, unknown> | null
}

/** A record as it stands after these events of its stream; undefined where none is about it. */
export const recordOf = (record: RecordSlice, events: readonly SliceEvent[], id: string): RecordVersion | undefined =>
  foldRecord(
    record,
    undefined,
    events.filter((event) => record.of(event) === id),
  ).at(-1)

/**
 * The versions that events about one record add to its current one, oldest first; each is closed by the next. An event
 * that the current version knows already adds nothing.
 */
export const foldRecord = (
  record: RecordSlice,
  current: RecordVersion | undefined,
  events: readonly SliceEvent[],
): RecordVersion[] => {
  const versions: RecordVersion[] = []
  for (const event of events) {
    const last = versions.at(-1) ?? current
    const next = last && event.revision < last.version ? undefined : nextVersion(record, last, event)
    if (!next) continue
    if (versions.length > 0) versions.at(-1)!.until = event.position
    versions.push(next)
  }
  return versions
}

const nextVersion = (
  record: RecordSlice,
  last: RecordVersion | undefined,
  event: SliceEvent,
): RecordVersion | undefined => {
  const folded = record.fold(last?.body, event) as Folded | undefined
  if (!folded) return undefined
  const { agreementId, siteId, occurredOn, ...body } = folded
  const before = last ?? (event.data as Folded)
  return {
    id: last?.id ?? record.of(event)!,
    version: event.revision + 1,
    position: event.position,
    until: null,
    created: last?.created ?? event.position,
    tenant: last?.tenant ?? event.meta.tenant,
    agreementId: (agreementId === undefined ? before.agreementId : agreementId) ?? null,
    siteId: (siteId === undefined ? before.siteId : siteId) ?? null,
    status: body.status ?? null,
    occurredOn: (occurredOn === undefined ? before.occurredOn : occurredOn) ?? null,
    recordedAt: last?.recordedAt ?? event.meta.recordedAt,
    updatedAt: event.meta.recordedAt,
    stream: last?.stream ?? `${record.category}-${event.streamId}`,
    body,
    sealed: sealedOf(record, last, event),
  }
}

const sealedOf = ({ sealedFrom }: RecordSlice, last: RecordVersion | undefined, { type, sealed }: SliceEvent) =>
  sealed && (!last || sealedFrom.includes(type)) ? { ...last?.sealed, ...sealed } : (last?.sealed ?? null)

/** What a fold may say of the columns beside the body; what it leaves out stays as it was. */
type Folded = {
  agreementId?: string | null
  siteId?: string | null
  occurredOn?: string | null
  status?: string
}
