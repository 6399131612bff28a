import { join, refuse, sql, type Actor, type Grant, type Refusal, type Statement } from '@wushe/slice'
import { policy, type Access, type Class, type Records } from './contract.ts'

// The one place that decides who may do what, on which records, and which fields they see. It reads no clock and no
// database: contracts/policy.yaml is the table, this is its meaning, docs/access.md shows it to people.

/** May this actor do this at all, whatever the record? */
export const refuseOperation = ({ may, not = [] }: Access, { kind, role }: Actor): Refusal | undefined =>
  scopeOf({ may }, kind) && !(role && not.includes(role))
    ? undefined
    : refuse('not-permitted', { roles: Object.keys(may).join(', ') })

/** A row of a record's table, or a record folded from its stream, as far as access depends on it. */
type Row = { id: string; tenant: string; agreementId: string | null; siteId: string | null; stream: string }

/** Which rows of a record's table the actor sees, as a condition inside the statement; `sees` says the same of one. */
export function visible(access: Access, actor: Actor): Statement {
  switch (scopeOf(access, actor.kind)) {
    case 'all':
      return sql`true`
    case 'own':
      return join([sql`tenant = ${actor.orgId}`, ...withinStatement(actor)], ' and ')
    case 'organisation':
      return sql`tenant = ${actor.orgId}`
    case 'agreement':
    case 'party':
      return sql`agreement_id = any(${[...agreementsOf(access, actor)]})`
    case 'begun':
    case 'none-of-anybody':
    case undefined:
      return sql`false`
  }
}

export function sees(access: Access, actor: Actor, row: Row): boolean {
  switch (scopeOf(access, actor.kind)) {
    case 'all':
      return true
    case 'own':
      return row.tenant === actor.orgId && isWithin(actor, row)
    case 'organisation':
      return row.tenant === actor.orgId
    case 'agreement':
    case 'party':
      return row.agreementId !== null && agreementsOf(access, actor).has(row.agreementId)
    case 'begun':
    case 'none-of-anybody':
    case undefined:
      return false
  }
}

/**
 * May the actor add to a stream that begins with this event? `row` is the record in it that the command is about, where
 * there is one.
 */
export function mayWrite(
  access: Access,
  actor: Actor,
  { meta }: { meta: { tenant: string; actor: { orgId: string } } },
  row: Row | undefined,
): boolean {
  switch (scopeOf(access, actor.kind)) {
    case 'all':
      return true
    case 'own':
      return meta.tenant === actor.orgId && (!row || isWithin(actor, row))
    case 'organisation':
      return meta.tenant === actor.orgId
    case 'begun':
      return meta.actor.orgId === actor.orgId
    case 'agreement':
    case 'party':
    case 'none-of-anybody':
    case undefined:
      return false
  }
}

/** A role that is limited to stations records nothing at another one, where it could not see it afterwards. */
export const refuseElsewhere = (actor: Actor, { siteId }: Record<string, unknown>): Refusal | undefined => {
  const limit = limitOf(actor)
  return limit?.by === 'sites' && typeof siteId === 'string' && !limit.ids.includes(siteId)
    ? refuse('station-not-known', { siteId })
    : undefined
}

/** Of a thing that is seen, is this part, or this event, recorded for an agreement, seen too? */
export const seesPart = (access: Access, actor: Actor, agreementId: string | null | undefined): boolean => {
  const scope = scopeOf(access, actor.kind)
  if (scope !== 'agreement' && scope !== 'party') return true
  return agreementId === undefined || (agreementId !== null && agreementsOf(access, actor).has(agreementId))
}

/** May the actor ask about this agreement? An agreement of others does not exist; figures may be all that is shown. */
export const refuseAgreement = (access: Access, actor: Actor, agreementId: string): Refusal | undefined => {
  if (!actor.agreementIds.includes(agreementId)) return refuse('not-found')
  return agreementsOf(access, actor).has(agreementId) ? undefined : refuse('figures-only', { agreementId })
}

/** What an actor sees of the fields of one record, and which grant opens what others do not see. */
export type Fields = { classes: readonly Class[]; sections: readonly string[] | 'all'; grant?: Grant }

export const fieldsOf = (actor: Actor, row: Pick<Row, 'tenant' | 'agreementId'>): Fields => {
  if (actor.kind === 'contractor' && row.tenant === actor.orgId)
    return { classes: policy.fields.contractor, sections: 'all' }
  if (actor.kind !== 'funder') return { classes: policy.fields.operator, sections: [] }
  const grant = row.agreementId === null ? undefined : grantOf(actor, row.agreementId)
  const { sections = [] } = grant ? policy.views[grant.view] : {}
  if (!grant || sections.length === 0) return { classes: policy.fieldsOfViews, sections: [] }
  return { classes: [...policy.fieldsOfViews, ...(policy.bases[grant.basis]?.opens ?? [])], sections, grant }
}

const scopeOf = ({ may }: Pick<Access, 'may'>, kind: Actor['kind']): Records | undefined =>
  kind === 'system' ? undefined : may[kind]

/** The agreements that count for the rule: all of the actor's, or those of which it sees records. */
const agreementsOf = (access: Access, actor: Actor): ReadonlySet<string> =>
  new Set(
    scopeOf(access, actor.kind) === 'agreement'
      ? actor.agreementIds.filter(
          (id) => policy.views[grantOf(actor, id)?.view ?? policy.viewWithoutGrant.party].records,
        )
      : actor.agreementIds,
  )

const grantOf = ({ grants }: Actor, agreementId: string) =>
  grants && Object.hasOwn(grants, agreementId) ? grants[agreementId] : undefined

/** Who is limited to nothing in particular sees nothing. */
const limitOf = ({ role, within }: Actor) => {
  const by = role && policy.roles[role]?.within
  return by && { by, ids: within?.[by] ?? [] }
}

const withinStatement = (actor: Actor): Statement[] => {
  const limit = limitOf(actor)
  if (!limit) return []
  const { by, ids } = limit
  return [
    by === 'sites'
      ? sql`(site_id = any(${ids}) or id = any(${ids}))`
      : sql`(id = any(${ids}) or split_part(stream, '-', 2) = any(${ids}))`,
  ]
}

const isWithin = (actor: Actor, { id, siteId, stream }: Row): boolean => {
  const limit = limitOf(actor)
  if (!limit) return true
  const { by, ids } = limit
  return (
    ids.includes(id) ||
    (by === 'sites' ? siteId !== null && ids.includes(siteId) : ids.includes(stream.slice(stream.indexOf('-') + 1)))
  )
}
