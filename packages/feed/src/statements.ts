import type { ServiceName } from '@wushe/contracts'
import { upcast } from '@wushe/event-store'
import type { Projection } from '@wushe/slice'
import type { Follower, TableName } from './follower.ts'
import type { InboxEvent } from './inbox.ts'
import type { FollowerOptions } from './records.ts'
import { toSliceEvent, type SliceEvent } from './slice-event.ts'
import { preparing } from './transaction.ts'

/**
 * Runs the statements of a projection, in order, or those for all that it gathered. Over an inbox each event goes to the handler of the service that it
 * came from; over a service's own log give that service's name.
 */
export const statementFollower = (
  projection: Projection,
  { service, upcasters = {}, onPoison = 'stop' }: FollowerOptions & { service: ServiceName },
): Follower => {
  const handlers = projection.following as Record<string, Handlers | undefined>
  const types = new Set(Object.values(handlers).flatMap((of) => Object.keys(of ?? {})))
  const query = preparing()
  return {
    name: projection.name,
    revision: projection.revision,
    filter: { types: [...types] },
    tables: projection.tables,
    onPoison,
    onlyHere: true,
    apply: async (events, _client, table) => {
      const place = placedIn(projection.tables, table)
      const found = events.flatMap((recorded) => {
        const { source = service } = recorded as Partial<InboxEvent>
        return handlers[source]?.[recorded.type]?.(toSliceEvent(upcast(recorded, upcasters))) ?? []
      })
      const statements = projection.write ? projection.write(found as never[]) : found
      return statements.map(({ text, values }) => query(place(text), values))
    },
  }
}

type Handlers = Record<string, (event: SliceEvent) => Statement | readonly Statement[]>
type Statement = { text: string; values: unknown[] }

/**
 * Rewrites statements for the tables as they are named now. Where a statement calls a table by its bare name, as `on
 * conflict … set n = case_list.n + 1` does, that is rewritten too.
 */
const placedIn = (tables: readonly string[], tableName: TableName) => {
  const renamed = tables.map((table) => [table, tableName(table)] as const).filter(([from, to]) => from !== to)
  if (renamed.length === 0) return (text: string) => text
  const known = new Map<string, string>()
  const schemas = new Set(tables.map((table) => table.slice(0, table.indexOf('.'))))
  const bare = (table: string) => table.slice(table.indexOf('.') + 1)
  const changes = renamed.flatMap(([from, to]) => [
    [new RegExp(`(?<![\\w.])${from.replace('.', '\\.')}(?!\\w)`, 'g'), to] as const,
    // A table that is called like a schema cannot be told from it.
    ...(schemas.has(bare(from)) ? [] : [[new RegExp(`(?<![\\w.])${bare(from)}(?=\\.\\w)`, 'g'), bare(to)] as const]),
  ])
  const rewrite = (text: string) => changes.reduce((so, [from, to]) => so.replaceAll(from, to), text)
  return (text: string) => {
    const placed = known.get(text) ?? rewrite(text)
    known.set(text, placed)
    return placed
  }
}
