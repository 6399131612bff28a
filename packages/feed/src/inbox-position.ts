import { ForeignPosition, type Position } from '@wushe/event-store'
import type { Place } from './position.ts'

/** Place 0 is before every event. */
export const positionOf = (number: bigint) => `in:${number.toString(16).padStart(16, '0')}` as Position

export const placeOf = (number: bigint): Place => (number === 0n ? 'start' : positionOf(number))

/** Throws ForeignPosition. */
export const numberOf = (place: Place) => {
  if (place === 'start') return 0n
  if (!place.startsWith('in:')) throw new ForeignPosition(`${place} is not a position of an inbox.`)
  return BigInt(`0x${place.slice(3)}`)
}
