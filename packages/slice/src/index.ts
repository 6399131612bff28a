export {
  aggregate,
  rowOf,
  stateOf,
  type Actor,
  type Aggregate,
  type Category,
  type Claim,
  type Command,
  type Grant,
  type Moment,
  type Need,
  type NeedOf,
} from './aggregate.ts'
export { type Answer, type Input, type RecordBody } from './contract.ts'
export { handIs, handOf, sameHand, type Hand } from './hands.ts'
export { isRefusal, refuse, type Decision, type Refusal, type Sealed } from './decision.ts'
export { idNumberOf, refuseIdNumber, sealedIdentity, sealedNote, together } from './person.ts'
export { personRights, refuseSealing, rightsAfter, rightsShown, type PersonRights } from './person-rights.ts'
export { gathering, projection, type Following, type Projection } from './projection.ts'
export { attributesOf } from './cloud-event.ts'
export {
  history,
  list,
  match,
  one,
  query,
  search,
  stream,
  type Cursors,
  type Piece,
  type Reading,
  type Rows,
  type Shown,
} from './query.ts'
export { worker, type Posted, type Tools, type WorkerSlice } from './worker.ts'
export { record, type Meta, type Recorded, type RecordSlice } from './record.ts'
export { empty, join, raw, sql, type Statement } from './sql.ts'
export { hashOfApiKey, isAddress, keyIdOf, makeApiKey, makeClientSecret } from './api-key.ts'
