import { sql, type Actor, type Statement } from '@wushe/slice'

/** Who asks, and when. */
export type Asking = { actor: Pick<Actor, 'orgId' | 'kind'>; now: string }

/** Where a row says whose it is: the organisation, the agreement, and the service that it comes from. */
type Columns = { tenant: Statement; agreement: Statement; source: Statement }

/**
 * Which rows of the ledger an actor may see, at all doors: an organisation its own, a funder also those of its
 * agreements, unless a grant leaves it figures only, and of those that a grant opens to it; the operator also those of
 * organisations. It is what policy.yaml calls `agreement`.
 */
export const seenBy = (
  { actor: { orgId, kind }, now }: Asking,
  { tenant, agreement, source }: Columns,
  agreements: Statement = sql`array(${agreementsOf(orgId, { day: dayOf(now) })})`,
): Statement => {
  if (kind === 'funder') return sql`(${tenant} = ${orgId} or ${agreement} = any(${agreements}))`
  if (kind === 'operator') return sql`(${tenant} = ${orgId} or ${source} = 'access')`
  return sql`${tenant} = ${orgId}`
}

/**
 * The agreements whose records a funder sees on a day, as the ledger knew them up to a place. The ledger itself is asked,
 * in the same snapshot: a copy that lags behind would let events pass unseen, and nobody comes back for them.
 */
export const agreementsOf = (orgId: string, at: { day: Statement; place?: Statement }) => sql`
  (select substr(e.stream, 11) from inbox.events e
   where e.type = 'AgreementDrafted' and e.source = 'reporting' and ${upTo(at)}
     and (e.data ->> 'purchaserId' = ${orgId}
          or exists (select from json_array_elements(e.data -> 'funds') fund where fund ->> 'funderId' = ${orgId}))
   except ${grantedTo(orgId, at, sql`bool_and(e.data ->> 'view' = 'aggregate')`)})
  union ${grantedTo(orgId, at, sql`bool_or(e.data ->> 'view' <> 'aggregate')`)}`

type At = Parameters<typeof agreementsOf>[1]

const grantedTo = (orgId: string, at: At, how: Statement) => sql`
  select e.data ->> 'agreementId' from inbox.events e
  where e.type = 'AgreementGrantGiven' and e.source = 'reporting' and ${upTo(at)} and e.data ->> 'funderOrgId' = ${orgId}
    and ${at.day} between (e.data ->> 'validFrom')::date and (e.data ->> 'validTo')::date
    and not exists (select from inbox.events ended where (ended.source, ended.stream) = (e.source, e.stream)
                    and ended.type = 'AgreementGrantEnded' and ${at.place ? sql`ended.position <= ${at.place}` : sql`true`})
  group by 1 having ${how}`

const upTo = ({ place }: At) => (place ? sql`e.position <= ${place}` : sql`true`)

/** In the calendar by which grants are given. */
export const dayOf = (moment: string): Statement => sql`(${moment}::timestamptz at time zone 'Asia/Shanghai')::date`
