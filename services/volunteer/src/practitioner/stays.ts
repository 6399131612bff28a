/** From which day somebody worked at which station, in order; the last is the present one. */
export type Stays = readonly { from: string; siteId?: string }[]

export const stationOn = (stays: Stays, day: string) => stays.findLast(({ from }) => from <= day)?.siteId

/** Assignments may be told late: one between two others does not change where somebody is now. */
export const afterMove = (stays: Stays, from: string, siteId: string): Stays =>
  [...stays.filter((stay) => stay.from !== from), { from, siteId }].sort((one, other) =>
    one.from < other.from ? -1 : 1,
  )

/** As if the work had begun on this day, and as if the present station were this one. */
export const afterCorrection = (stays: Stays, from: string, siteId: string | undefined): Stays => {
  const [first, ...moves] = stays
  const later = moves.filter((move) => move.from > from)
  if (later.length === 0) return [{ from, siteId }]
  const begin = { from, siteId: stationOn(moves, from) ?? first?.siteId }
  return [begin, ...later.slice(0, -1), { from: later.at(-1)!.from, siteId }]
}
