import { query, raw, refuse, sql, type Rows } from '@wushe/slice'
import { thingTypes } from '../places.ts'
import { readToken, writeToken, type Sight, type Token } from './change-token.ts'
import { sequenceOf } from './ledger.ts'
import { agreementsOf, dayOf, seenBy, type Asking } from './seen-by.ts'

type Row = {
  type: string
  id: string
  op: string
  version: number
  href: string
  agreement_id: string
  sequence: string
  changed_at: string
}

/**
 * The latest change of each record, in the order of the ledger. The table moves on in whole transactions and in that
 * order, so nothing appears later before the last row that was seen. Rows of one event stay on one page.
 *
 * What a funder sees also changes by grants that begin, end and run out, and the token says with which sight it was
 * used last. So first comes what differs in sight, of all that was known by then: what is gone, and what is there again.
 */
export const listChanges = query('listChanges', async ({ query: asked }, { actor, now }, rows) => {
  const { since, types, limit: wanted = 100 } = asked
  const unknown = types?.split(',').find((type) => !thingTypes.includes(type))
  if (unknown !== undefined) return refuse('record-type-not-known', { type: unknown, types: thingTypes.join(', ') })
  const token = readToken(since)
  const here = await whereWeAre(token, now, rows)
  const after = [token.place, token.sight?.scope ?? 0n, token.telling?.to.scope ?? 0n].reduce(later)
  if (after > here.scope) return refuse('position-not-reached', { after: String(after), position: String(here.scope) })
  const asking = { actor, now, token, here, types: types?.split(','), limit: Math.min(wanted, 500) }
  const { data, next, more } = await (actor.kind === 'funder' ? changesOfFunder(asking, rows) : changesOf(asking, rows))
  const link = `/v1/changes?${new URLSearchParams({
    since: writeToken(next),
    ...(types && { types }),
    limit: String(asking.limit),
  })}`
  return { data, ...(more ? { nextLink: link } : { deltaLink: link }) }
})

type Here = Sight & {
  /** When the token's place was reached. */
  placed: number
}
type Asked = Asking & { token: Token; here: Here; types: string[] | undefined; limit: number }
type Page = { data: ReturnType<typeof present>[]; next: Token; more: boolean }

/** What changed after the token's place. */
async function changesOf(
  { token: { place, sight }, here, types, limit, ...asking }: Asked,
  rows: Rows,
  agreements?: string[],
): Promise<Page> {
  const seen = (alias: 'c' | 'now') =>
    seenBy(
      asking,
      { tenant: raw(`${alias}.tenant`), agreement: raw(`${alias}.agreement_id`), source: raw(`${alias}.source`) },
      agreements && sql`${agreements}::text[]`,
    )
  const found = await rows(sql<Row>`
    select * from (select ${columns}, sequence::text
    from reporting.changes c
    where sequence > ${String(place)}::bigint and sequence <= ${String(here.scope)}::bigint and ${seen('c')}
      and ${ofTypes(types)}
      and (current or first_sequence <= ${String(place)}::bigint and not exists (
        select from reporting.changes now where now.id = c.id and now.current and ${seen('now')}))
    order by c.sequence fetch first ${limit} rows with ties) page
    order by page.sequence::numeric, type, id`)
  const reached = BigInt(found.at(-1)?.sequence ?? place)
  return { data: found.map(present), next: { place: reached, sight }, more: found.length >= limit }
}

async function changesOfFunder(asked: Asked, rows: Rows): Promise<Page> {
  const { token, here, limit, actor } = asked
  const { place, sight, telling } = token
  // Nobody has the sight of before their own place.
  const before = { scope: later(sight?.scope ?? 0n, place), day: Math.max(sight?.day ?? 0, here.placed) }
  const to = telling?.to ?? here
  const [sights] = await rows(sql<{ before: string[]; to: string[]; now: string[] }>`
    select array(${asSeen(actor.orgId, before)}) as before, array(${asSeen(actor.orgId, to)}) as to,
           array(${asSeen(actor.orgId, here)}) as now`)
  const differs = await differences(asked, sights!, rows)
  if (differs.length === limit)
    return { data: differs, next: { place, sight: before, telling: { to, last: differs.at(-1)!.id } }, more: true }
  // It ends where it was begun, and what changed since then is looked at anew.
  if (telling) return { data: differs, next: { place, sight: to }, more: true }
  const left = {
    ...asked,
    limit: limit - differs.length,
    token: { place, sight: { scope: here.scope, day: here.day } },
  }
  const { data, ...rest } = await changesOf(left, rows, sights!.now)
  return { data: [...differs, ...data], ...rest }
}

const asSeen = (orgId: string, { scope, day }: Sight) =>
  agreementsOf(orgId, { place: sql`${String(scope)}::bigint`, day: sql`date '1970-01-01' + ${day}::integer` })

/** Of what was known at the token's place: what is out of sight since, and what came into sight, in the order of ids. */
async function differences(
  { actor: { orgId }, now, token: { place, telling }, types, limit }: Asked,
  sights: Record<'before' | 'to' | 'now', string[]>,
  rows: Rows,
) {
  const lost = sights.before.filter((one) => !sights.to.includes(one))
  const gained = sights.to.filter((one) => !sights.before.includes(one) && sights.now.includes(one))
  if (lost.length === 0 && gained.length === 0) return []
  const found = await rows(sql<Row & { lost: boolean }>`
    select distinct on (c.id) ${columns}, agreement_id = any(${lost}) as lost
    from reporting.changes c
    where c.id > ${telling?.last ?? ''} and c.tenant <> ${orgId} and ${ofTypes(types)}
      and (c.agreement_id = any(${lost}) and c.first_sequence <= ${String(place)}::bigint
             and (c.current or c.sequence > ${String(place)}::bigint)
             and not exists (select from reporting.changes now where now.id = c.id and now.current
                             and (now.tenant = ${orgId} or now.agreement_id = any(${sights.to})))
           or c.agreement_id = any(${gained}) and c.current and c.sequence <= ${String(place)}::bigint)
    order by c.id, c.sequence desc limit ${limit}`)
  return found.map(({ lost, ...row }) =>
    present({ ...row, sequence: String(place), ...(lost && { op: 'outOfScope', changed_at: now }) }),
  )
}

async function whereWeAre({ place }: Token, now: string, rows: Rows): Promise<Here> {
  const day = (date: ReturnType<typeof dayOf>) => sql`${date} - date '1970-01-01'`
  const [found] = await rows(sql<{ scope: string; day: number; placed: number | null }>`
    select h.position::text as scope, ${day(dayOf(now))} as day, (
      select ${day(sql`((meta ->> 'recordedAt')::timestamptz at time zone 'Asia/Shanghai')::date`)} from inbox.events
      where position <= ${String(place)}::numeric order by position desc limit 1) as placed
    from inbox.head h`)
  return { scope: BigInt(found!.scope), day: found!.day, placed: found!.placed ?? 0 }
}

const columns = sql`
  type, id, op, version, href, agreement_id,
  to_char(changed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as changed_at`

const ofTypes = (types: string[] | undefined) => (types === undefined ? sql`true` : sql`type = any(${types})`)

const later = (one: bigint, other: bigint) => (one > other ? one : other)

const present = ({ type, id, op, version, href, agreement_id, sequence, changed_at }: Row) => ({
  ...{ type, id, op },
  ...(op !== 'outOfScope' && { version, href }),
  ...(agreement_id !== '' && { agreementId: agreement_id }),
  sequence: sequenceOf(sequence),
  changedAt: changed_at,
})
