import type { OperationsOf, ServiceName } from '@wushe/contracts'
import type { Upcasters } from '@wushe/event-store'
import type {
  Category,
  Claim,
  Moment,
  Need,
  Piece,
  Projection,
  Reading,
  RecordSlice,
  Refusal,
  Statement,
} from '@wushe/slice'
import type { Decision, Rows, WorkerSlice } from '@wushe/slice'
import type { Request, Response } from 'express'
import type { OpenService } from './open.ts'

type AnyInput = { path: any; query: any; body: any }

/** A command as the host runs it, its types already checked where it was written. */
export type CommandSlice = {
  kind: 'command'
  operation: string
  aggregate: {
    category: Category
    initial: any
    evolve: (state: any, event: any) => any
    owner?: (first: any, streamId: string) => string
    attached?: boolean
    outsidePeriod?: true
    holds?: (state: any, set: string) => boolean
  }
  of: (input: any, moment: Moment) => string
  record?: (input: any, moment: Moment) => string
  needs?: Record<string, Need<any, any>>
  outsidePeriod?: true
  claims?: (input: any, moment: Moment, state: any) => readonly Claim[]
  decide: (input: any, state: any, moment: Moment, known: any) => Decision<{ type: string; data: any }>
  shownOnce?: (input: any, moment: Moment) => Record<string, unknown>
}
export type ListSlice = {
  kind: 'list'
  operation: string
  record: RecordSlice
  where: Record<string, (asked: any, today: string) => Statement>
}
export type ReadSlice = {
  kind: 'one' | 'history' | 'search' | 'match'
  operation: string
  record: RecordSlice
}
export type QuerySlice = {
  kind: 'query'
  operation: string
  answer: (input: any, reading: Reading, rows: Rows) => Promise<unknown>
  html?: ((answer: any, language: 'zh' | 'en') => string) | undefined
}
export type StreamSlice = {
  kind: 'stream'
  operation: string
  next: (input: any, after: string | undefined, reading: Reading, rows: Rows) => Promise<Piece | Refusal>
}
/** What speaks another protocol than the API, open to everybody. */
export type RouteSlice = {
  kind: 'route'
  operation: string
  answer: (req: Request, res: Response, service: OpenService, now: Date) => Promise<void>
}
/** What the host answers by itself. */
type BuiltInSlice =
  | { kind: 'diff'; operation: string; record: RecordSlice }
  | { kind: 'batch' | 'request' | 'sandbox'; operation: string }
export type Slice = CommandSlice | ListSlice | ReadSlice | QuerySlice | RouteSlice | StreamSlice | BuiltInSlice
export type { AnyInput }

export type Service = {
  name: ServiceName
  operations: Record<string, Slice>
  records: RecordSlice[]
  projections: Projection[]
  upcasters: Upcasters
  /** What it does by itself, beside answering and following. */
  workers?: WorkerSlice[]
  /** Folder of SQL files for the tables of its projections; records bring their own table. */
  migrations?: URL
}

type Parts<Operations> = Omit<Service, 'name' | 'operations'> & {
  /** One slice per operation of the contract. A missing or a foreign one does not compile. */
  operations: {
    [Name in keyof Operations]: { operation: Name } & (
      | Omit<CommandSlice, 'operation'>
      | Omit<ListSlice, 'operation'>
      | Omit<ReadSlice, 'operation'>
      | Omit<QuerySlice, 'operation'>
      | Omit<RouteSlice, 'operation'>
      | Omit<StreamSlice, 'operation'>
    )
  }
}

/** The table of contents of a service. */
export const service = <Name extends ServiceName>(name: Name, parts: Parts<OperationsOf[Name]>): Service =>
  ({ name, ...parts }) as unknown as Service
