import { ForeignPosition, type Position } from '@wushe/event-store'

/** How far something has come in a log; 'start' is before the first event. */
export type Place = Position | 'start'

/** Negative when `a` lies before `b`. Throws ForeignPosition for places in different logs. */
export const compare = (a: Place, b: Place): number => {
  if (a === b) return 0
  if (a === 'start') return -1
  if (b === 'start') return 1
  if (storeOf(a) !== storeOf(b)) throw new ForeignPosition(`${a} and ${b} are positions in different stores.`)
  return a < b ? -1 : 1
}

/** Has whoever came to `place` seen everything up to `wanted`? */
export const reaches = (place: Place, wanted: Place) => compare(place, wanted) >= 0

const storeOf = (position: Position) => position.slice(0, position.indexOf(':'))
