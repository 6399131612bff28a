import { isRefusal, query } from '@wushe/slice'
import { figureValues } from './compile.ts'
import { indicators, rowsOf, type Dimensions } from './indicator.ts'
import { positionsAt, standingOf } from './standing.ts'

export const getReport = query('getReport', async ({ path, query: asked }, reading, rows) => {
  const standing = await standingOf(asked, reading, rows)
  if (isRefusal(standing)) return standing
  const { position, ...question } = standing
  const { groupBy } = asked
  const reported = indicators.filter(({ report }) => report === path.report)
  const [found, positions] = await Promise.all([
    rows(figureValues(reported, question, groupBy)),
    positionsAt(position, rows),
  ])
  return {
    data: reported.flatMap((indicator) => {
      const shapes = rowsOf(indicator, groupBy)
      return found
        .filter((one) => one.indicator === indicator.id)
        .map(({ row, key, value }) => {
          const { dimensions: fixed, per } = shapes[row]!
          const dimensions = { ...(per && { [per === 'stationId' ? per : per.dimension]: key! }), ...fixed }
          return {
            indicator: indicator.id,
            version: indicator.version,
            name: indicator.name[reading.language],
            dimensions,
            value,
            unit: indicator.unit.code,
            links: { facts: factsLink(indicator.id, question, dimensions) },
          }
        })
    }),
    ...question,
    positions,
  }
})

/** Lists exactly the facts of one row, as it stands in this answer. */
const factsLink = (indicator: string, question: Record<string, string>, dimensions: Dimensions) =>
  `/v1/reports/facts?${new URLSearchParams({ indicator, ...question, ...dimensions })}`
