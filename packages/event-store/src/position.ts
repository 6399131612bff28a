import { ForeignPosition, type Position } from './event-store.ts'

/** Negative when `a` comes before `b`. Positions of different stores have no order: ForeignPosition. */
export const comparePositions = (a: Position | 'start', b: Position | 'start'): number => {
  if (a === b) return 0
  if (a === 'start') return -1
  if (b === 'start') return 1
  if (prefixOf(a) !== prefixOf(b)) throw new ForeignPosition(`${a} and ${b} are positions of different stores.`)
  return a < b ? -1 : 1
}

/** Writes and reads the positions of one kind of store, whose places are numbers. */
export const positions = (prefix: string) => ({
  /** Place 0 is before every event. */
  at: (place: bigint) => `${prefix}:${place.toString(16).padStart(16, '0')}` as Position,
  /** ForeignPosition for a position of another store. */
  placeOf: (position: Position | 'start'): bigint => {
    if (position === 'start') return 0n
    if (prefixOf(position) !== prefix) throw new ForeignPosition(`${position} is not a position of this store.`)
    return BigInt(`0x${position.slice(prefix.length + 1)}`)
  },
})

const prefixOf = (position: Position) => position.slice(0, position.indexOf(':'))
