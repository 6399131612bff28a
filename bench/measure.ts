/** What is measured, in the words of the table that it stands in. */
export type Measure = {
  id: string
  /** How long it may take, in seconds, with five rounds. */
  limit: number
  /** Not taken unless it is asked for by name or with all that take long. */
  long?: true
  /** Of its PostgreSQL, over our defaults. */
  settings?: Record<string, string>
  take: (bench: Bench) => Promise<Line[]>
}

/** What a measure is given for its time. */
export type Bench = {
  /** Those that count; one more, which warms up, goes before. */
  rounds: number
  /** How long one round of one contender takes, in ms. */
  roundMs: number
  /** Only to see that it works. */
  quick: boolean
  /** A folder of its own, removed afterwards. */
  dir: string
  /** A durable PostgreSQL of its own. */
  postgres: { pid: number; url: (database?: string, as?: { user: string; password: string }) => string }
  /** Work for when the measure is over, the last first, whether it succeeded or not. */
  atEnd: (work: () => unknown) => void
  say: (line: string) => void
}

/** What each contender did in one round, by name. */
export type Round = Record<string, number>

/** One row of the table. The first of a measure is the measure itself; others add to it. */
export type Line = {
  measure: string
  /** Median over the rounds. */
  value: number
  unit: string
  /** With whom it is compared; null where a value has a limit of its own. */
  against: string | null
  /** Median over the rounds of ours ÷ theirs within one round. */
  ratio: number | null
  /** What the ratio, or the value where there is none, has to reach; null for what is only told. */
  reach: number | null
  ok: boolean | null
  rounds: { ours: number; theirs: number | null }[]
}

/** One line for each of those we are compared with: the ratio that is to be reached, or null. */
export const compared = (
  measure: string,
  unit: string,
  rounds: readonly Round[],
  ours: string,
  theirs: Record<string, number | null>,
): Line[] =>
  Object.entries(theirs).map(([against, reach]) => {
    const pairs = rounds.map((round) => ({ ours: round[ours]!, theirs: round[against]! }))
    const ratio = median(pairs.map((pair) => pair.ours / pair.theirs))
    const value = median(pairs.map((pair) => pair.ours))
    return { measure, value, unit, against, ratio, reach, ok: reach === null ? null : ratio >= reach, rounds: pairs }
  })

/** A value that has to stay at or below a limit. */
export const limited = (measure: string, unit: string, rounds: readonly number[], limit: number | null): Line => {
  const value = median(rounds)
  const ok = limit === null ? null : value <= limit
  const alone = rounds.map((ours) => ({ ours, theirs: null }))
  return { measure, value, unit, against: null, ratio: null, reach: limit, ok, rounds: alone }
}

const median = (values: readonly number[]) => quantile(values, 0.5)

export const quantile = (values: readonly number[], share: number) => {
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!]
  return below + (above - below) * (place - Math.floor(place))
}
