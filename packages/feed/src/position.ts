import { comparePositions, type Position } from '@wushe/event-store'

/** How far something has come in a log; 'start' is before the first event. */
export type Place = Position | 'start'

/** Has whoever came to `place` seen everything up to `wanted`? Throws ForeignPosition. */
export const reaches = (place: Place, wanted: Place) => comparePositions(place, wanted) >= 0
