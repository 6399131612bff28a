import { sql, type Actor, type Statement } from '@wushe/slice'

/** Where a row says whose it is: the organisation, the agreement, and the service that it comes from. */
type Columns = { tenant: Statement; agreement: Statement; source: Statement }

/**
 * Which rows of the ledger an actor may see, at all doors: an organisation its own, a funder also those of its
 * agreements, unless a grant leaves it figures only, and of those that a grant opens to it; the operator also those of
 * organisations. It is what policy.yaml calls `agreement`. Who is party to an agreement is asked of the ledger itself, in
 * the same snapshot: a copy that lags behind would let events pass unseen, and nobody comes back for them.
 */
export const seenBy = (
  { orgId, kind }: Pick<Actor, 'orgId' | 'kind'>,
  { tenant, agreement, source }: Columns,
): Statement => {
  if (kind === 'funder') return sql`(${tenant} = ${orgId} or ${agreement} = any(array(${agreementsOf(orgId)})))`
  if (kind === 'operator') return sql`(${tenant} = ${orgId} or ${source} = 'access')`
  return sql`${tenant} = ${orgId}`
}

const agreementsOf = (orgId: string) => sql`
  (select substr(stream, 11) from inbox.events
   where type = 'AgreementDrafted' and source = 'reporting'
     and (data ->> 'purchaserId' = ${orgId}
          or exists (select from json_array_elements(data -> 'funds') fund where fund ->> 'funderId' = ${orgId}))
   except ${grantedTo(orgId, sql`bool_and(view = 'aggregate')`)})
  union ${grantedTo(orgId, sql`bool_or(view <> 'aggregate')`)}`

const grantedTo = (orgId: string, how: Statement) => sql`
  select agreement_id from host.agreement_grants
  where funder_id = ${orgId} and not ended and period @> (now() at time zone 'Asia/Shanghai')::date
  group by agreement_id having ${how}`
