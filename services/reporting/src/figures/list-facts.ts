import events from '@wushe/contracts/events.json' with { type: 'json' }
import { isRefusal, query, refuse, type Refusal } from '@wushe/slice'
import { hrefOf } from '../places.ts'
import { factsBehind, type After, type FactRow } from './compile.ts'
import { indicators, valuesOf, type Dimensions, type Indicator } from './indicator.ts'
import { standingOf, type Standing } from './standing.ts'

type Page = { standing: Standing; after: After }

export const listFacts = query('listFacts', async ({ query: asked }, reading, rows) => {
  const { limit: wanted = 100, cursor, ...asking } = asked
  const { indicator: id, agreementId, from: _from, to: _to, asOf: _asOf, ...dimensions } = asking
  const refusal = reading.refuseAgreement(agreementId)
  if (refusal) return refusal
  const indicator = indicators.find((one) => one.id === id)
  if (!indicator) return refuse('indicator-not-known', { indicator: id })
  const unknown = refuseDimensions(indicator, dimensions)
  if (unknown) return unknown

  const scope = JSON.stringify(['listFacts', reading.actor.orgId, Object.entries(asking).sort()])
  const page = reading.cursors.read<Page>(cursor, scope)
  const standing = page?.standing ?? (await standingOf(asked, reading, rows))
  if (isRefusal(standing)) return standing
  const limit = Math.min(wanted, 500)
  const found = await rows(factsBehind(indicator, standing, dimensions, { after: page?.after, limit: limit + 1 }))
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  const { count = 0, total = indicator.count.trailingZeros ? '0.00' : '0' } = last ?? {}
  return {
    data: shown.map((row) => present(row, indicator)),
    ...(last &&
      found.length > limit && {
        nextCursor: reading.cursors.write({ standing, after: [last.occurred_on, last.from_at, last.fact] }, scope),
      }),
    total,
    count,
    asOf: standing.asOf,
  }
})

const refuseDimensions = (indicator: Indicator, { stationId: _, ...asked }: Dimensions): Refusal | undefined => {
  const [wrong] = Object.entries(asked).filter(([name, value]) => !valuesOf(indicator, name).includes(value))
  if (!wrong) return undefined
  const values = valuesOf(indicator, wrong[0]).join(', ') || '–'
  return refuse('dimension-not-known', { indicator: indicator.id, dimension: wrong[0], values })
}

const present = (row: FactRow, { count, unit }: Indicator) => ({
  factId: row.fact,
  eventId: row.event_id,
  type: `org.wushe.${row.service}.${row.event_type}.v${newestVersion.get(row.event_type)}`,
  service: row.service,
  stream: row.stream,
  version: row.version,
  occurredOn: row.occurred_on,
  recordedAt: row.recorded_at,
  ...(row.station_id !== null && { stationId: row.station_id }),
  ...(count.distinct && row.subject !== null && { subject: row.subject }),
  dimensions: textsIn(row.dims),
  contribution: row.contribution,
  quantity: row.quantity,
  unit: (count.quantityUnit ?? unit).code,
  links: { record: recordLink(row) },
})

/** Events are read in the newest version of their type. */
const newestVersion = new Map(events.map(({ type, schema }) => [type, schema]))

const textsIn = (dims: Record<string, unknown>): Dimensions =>
  Object.fromEntries(
    Object.entries(dims).flatMap(([name, value]) => (Array.isArray(value) ? [] : [[name, String(value)]])),
  )

const recordLink = ({ record, stream }: FactRow) => hrefOf(record, stream.slice(stream.indexOf('-') + 1))
