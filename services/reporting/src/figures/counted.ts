import { empty, join, raw, sql, type Statement } from '@wushe/slice'
import type { Dimensions, FigureRow, Indicator } from './indicator.ts'

/** Of what a figure is asked. `asOf` is a moment of the ledger. */
export type Question = { agreementId: string; from: string; to: string; asOf: string }

/** The facts of a figure, each with the number that it adds to the sum, counted apart for each value of `per`. */
export const counted = (
  indicator: Indicator,
  question: Question,
  dimensions: Dimensions,
  per?: FigureRow['per'],
): Statement => {
  const { count } = indicator
  const { stationId } = dimensions
  return sql`
    select *, ${adding(count, per)} as adds
    from (${count.share ? sharing(count, question, dimensions) : plain(count, question)}) found
    where ${stationId === undefined ? yes : sql`station_id = ${stationId}`} and ${ofSplit(count, dimensions, per)}`
}

/** A total may leave out some values of a dimension, which then stand in rows of their own only. */
const ofSplit = ({ splitBy }: Count, dimensions: Dimensions, per: FigureRow['per']) => {
  if (!splitBy || (per && per !== 'stationId')) return yes
  const value = dimensions[splitBy.dimension]
  if (value !== undefined) return sql`${dimension(splitBy.dimension)} = ${value}`
  return splitBy.totalWithout ? sql`${dimension(splitBy.dimension)} <> all(${splitBy.totalWithout})` : yes
}

const adding = ({ distinct, measure, share }: Count, per: FigureRow['per']) => {
  if (share) return sql`holds::integer`
  const apart = per === undefined ? empty : per === 'stationId' ? sql`station_id, ` : sql`${dimension(per.dimension)}, `
  if (distinct === 'subject')
    return sql`(row_number() over (partition by ${apart}subject order by ${inOrder}) = 1)::integer`
  return measure === 'rows' ? sql`1` : sql`quantity`
}

type Count = Indicator['count']

const plain = (count: Count, question: Question) => {
  const source = count.distinct === 'first' ? sql`(${firsts(count, question)})` : sql`reporting.facts`
  return sql`
    select f.fact, ${join(told.map((column) => raw(`f.${column}`)))}, f.station_id, f.subject, f.dims, ${quantity(count, question)} as quantity
    from ${source} f
    where ${underAgreement('f', count.facts, question)} and ${inTime('f', count, question)}
      and ${among('f', count.where)} and ${atLeast(count, question)}`
}

const quantity = ({ measure, plus }: Count, question: Question) => {
  if (measure === 'rows') return sql`1::bigint`
  if (!plus) return sql`f.quantity`
  return sql`f.quantity + case when ${rule(question, plus.ifRule)} = 'true' then ${number(plus.dimension)} else 0 end`
}

/** Of all facts about a subject, whenever they were, the first. */
const firsts = (count: Count, question: Question) => sql`
  select * from (
    select *, row_number() over (partition by subject order by ${inOrder}) as nth
    from reporting.facts f where ${underAgreement('f', count.facts, question)}
  ) numbered where nth = 1`

/**
 * The facts of a share, and whether there is another one about the same subject that holds. If so, it is that one which
 * is shown, as it is the reason.
 */
const sharing = (count: Count, question: Question, asked: Dimensions) => {
  const { having, where, underAgreement: own, localWhereValid, beside } = count.share!
  const narrow = beside && asked[beside.dimension] === beside.value ? beside.where : undefined
  const holds = sql`
    o.valid @> ${onDate(question)} and ${among('o', narrow)} and ${localWhereValid ? validHere(question) : yes}`
  return sql`
    select f.fact, ${join(told.map((column) => raw(`case when o.holds then o.${column} else f.${column} end as ${column}`)))},
           coalesce(f.station_id, o.station_id) as station_id, f.subject,
           case when o.holds then f.dims || o.dims else f.dims end as dims,
           1::bigint as quantity, coalesce(o.holds, false) as holds
    from reporting.facts f
    left join lateral (
      select o.*, ${holds} as holds
      from reporting.facts o
      where o.kind = ${having} and o.subject = f.subject and ${known('o', question)} and ${among('o', where)}
        and ${own ? sql`o.agreement_id = ${question.agreementId}` : yes}
      order by holds desc, o.from_at, o.fact
      limit 1
    ) o on true
    where ${underAgreement('f', count.facts, question)} and ${inTime('f', count, question)} and ${among('f', count.where)}`
}

/** Of the local line: do the division of the fact's station, or else one of the agreement, begin with what it names? */
const validHere = (question: Question) => sql`
  (o.dims ->> 'line' <> 'local' or exists (
    select from jsonb_array_elements_text(o.dims -> 'validIn') as region,
      unnest(coalesce(
        (select array_agg(s.dims ->> 'divisionCode') from reporting.facts s
         where s.kind = 'station' and s.station_id = f.station_id and ${known('s', question)}),
        array(select d.subject from reporting.facts d where ${underAgreement('d', 'division', question)})
      )) as place
    where starts_with(place, region)
  ))`

const atLeast = ({ atLeast: demand }: Count, question: Question) =>
  demand
    ? sql`(not (${among('f', demand.where)})
           or ${number(demand.dimension)} >= coalesce(${rule(question, demand.rule)}::integer, 0))`
    : yes

/** What the agreement says about counting, as text. */
const rule = (question: Question, name: string) => sql`
  (select ${dimension(name, 'a')} from reporting.facts a
   where ${underAgreement('a', 'agreement', question)} order by a.from_at desc limit 1)`

const underAgreement = (table: string, kind: string, question: Question) => sql`
  ${raw(table)}.agreement_id = ${question.agreementId} and ${raw(table)}.kind = ${kind} and ${known(table, question)}`

const known = (table: string, { asOf }: Question) => sql`
  ${raw(table)}.from_at <= ${asOf}::timestamptz
  and (${raw(table)}.until_at is null or ${raw(table)}.until_at > ${asOf}::timestamptz)`

const inTime = (table: string, { time }: Count, question: Question) =>
  time === 'onDate'
    ? sql`${raw(table)}.valid @> ${onDate(question)}`
    : sql`${raw(table)}.occurred_on between ${question.from}::date and ${question.to}::date`

const onDate = ({ to, asOf }: Question) =>
  sql`least(${to}::date, (${asOf}::timestamptz at time zone 'Asia/Shanghai')::date)`

const among = (table: string, where: Record<string, readonly string[]> = {}) =>
  join(
    [yes, ...Object.entries(where).map(([name, values]) => sql`${dimension(name, table)} = any(${values})`)],
    ' and ',
  )

export const dimension = (name: string, table?: string) =>
  raw(`${table ? `${table}.` : ''}dims ->> '${plainName(name)}'`)
const number = (name: string) => sql`(${dimension(name, 'f')})::integer`

const plainName = (name: string) => {
  if (/^[A-Za-z]+$/.test(name)) return name
  throw new Error(`A dimension is not called "${name}".`)
}

const yes = sql`true`

/** One fact after the other, always in the same order. */
export const inOrder = raw('occurred_on, from_at, fact')

/** What a row of the facts tells of where it came from. */
const told = [
  'record',
  'stream',
  'service',
  'event_id',
  'event_type',
  'version',
  'occurred_on',
  'recorded_at',
  'from_at',
]
