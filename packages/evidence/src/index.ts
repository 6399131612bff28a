export { canonical, NotCanonical } from './canonical.ts'
export { commitment } from './commitment.ts'
export { entryOf, EntryRefused, leafHash, type EntryFields } from './entry.ts'
