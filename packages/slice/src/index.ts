export {
  aggregate,
  rowOf,
  stateOf,
  type Actor,
  type Aggregate,
  type Category,
  type Claim,
  type Command,
  type Moment,
  type Need,
  type NeedOf,
} from './aggregate.ts'
export { type Answer, type Input, type RecordBody } from './contract.ts'
export { isRefusal, refuse, type Decision, type Refusal, type Sealed } from './decision.ts'
export { idNumberOf, refuseIdNumber, sealedIdentity, sealedNote, together } from './person.ts'
export { projection, type Following, type Projection } from './projection.ts'
export { history, list, one, query, type Cursors, type Reading, type Rows } from './query.ts'
export { record, type Meta, type Recorded, type RecordSlice } from './record.ts'
export { empty, join, raw, sql, type Statement } from './sql.ts'
export { hashOfApiKey, keyIdOf, makeApiKey } from './api-key.ts'
