import { ForeignPosition, type Position } from '../event-store.ts'

/** Where an event is in the server's `$all`. The two are equal unless an explicit transaction wrote it. */
export type Place = { commit: bigint; prepare: bigint }

export const at = ({ commit, prepare }: Place) => `es:${hex(commit)}${hex(prepare)}` as Position

/** Before every event. */
export const beginning = `es:${'0'.repeat(32)}` as Position

/** As the client wants it. ForeignPosition for a position of another store. */
export const placeOf = (position: Position | 'start'): Place | 'start' => {
  if (position === 'start' || position === beginning) return 'start'
  const [, commit, prepare] = /^es:([0-9a-f]{16})([0-9a-f]{16})$/.exec(position) ?? []
  if (!commit || !prepare) throw new ForeignPosition(`${position} is not a position of this store.`)
  return { commit: BigInt(`0x${commit}`), prepare: BigInt(`0x${prepare}`) }
}

const hex = (place: bigint) => place.toString(16).padStart(16, '0')
