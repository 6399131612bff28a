/** Microseconds since 1970: exact as a number until the year 2255. */
export type Micros = number

/**
 * When each event of a batch was learnt: when it was recorded, unless that lies in the future, or before what was learnt
 * or settled already. Later than everything before it, whatever the clocks say.
 */
export const learntAt = (
  recorded: readonly Micros[],
  after: { learnt: Micros; settled: Micros; now: Micros },
): Micros[] => {
  let last = Math.max(after.learnt, after.settled)
  return recorded.map((at) => (last = Math.max(last + 1, Math.min(at, after.now))))
}

/** Of an RFC 3339 time; NaN for what is none. */
export const microsOf = (time: string): Micros => {
  const [, digits = ''] = /\.(\d+)/.exec(time) ?? []
  return Math.floor(Date.parse(time) / 1000) * 1_000_000 + Number(digits.slice(0, 6).padEnd(6, '0'))
}

/** RFC 3339 in UTC with microseconds. */
export const timeOf = (micros: Micros) =>
  `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1)}${String(micros % 1000).padStart(3, '0')}Z`
