import type { Operations } from '@wushe/contracts'
import type { Actor } from './aggregate.ts'
import type { Answer, Input } from './contract.ts'
import type { Refusal } from './decision.ts'
import type { RecordSlice } from './record.ts'
import type { Statement } from './sql.ts'

/** Runs a statement of the query's own service and returns its rows. */
export type Rows = <Row>(statement: Statement<Row>) => Promise<Row[]>

/** What a query may know beyond its input. */
export type Reading = {
  actor: Actor
  /** Why the actor may not ask about this agreement; undefined when it may. */
  refuseAgreement: (agreementId: string) => Refusal | undefined
  /** RFC 3339, UTC. */
  now: string
  language: 'zh' | 'en'
  /**
   * Resolves when nothing can be learnt any more at or before this moment of the ledger (RFC 3339) and the read models
   * contain all that was. Only in a service that keeps the ledger.
   */
  settle: (at: string) => Promise<void>
  cursors: Cursors
  /**
   * Opens sealed sections of the actor's own organisation, in the same order, and records that they were disclosed: the
   * access log knows before anybody is shown them.
   */
  open: (sections: readonly { name: string; box: unknown }[]) => Promise<Shown[]>
  /** RFC 3339: when the vault destroyed the key of a person of the actor's organisation. */
  keyDestroyedAt: (person: string) => Promise<string | undefined>
}

export type Shown = { value: unknown } | { missing: 'erased' | 'restricted' }

/** Cursors are signed: `read` refuses one of another scope, such as another caller or filter. */
export type Cursors = {
  write: (content: object, scope: string) => string
  read: <Content>(cursor: string | undefined, scope: string) => Content | undefined
}

/**
 * A page of a record's list. Its filters are the operation's query parameters, by name; one that is no field of the
 * record says in `where` what it means, over the columns of the record's table, on a day.
 */
export const list = <Name extends keyof Operations>(
  operation: Name,
  of: RecordSlice,
  where: {
    [Filter in keyof Input<Operations[Name]>['query']]?: Filtering<Input<Operations[Name]>['query'][Filter]>
  } = {},
) => ({ kind: 'list', operation, record: of, where }) as const

type Filtering<Value> = (asked: NonNullable<Value>, today: string) => Statement

/** One record: the first id in the path names its stream, the last one the record. */
export const one = <Name extends keyof Operations>(operation: Name, of: RecordSlice) =>
  ({ kind: 'one', operation, record: of }) as const

/** Everything that happened in a stream, in order. */
export const history = <Name extends keyof Operations>(operation: Name, of: RecordSlice) =>
  ({ kind: 'history', operation, record: of }) as const

/** The records of the people to whom exactly what was sent applies. */
export const search = <Name extends keyof Operations>(operation: Name, of: RecordSlice) =>
  ({ kind: 'search', operation, record: of }) as const

/** Who may be the same person as the one sent, and how surely. */
export const match = <Name extends keyof Operations>(operation: Name, of: RecordSlice) =>
  ({ kind: 'match', operation, record: of }) as const

/** A question with statements of its own. The statements are values; `rows` runs them in one snapshot. */
export const query = <Name extends keyof Operations>(
  operation: Name,
  answer: (input: Input<Operations[Name]>, reading: Reading, rows: Rows) => Promise<Answer<Operations[Name]> | Refusal>,
  /** How it looks to who asks for a page rather than for JSON. */
  { html }: { html?: (answer: Answer<Operations[Name]>, language: 'zh' | 'en') => string } = {},
) => ({ kind: 'query', operation, answer, html }) as const

/** A piece of a stream: what to send, and from where to go on. */
export type Piece = {
  messages: { id: string; data: unknown }[]
  /** The `after` of the next piece. */
  after: string
  /** The next piece is there already. */
  more: boolean
}

/**
 * A question whose answer does not end. The host asks for one piece after the other, never for the next one before the
 * caller took the last. Without `after` it begins now.
 */
export const stream = <Name extends keyof Operations>(
  operation: Name,
  next: (
    input: Input<Operations[Name]>,
    after: string | undefined,
    reading: Reading,
    rows: Rows,
  ) => Promise<Piece | Refusal>,
) => ({ kind: 'stream', operation, next }) as const
