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
  /** RFC 3339, UTC. */
  now: string
  language: 'zh' | 'en'
}

/** A page of a record's list. Its filters are the operation's query parameters, by name. */
export const list = <Name extends keyof Operations>(operation: Name, of: RecordSlice) =>
  ({ kind: 'list', operation, record: of }) as const

/** One record: the first id in the path names its stream, the last one the record. */
export const one = <Name extends keyof Operations>(operation: Name, of: RecordSlice) =>
  ({ kind: 'one', operation, record: of }) as const

/** Everything that happened in a stream, in order. */
export const history = <Name extends keyof Operations>(operation: Name, of: RecordSlice) =>
  ({ kind: 'history', operation, record: of }) as const

/** A question with statements of its own. The statements are values; `rows` runs them in one snapshot. */
export const query = <Name extends keyof Operations>(
  operation: Name,
  answer: (input: Input<Operations[Name]>, reading: Reading, rows: Rows) => Promise<Answer<Operations[Name]> | Refusal>,
) => ({ kind: 'query', operation, answer }) as const
