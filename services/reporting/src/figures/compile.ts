import { empty, join, raw, sql, type Statement } from '@wushe/slice'
import { counted, dimension, inOrder, type Question } from './counted.ts'
import { rowsOf, type Dimensions, type FigureRow, type Indicator } from './indicator.ts'

export type FigureValue = { indicator: string; row: number; key: string | null; value: string }

/** The value of every row of some figures. */
export const figureValues = (some: readonly Indicator[], question: Question, groupBy: 'station' | undefined) =>
  sql<FigureValue>`${join(
    some.flatMap((indicator) =>
      rowsOf(indicator, groupBy).map(
        (row, index) => sql`
        select ${indicator.id}::text as indicator, ${index}::integer as row, key, value
        from (${valuesOfRow(indicator, question, row)}) as figure`,
      ),
    ),
    ' union all ',
  )} order by indicator, row, key`

export type FactRow = {
  fact: string
  record: string
  stream: string
  service: string
  event_id: string
  event_type: string
  version: number
  occurred_on: string
  recorded_at: string
  station_id: string | null
  subject: string | null
  dims: Record<string, unknown>
  quantity: string
  contribution: string
  total: string
  count: number
  from_at: string
}

/** Where in the order of the facts a page begins: after this one. */
export type After = [occurredOn: string, fromAt: string, fact: string]

/**
 * The facts behind one row of a figure. What each adds is the difference that it makes to the rounded sum so far, so that
 * the contributions add up to the figure exactly.
 */
export const factsBehind = (
  indicator: Indicator,
  question: Question,
  dimensions: Dimensions,
  { after, limit }: { after: After | undefined; limit: number },
) => {
  const upTo = (sum: Statement) => shown(indicator, sum, sql`count`)
  return sql<FactRow>`
    with counted as (${counted(indicator, question, dimensions)}),
    summed as (
      select *, sum(adds) over (order by ${inOrder}) as so_far, sum(adds) over () as sum, count(*) over ()::integer as count
      from counted
    )
    select fact, record, stream, service, event_id, event_type, version, occurred_on::text, station_id, subject, dims,
           ${instantOf('recorded_at', 'MS')} as recorded_at, ${instantOf('from_at', 'US')} as from_at, quantity::text,
           ${asText(indicator, sql`${upTo(sql`so_far`)} - ${upTo(sql`so_far - adds`)}`)} as contribution,
           ${asText(indicator, upTo(sql`sum`))} as total, count
    from summed
    ${after ? sql`where (${inOrder}) > (${after[0]}::date, ${after[1]}::timestamptz, ${after[2]}::text)` : empty}
    order by summed.occurred_on, summed.from_at, summed.fact
    limit ${limit}`
}

/** RFC 3339, UTC. */
export const instantOf = (column: string, digits: 'MS' | 'US') =>
  raw(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.${digits}"Z"')`)

const valuesOfRow = (indicator: Indicator, question: Question, { dimensions, per }: FigureRow) => {
  // Of each subject one fact adds 1: to count the subjects is the same, and faster.
  const sum = indicator.count.distinct === 'subject' ? sql`count(distinct subject)` : sql`coalesce(sum(adds), 0)`
  const value = asText(indicator, shown(indicator, sum, sql`count(fact)`))
  if (per === undefined)
    return sql`select null::text as key, ${value} as value from (${counted(indicator, question, dimensions)}) facts`
  const facts = counted(indicator, question, dimensions, per)
  if (per === 'stationId')
    return sql`
      select station_id as key, ${value} as value
      from (${facts}) facts where station_id is not null group by station_id`
  return sql`
    select key, ${value} as value
    from unnest(${per.values}::text[]) key left join (${facts}) facts on ${dimension(per.dimension)} = key group by key`
}

/** From the sum to the figure, as a number. `of` is how many facts there are. */
const shown = ({ count: { share, divideBy, decimals } }: Indicator, sum: Statement, of: Statement) => {
  const places = raw(String(decimals ?? 0))
  if (share) return sql`coalesce(round((${sum}) * 100::numeric / nullif(${of}, 0), ${places}), 0)`
  return divideBy ? sql`round((${sum})::numeric / ${raw(String(divideBy))}, ${places})` : sql`(${sum})::numeric`
}

/** Half up, as PostgreSQL rounds what is not negative; without zeros at the end unless the figure keeps them. */
const asText = ({ count: { decimals, trailingZeros } }: Indicator, number: Statement) =>
  trailingZeros ? sql`round(${number}, ${raw(String(decimals ?? 0))})::text` : sql`trim_scale(${number})::text`
