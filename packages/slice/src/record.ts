import type { RecordName, Schemas, Streams } from '@wushe/contracts'
import type { Category } from './aggregate.ts'
import type { RecordBody } from './contract.ts'

/** An event as it stands in the log. */
export type Recorded<Event extends { type: string; data: unknown } = { type: string; data: unknown }> = Event & {
  id: string
  /** Without the category. */
  streamId: string
  revision: number
  position: string
  /** RFC 3339 UTC, microseconds. */
  at: string
  meta: Meta
  sealed?: Record<string, unknown>
}

export type Meta = {
  recordedAt: string
  occurredOn?: string
  tenant: string
  agreementId?: string
  siteId?: string
  divisionCode?: string
  actor: { orgId: string; kind: string; keyId: string; person?: string }
  channel: 'api' | 'bulk' | 'offline' | 'backfill' | 'system'
  commandId: string
  correlationId: string
  causationId?: string
  [extra: string]: unknown
}

type EventsOf<Name extends Category> = Streams[Name]
type Handlers<Name extends Category, Body> = {
  [Type in EventsOf<Name>['type']]?: (body: Body, event: Recorded<Extract<EventsOf<Name>, { type: Type }>>) => Body
}

/**
 * One kind of thing as the API shows it, folded from the events of one stream. The same fold answers a command, a
 * read of one record at any moment, and fills the table behind the list.
 */
export type RecordSlice = {
  kind: 'record'
  /** Its schema in the contract. */
  name: RecordName
  category: Category
  /** Where its versions are kept, `schema.table`. */
  table: string
  /** Raise it when the fold changes: the table is then rebuilt beside the old one. */
  revision: number
  /** Which record of the stream an event is about; the stream itself unless said otherwise. */
  of: (event: Recorded) => string | undefined
  fold: (body: object | undefined, event: Recorded) => object | undefined
  types: readonly string[]
  /** Whose sealed sections the record shows, beside those of its first event; the others' stand in the history. */
  sealedFrom: readonly string[]
  /** For who is limited to some stations it belongs where this record of the same stream belongs today. */
  movesWith?: RecordSlice | undefined
  /** It opens doors: where one is read, the host adds `lastUsedAt`. */
  credential?: true | undefined
}

export const record = <Name extends RecordName, Stream extends Category>(
  name: Name,
  definition: {
    from: Stream
    table: string
    revision?: number
    of?: (event: Recorded<EventsOf<Stream>>) => string | undefined
    movesWith?: RecordSlice
    credential?: true
    on: Handlers<Stream, RecordBody<Name & keyof Schemas>>
  },
): RecordSlice => {
  const handlers = definition.on as unknown as Record<string, (body: object, event: Recorded) => object>
  return {
    kind: 'record',
    name,
    category: definition.from,
    table: definition.table,
    revision: definition.revision ?? 1,
    of: (definition.of as RecordSlice['of'] | undefined) ?? ((event) => event.streamId),
    fold: (body, event) => handlers[event.type]?.(body ?? {}, event) ?? body,
    types: Object.keys(handlers),
    sealedFrom: Object.keys(handlers).filter((type) => type.endsWith('Corrected')),
    movesWith: definition.movesWith,
    credential: definition.credential,
  }
}
