import type { LogFilter, Recorded } from '@wushe/event-store'
import type pg from 'pg'
import type { Query } from './transaction.ts'

/** Where the rows of a table (`schema.table`) go now: the table itself, or the one built beside it. */
export type TableName = (table: string) => string

/** Something that follows a log: a read model, an inbox, a relay. */
export type Follower = {
  /** Its checkpoint's name; one per database. */
  name: string
  /** 1 or more. Raised when it would make something else of the same events: then it follows anew from the start. */
  revision: number
  filter: LogFilter
  /** Of what the filter lets through, is this event for the follower? Where none of a page is, nothing is written. */
  concerns?: (event: Recorded) => boolean
  /** Sends events out of the database, before the transaction; again after a crash between the two. */
  publish?: (events: readonly Recorded[]) => Promise<void>
  /**
   * Writes what the events mean, in a transaction that also moves the checkpoint. Events come in the order of the log,
   * at most 500 at a time, and never again once committed. What it answers is sent together with the commit.
   */
  apply: (events: Recorded[], client: pg.PoolClient, table: TableName) => Promise<readonly Query[] | void>
  /** `apply` does nothing outside the transaction, so that it may begin before it is known that the checkpoint is ours. */
  onlyHere?: boolean
  /**
   * When an event cannot be applied: `stop` there, or `park` it and whatever follows in its stream, and go on with the
   * other streams.
   */
  onPoison: 'stop' | 'park'
  /** The tables it fills, `schema.table`, and nobody else. None: what it wrote stays when its revision is raised. */
  tables: readonly string[]
  /** Asked in the transaction that takes the checkpoint over: is everything to be followed again from the start? */
  startsOver?: (client: pg.PoolClient) => Promise<boolean>
  /** Called after each commit. */
  committed?: () => void
}
