import type { Schemas } from '@wushe/contracts'
import published from '@wushe/contracts/indicators.json' with { type: 'json' }

/** How one figure is counted, as contracts/indicators says it. */
export type Indicator = Schemas['Indicator']

export const indicators = published as unknown as readonly Indicator[]

export type Dimensions = Record<string, string>

/** One row of a figure, or as many as `per` has values. */
export type FigureRow = { dimensions: Dimensions; per?: 'stationId' | { dimension: string; values: readonly string[] } }

/** The rows of a figure: the total, what it splits into, and the same per station where that is asked for. */
export const rowsOf = ({ count }: Indicator, groupBy: 'station' | undefined): FigureRow[] => {
  const beside = count.share?.beside
  const whole: Dimensions[] = [{}, ...(beside ? [{ [beside.dimension]: beside.value }] : [])]
  return [
    ...whole.map((dimensions) => ({ dimensions })),
    ...(count.splitBy ? [{ dimensions: {}, per: count.splitBy }] : []),
    ...(groupBy ? whole.map((dimensions) => ({ dimensions, per: 'stationId' as const })) : []),
  ]
}

/** The values that a figure's dimension takes; none when it has no such dimension. */
export const valuesOf = ({ count: { splitBy, share } }: Indicator, dimension: string): readonly string[] => {
  if (splitBy?.dimension === dimension) return splitBy.values
  return share?.beside?.dimension === dimension ? [share.beside.value] : []
}
