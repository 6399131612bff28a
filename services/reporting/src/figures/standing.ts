import type { ServiceName } from '@wushe/contracts'
import { isRefusal, refuse, sql, type Reading, type Refusal, type Rows } from '@wushe/slice'
import { facts } from '../facts/facts.ts'
import { instantOf } from './compile.ts'
import type { Question } from './counted.ts'

type Asked = { agreementId: string; from?: string; to?: string; asOf?: string }

/** What exactly is asked, and up to where in the ledger that counts everything in. */
export type Standing = Question & { position: string }

/**
 * Completes a question: without days the agreement's period is meant, without a moment the last one that the facts know.
 */
export const standingOf = async (asked: Asked, reading: Reading, rows: Rows): Promise<Standing | Refusal> => {
  const { agreementId } = asked
  const refusal = reading.refuseAgreement(agreementId)
  if (refusal) return refusal
  if ([asked.from, asked.to, asked.asOf].some(isBeforeTime)) return refuse('request-invalid')
  const [moment, [period]] = await Promise.all([
    asked.asOf === undefined ? lastMoment(rows) : momentOf(asked.asOf, reading, rows),
    rows(periodOf(agreementId)),
  ])
  if (isRefusal(moment)) return moment
  if (!period) return refuse('projection-lagging')
  const { from = period.from, to = period.to } = asked
  return from > to ? refuse('period-wrong', { from, to }) : { agreementId, from, to, ...moment }
}

/** Position of the last event of each service up to a place in the ledger. */
export const positionsAt = async (position: string, rows: Rows): Promise<Record<string, string>> => {
  const found = await rows(sql<{ source: string; last: string }>`
    select source, last
    from unnest(${services}::text[]) source cross join lateral (
      select source_position as last from inbox.events e
      where e.source = source.source and e.position <= ${position}::bigint order by e.position desc limit 1
    ) of_source`)
  return Object.fromEntries(found.map(({ source, last }) => [source, last]))
}

type Moment = { asOf: string; position: string }

const lastMoment = async (rows: Rows): Promise<Moment | Refusal> => {
  const [last] = await rows(sql<Moment>`
    select ${instantOf('learnt_at', 'US')} as "asOf", position::text
    from inbox.events e where e.position <= ${reached} order by e.position desc limit 1`)
  return last ?? refuse('projection-lagging')
}

/** Once nothing more can be learnt at or before a moment, the answer for it is the same for ever. */
const momentOf = async (asOf: string, { now, settle }: Reading, rows: Rows): Promise<Moment | Refusal> => {
  if (Date.parse(asOf) > Date.parse(now) && !(await isLearnt(asOf, rows)))
    return refuse('as-of-in-future', { asOf, now })
  await settle(asOf)
  const [found] = await rows(sql<Moment & { lagging: boolean }>`
    select ${instantOf('moment', 'US')} as "asOf", position::text, exists (
      select from inbox.events e
      where e.position > ${reached} and e.position <= at.position and e.type = any(${countable})
    ) as lagging
    from (select ${asOf}::timestamptz as moment) given, lateral (
      select coalesce(max(position), 0) as position
      from (select position from inbox.events where learnt_at <= moment order by learnt_at desc limit 1) last
    ) at`)
  const { lagging, ...moment } = found!
  return lagging ? refuse('projection-lagging') : moment
}

/** RFC 3339 knows a year 0, PostgreSQL does not. */
const isBeforeTime = (time: string | undefined) => time?.startsWith('0000') ?? false

/** A moment that the ledger has passed is not in the future, whatever the clock says. */
const isLearnt = async (asOf: string, rows: Rows) => {
  const [found] = await rows(sql<{ passed: boolean }>`
    select exists (select from inbox.events where learnt_at >= ${asOf}::timestamptz) as passed`)
  return found!.passed
}

/** Up to where in the ledger the facts are complete, `in:` and 16 hex digits. */
const reached = sql`
  coalesce((select ('x' || substr(position, 4))::bit(64)::bigint from es.checkpoints
            where name = ${facts.name} and position <> 'start' order by version desc limit 1), 0)`

const periodOf = (agreementId: string) => sql<{ from: string; to: string }>`
  select lower(valid)::text as from, (upper(valid) - 1)::text as to
  from reporting.facts where agreement_id = ${agreementId} and kind = 'agreement' order by from_at limit 1`

const countable = Object.values(facts.following).flatMap((handlers) => Object.keys(handlers))

const services: readonly ServiceName[] = ['access', 'case', 'reporting', 'resources', 'volunteer']
