import type { Operations, Streams } from '@wushe/contracts'
import type { Input } from './contract.ts'
import type { Decision } from './decision.ts'
import type { Statement } from './sql.ts'

/** On whose behalf something is asked. */
export type Actor = {
  orgId: string
  kind: 'contractor' | 'funder' | 'operator' | 'system'
  /** The API key, or the OAuth client. */
  keyId: string
  /** The person behind the client, as the issuer of its token calls them. */
  person?: string
  /** What it may do of what its kind may; without it, all of that. */
  scopes?: readonly string[]
  /** Agreements to which the organisation is a party, or of which it has a grant. */
  agreementIds: readonly string[]
  /** By agreement: how much of it a grant in force lets the organisation see. */
  grants?: Readonly<Record<string, Grant>>
  /** Within the organisation; without it, the one that sees all of it. */
  role?: 'contractor-admin' | 'station-head' | 'social-worker'
  /** Ids of the stations, or of the things assigned, to which the role is limited. */
  within?: { sites?: readonly string[]; assignments?: readonly string[] }
  /** By person: the access grant in force that opens that person's record. */
  access?: Readonly<Record<string, string>>
  /** An emergency, for this request alone. */
  override?: { id: string; personId: string }
}

export type Grant = { id: string; view: 'aggregate' | 'deidentified' | 'named'; basis: string }

/** All that a decision may know beyond its input: time, identity and chance arrive as arguments. */
export type Moment = {
  /** RFC 3339, UTC. */
  now: string
  /** The calendar day in Asia/Shanghai. */
  today: string
  /** A TypeID of this prefix, the same for every attempt at the same request. */
  newId: (prefix: string) => string
  /** 32 random bytes, hex. */
  chance: string
  actor: Actor
  /** Nothing of it is real. */
  sandbox?: true
}

export type Category = keyof Streams

export type Aggregate<Name extends Category, State> = {
  category: Name
  initial: State
  evolve: (state: State, event: Streams[Name]) => State
  /** The organisation to which the stream belongs; without it, the one that began it. */
  owner?: (first: Streams[Name], streamId: string) => string
  /** The stream has no beginning of its own, like a volunteer's hours: whoever writes first begins it. */
  attached?: boolean
  /** It records states that last, which may begin before an agreement and end after it. */
  outsidePeriod?: true
  /** Does the stream still hold what it claimed in this set? Without it, a claim is held for ever. */
  holds?: (state: State, set: string) => boolean
}

/** A value that only one stream of an organisation may hold, such as an ID number. */
export type Claim = {
  set: string
  value: string
  /** Refusal code when another stream holds it; its id is in params. */
  taken: 'id-taken' | 'id-number-taken' | 'division-taken'
  /** The value identifies a person: only its keyed hash is kept. */
  personal?: boolean
  /** One in the whole service, not only in the organisation. */
  everywhere?: boolean
}

/** What a decision needs to know of other streams or of the service's own tables. */
export type Need<In, Known> = { of: (input: In, moment: Moment) => NeedOf | undefined; known?: Known }
export type NeedOf = { aggregate: Aggregate<any, any>; id: string } | { row: Statement }

/** The folded state of another stream of this organisation; its initial state when there is none. */
export const stateOf = <In, Name extends Category, State>(
  aggregate: Aggregate<Name, State>,
  id: (input: In) => string | undefined,
): Need<In, State> => ({
  of: (input) => {
    const streamId = id(input)
    return streamId === undefined ? undefined : { aggregate, id: streamId }
  },
})

/** The first row of a statement over the service's own tables. */
export const rowOf = <In, Row>(select: (input: In, moment: Moment) => Statement<Row>): Need<In, Row | undefined> => ({
  of: (input, moment) => ({ row: select(input, moment) }),
})

export type Known<Needs> = { [Name in keyof Needs]: Needs[Name] extends Need<any, infer Value> ? Value : never }

export type Command<Operation, Name extends Category, State, Needs> = {
  /** The stream that the command is about: its name without the category. */
  of: (input: Input<Operation>, moment: Moment) => string
  /** The record that the answer shows, where that is not the stream's own. */
  record?: (input: Input<Operation>, moment: Moment) => string
  needs?: Needs
  /** It ends something, which may happen after the agreement has ended. */
  outsidePeriod?: true
  claims?: (input: Input<Operation>, moment: Moment, state: State) => readonly Claim[]
  decide: (input: Input<Operation>, state: State, moment: Moment, known: Known<Needs>) => Decision<Streams[Name]>
  /** Said once, in the first answer, and stored nowhere. */
  shownOnce?: (input: Input<Operation>, moment: Moment) => Record<string, unknown>
}

export const aggregate = <Name extends Category, State>(
  category: Name,
  definition: {
    initial: State
    evolve: (state: NoInfer<State>, event: Streams[Name]) => NoInfer<State>
    owner?: (first: Streams[Name], streamId: string) => string
    attached?: boolean
    outsidePeriod?: true
    holds?: (state: NoInfer<State>, set: string) => boolean
  },
) => {
  const self: Aggregate<Name, State> = { category, ...definition }
  return {
    ...self,
    command: <
      Operation extends keyof Operations,
      Needs extends Record<string, Need<Input<Operations[Operation]>, any>> = Record<never, never>,
    >(
      operation: Operation,
      command: Command<Operations[Operation], Name, State, Needs>,
    ) => ({ kind: 'command', operation, aggregate: self, ...command }) as const,
  }
}
