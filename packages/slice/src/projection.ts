import type { Events, ServiceName } from '@wushe/contracts'
import type { Recorded } from './record.ts'
import type { Statement } from './sql.ts'

type Handlers<Event extends { type: string; data: unknown }, Told> = {
  [Type in Event['type']]?: (event: Recorded<Extract<Event, { type: Type }>>) => Told | readonly Told[]
}

/** For each service followed, what to do on each kind of event. */
export type Following<Told = Statement> = { [Service in ServiceName]?: Handlers<Events[Service], Told> }

/** Event → statements, applied in order, with the checkpoint, in one transaction. */
export type Projection = {
  kind: 'projection'
  name: string
  /** Raise it when the handlers change: the tables are then rebuilt. */
  revision: number
  /** The tables it fills, `schema.table`, emptied by a rebuild. */
  tables: readonly string[]
  following: Following<any>
  /** Where it gathers: the statements for what the handlers told of several events. */
  write?: (told: readonly never[]) => readonly Statement[]
}

export const projection = (
  name: string,
  { revision = 1, tables, on }: { revision?: number; tables: readonly string[]; on: Following },
): Projection => ({ kind: 'projection', name, revision, tables, following: on })

/**
 * Event → what to write of it, and that of several events → statements: one where there would be many. However events
 * are split, the tables come to hold the same.
 */
export const gathering = <Told>(
  name: string,
  {
    on,
    write,
    ...rest
  }: {
    revision?: number
    tables: readonly string[]
    on: Following<Told>
    write: (told: readonly Told[]) => readonly Statement[]
  },
): Projection => ({ ...projection(name, { ...rest, on: on as Following }), write })
