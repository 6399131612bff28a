import type { Schemas } from '@wushe/contracts'

/** The parts of a request that its contract names, already validated. */
export type Input<Operation> = {
  path: Operation extends { parameters: { path: infer Path } } ? Path : Record<never, never>
  query: Operation extends { parameters: { query?: infer Query } } ? NonNullable<Query> : Record<never, never>
  body: Operation extends { requestBody?: { content: { 'application/json': infer Body } } } ? Body : undefined
}

/** The JSON body of the operation's 200 or 201 answer. */
export type Answer<Operation> = Operation extends { responses: { 200: infer Ok } }
  ? JsonOf<Ok>
  : Operation extends { responses: { 201: infer Created } }
    ? JsonOf<Created>
    : never

type JsonOf<Response> = Response extends { content: { 'application/json': infer Body } } ? Body : never

/** What every record has; the host fills it in from the events. */
export type RecordBase =
  | 'id'
  | 'version'
  | 'orgId'
  | 'agreementId'
  | 'siteId'
  | 'occurredOn'
  | 'recordedAt'
  | 'updatedAt'
  | 'masked'
  | 'identity'
  | 'note'

/** A record's own fields, as its schema in the contract names them. */
export type RecordBody<Name extends keyof Schemas> = Omit<Schemas[Name], RecordBase> & {
  /** Null when a correction took it away; left out, it stays as it was. */
  agreementId?: string | null
  siteId?: string | null
  occurredOn?: string
}
