import type { Events, ServiceName } from '@wushe/contracts'
import type { Recorded } from './record.ts'
import type { Statement } from './sql.ts'

type Handlers<Event extends { type: string; data: unknown }> = {
  [Type in Event['type']]?: (event: Recorded<Extract<Event, { type: Type }>>) => Statement | readonly Statement[]
}

/** For each service followed, what to do on each kind of event. */
export type Following = { [Service in ServiceName]?: Handlers<Events[Service]> }

/** Event → statements, applied in order, with the checkpoint, in one transaction. */
export type Projection = {
  kind: 'projection'
  name: string
  /** Raise it when the handlers change: the tables are then rebuilt. */
  revision: number
  /** The tables it fills, `schema.table`, emptied by a rebuild. */
  tables: readonly string[]
  following: Following
}

export const projection = (
  name: string,
  { revision = 1, tables, on }: { revision?: number; tables: readonly string[]; on: Following },
): Projection => ({ kind: 'projection', name, revision, tables, following: on })
