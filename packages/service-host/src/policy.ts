import { join, refuse, sql, type Actor, type Grant, type Hand, type Refusal, type Statement } from '@wushe/slice'
import { policy, type Access, type Class, type Records } from './contract.ts'

// The one place that decides who may do what, on which records, and which fields they see. It reads no clock and no
// database: contracts/policy.yaml is the table, this is its meaning, docs/access.md shows it to people.

/** May this actor do this at all, whatever the record? */
export const refuseOperation = ({ may, not = [] }: Access, { kind, role }: Actor): Refusal | undefined =>
  scopeOf({ may }, kind) && !not.includes(role ?? (kind === 'contractor' ? 'contractor-admin' : kind))
    ? undefined
    : refuse('not-permitted', { roles: Object.keys(may).join(', ') })

/** A row of a record's table, or a record folded from its stream, as far as access depends on it. */
type Row = {
  id: string
  tenant: string
  agreementId: string | null
  siteId: string | null
  stream: string
  /** Of a request for access, who made it. */
  body?: { askedBy?: Hand }
}

/**
 * Which rows of a record's table the actor sees, as a condition inside the statement; `sees` says the same of one.
 * `siteId` is the station to which a row belongs.
 */
export function visible(access: Access, actor: Actor, siteId: Statement = sql`site_id`): Statement {
  switch (scopeOf(access, actor.kind)) {
    case 'all':
      return sql`true`
    case 'own':
      return join([sql`tenant = ${actor.orgId}`, ...withinStatement(actor, siteId)], ' and ')
    case 'organisation':
      return sql`tenant = ${actor.orgId}`
    case 'agreement':
    case 'party':
      return sql`agreement_id = any(${[...agreementsOf(access, actor)]})`
    case 'requests':
      return limitOf(actor)
        ? sql`body #>> '{askedBy,orgId}' = ${actor.orgId} and body #>> '{askedBy,keyId}' = ${actor.keyId}`
        : sql`(tenant = ${actor.orgId} or body #>> '{askedBy,orgId}' = ${actor.orgId})`
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
    case 'requests':
      return isRequestOf(actor, row.tenant, row.body?.askedBy)
    case 'begun':
    case 'none-of-anybody':
    case undefined:
      return false
  }
}

/**
 * May the actor add to a stream that begins with this event? `place` is the record in it that the command is about or, of
 * one that is being made, the thing in which it is made.
 */
export function mayWrite(
  access: Access,
  actor: Actor,
  { meta }: { meta: { tenant: string; actor: Hand } },
  place: Place,
): boolean {
  switch (scopeOf(access, actor.kind)) {
    case 'all':
      return true
    case 'own':
      return meta.tenant === actor.orgId && isWithin(actor, place, 'itself')
    case 'organisation':
      return meta.tenant === actor.orgId
    case 'begun':
      return meta.actor.orgId === actor.orgId
    case 'requests':
      return isRequestOf(actor, meta.tenant, meta.actor)
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

/** May a decision rest on this stream of the actor's organisation? What a role does not see, it does not name either. */
export const knows = (actor: Actor, place: Place & { tenant: string | undefined }): boolean =>
  place.tenant === actor.orgId && isWithin(actor, place, 'itself')

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
export type Fields = { classes: readonly Class[]; sections: readonly string[] | 'all'; grant?: Grant } & Opening

/** What opened one person's record to whom it is else closed. */
export type Opening = { accessGrantId?: string; overrideId?: string }

export const fieldsOf = (actor: Actor, row: Row): Fields => {
  if (actor.kind === 'contractor' && row.tenant === actor.orgId)
    return { classes: policy.fields.contractor, sections: 'all', ...openingOf(actor, row) }
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

const withinStatement = (actor: Actor, siteId: Statement): Statement[] => {
  const limit = limitOf(actor)
  if (!limit) return []
  const persons = personsOpenedTo(actor)
  const ids = [...limit.ids, ...persons]
  return [
    limit.by === 'sites'
      ? sql`(${siteId} = any(${limit.ids}) or id = any(${ids}) or split_part(stream, '-', 2) = any(${persons}))`
      : sql`(id = any(${ids}) or split_part(stream, '-', 2) = any(${ids}))`,
  ]
}

type Place = Pick<Row, 'id' | 'siteId' | 'stream'>

/** Within the role's own limits, or opened to it beside them: for reading, never for writing. */
const isWithin = (actor: Actor, row: Place, how: 'itself' | 'or opened' = 'or opened'): boolean => {
  const limit = limitOf(actor)
  if (!limit) return true
  const { by, ids } = limit
  const { id, siteId, stream } = row
  return (
    ids.includes(id) ||
    (by === 'sites' ? siteId !== null && ids.includes(siteId) : ids.includes(idIn(stream))) ||
    (how === 'or opened' && personsOpenedTo(actor).some((person) => person === id || person === idIn(stream)))
  )
}

const personsOpenedTo = ({ access = {}, override }: Actor) => [
  ...Object.keys(access),
  ...(override ? [override.personId] : []),
]

/** By what a role sees what lies outside its own limits. */
const openingOf = (actor: Actor, row: Place): Opening => {
  if (isWithin(actor, row, 'itself')) return {}
  const { access = {}, override } = actor
  const person = [row.id, idIn(row.stream)].find((id) => Object.hasOwn(access, id))
  if (person !== undefined) return { accessGrantId: access[person]! }
  return override ? { overrideId: override.id } : {}
}

/** A request is for whom it asks and for who made it; a limited role sees those alone that its own credential made. */
const isRequestOf = (actor: Actor, tenant: string, by: Hand | undefined) =>
  limitOf(actor)
    ? by?.orgId === actor.orgId && by.keyId === actor.keyId
    : tenant === actor.orgId || by?.orgId === actor.orgId

const idIn = (stream: string) => stream.slice(stream.indexOf('-') + 1)
