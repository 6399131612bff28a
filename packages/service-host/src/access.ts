import type { Events } from '@wushe/contracts'
import type { Upcasters } from '@wushe/event-store'
import { handIs, projection, raw, sql, type Actor, type Grant, type Hand } from '@wushe/slice'
import { agreementsOfOrganisation } from './agreements.ts'

/** Before there were roles, every credential was of the one that sees all of its organisation. */
const asAdmin = (old: object) => old

/** Keys of before there were scopes may do all that their organisation's kind may. Every service reads access's events. */
export const accessUpcasters = {
  ApiKeyIssued: { 1: (old: object) => ({ ...old, scopes: ['*'] }), 2: asAdmin },
  ClientRegistered: { 1: asAdmin },
} satisfies Upcasters

/** Every service keeps a read-copy of organisations, their credentials and what opens single persons, and so decides on its own who asks. */
export const accessCopy = projection('access-copy', {
  revision: 3,
  tables: ['host.organisations', 'host.keys', 'host.clients', 'host.access_grants', 'host.access_overrides'],
  on: {
    access: {
      OrganisationRegistered: ({ streamId, data }) => sql`
        insert into host.organisations (org_id, kind, name) values (${streamId}, ${data.kind}, ${data.name})
        on conflict (org_id) do nothing`,
      OrganisationSuspended: ({ streamId }) =>
        sql`update host.organisations set active = false where org_id = ${streamId}`,
      OrganisationResumed: ({ streamId }) =>
        sql`update host.organisations set active = true where org_id = ${streamId}`,
      RetentionProfileChosen: ({ streamId, data }) =>
        sql`update host.organisations set retention_profile = ${data.profile} where org_id = ${streamId}`,
      ApiKeyIssued: ({ streamId, data }) => sql`
        insert into host.keys (key_id, org_id, hash, label, expires_on, scopes, addresses, role, site_ids, worker_id)
        values (${data.keyId}, ${streamId}, ${data.hash}, ${data.label}, ${data.expiresOn ?? null}, ${data.scopes},
                ${data.addresses ?? null}, ${standingIn(data)}) on conflict (key_id) do nothing`,
      ApiKeyReplaced: ({ data }) =>
        sql`update host.keys set expires_on = ${data.expiresOn}::date where key_id = ${data.keyId}`,
      ApiKeyRevoked: ({ data }) => sql`update host.keys set revoked = true where key_id = ${data.keyId}`,
      ClientRegistered: ({ streamId, data }) => sql`
        insert into host.clients (client_id, org_id, label, keys, hash, scopes, origins, addresses, role, site_ids,
                                  worker_id)
        values (${data.clientId}, ${streamId}, ${data.label}, ${data.keys ? JSON.stringify(data.keys) : null}::jsonb,
                ${data.hash ?? null}, ${data.scopes}, ${data.origins}, ${data.addresses ?? null}, ${standingIn(data)})
        on conflict (client_id) do nothing`,
      ClientCredentialsReplaced: ({ data }) =>
        data.keys
          ? sql`update host.clients set keys = ${JSON.stringify(data.keys)}::jsonb where client_id = ${data.clientId}`
          : sql`
            update host.clients set previous_hash = hash, previous_until = ${data.previousUntil ?? null}::date,
                                    hash = ${data.hash ?? null}
            where client_id = ${data.clientId} and hash is distinct from ${data.hash ?? null}`,
      ClientRevoked: ({ data }) => sql`update host.clients set revoked = true where client_id = ${data.clientId}`,
      AccessRequested: ({ streamId, data: { personId, ownerOrgId, until, askedBy } }) => sql`
        insert into host.access_grants (grant_id, tenant, person_id, org_id, key_id, person, until)
        values (${streamId}, ${ownerOrgId}, ${personId}, ${askedBy.orgId}, ${askedBy.keyId}, ${askedBy.person ?? null},
                ${until}::date) on conflict (grant_id) do nothing`,
      AccessApproved: ({ streamId }) => sql`update host.access_grants set approved = true where grant_id = ${streamId}`,
      AccessEnded: ({ streamId }) => sql`update host.access_grants set ended = true where grant_id = ${streamId}`,
      AccessOverrideStarted: ({ streamId, data: { personId, until, reviewDueOn, askedBy } }) => sql`
        insert into host.access_overrides (override_id, tenant, person_id, key_id, person, until, review_due_on)
        values (${streamId}, ${askedBy.orgId}, ${personId}, ${askedBy.keyId}, ${askedBy.person ?? null},
                ${until}::timestamptz, ${reviewDueOn}::date) on conflict (override_id) do nothing`,
      AccessOverrideEnded: ({ streamId }) =>
        sql`update host.access_overrides set ended = true where override_id = ${streamId}`,
      AccessOverrideReviewed: ({ streamId }) =>
        sql`update host.access_overrides set ended = true, reviewed = true where override_id = ${streamId}`,
    },
  },
})

const standingIn = ({ role, within }: Standing) =>
  sql`${role ?? null}::text, ${within?.siteIds ?? null}::text[], ${within?.workerId ?? null}::text`

type Standing = Pick<Extract<Events['access'], { type: 'ApiKeyIssued' }>['data'], 'role' | 'within'>

/** Who somebody says to be, as the read-copy knows them; no row where they may not ask. */
export type Known = {
  org_id: string
  kind: Actor['kind']
  scopes: string[]
  addresses: string[] | null
  agreement_ids: string[]
  grants: Record<string, Grant> | null
  /** For which of the organisation's people it is, and to what that limits it. */
  role: Actor['role'] | null
  site_ids: string[] | null
  worker_id: string | null
  assigned: string[] | null
  /** Approved and in force, whoever of the organisation asked. */
  access: (Hand & { id: string; personId: string })[] | null
}

/** The role of a row of host.keys or host.clients, and what is assigned to the social worker that it names. */
const standing = (alias: 'k' | 'c') => sql`
  ${raw(`${alias}.role, ${alias}.site_ids, ${alias}.worker_id`)},
  case when ${raw(alias)}.worker_id is not null then array(
    select thing_id from host.assignments
    where worker_id = ${raw(alias)}.worker_id and tenant = o.org_id
    union
    select thing_id from host.assignments
    where worker_id is null and begun_by in (
      select key_id from host.keys where org_id = o.org_id and worker_id = ${raw(alias)}.worker_id
      union select client_id from host.clients where org_id = o.org_id and worker_id = ${raw(alias)}.worker_id))
  end as assigned`

/** The access grants that the organisation o asked for and that are in force on that day. */
const accessOf = (today: string) => sql`
  (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
     'id', grant_id, 'personId', person_id, 'orgId', a.org_id, 'keyId', key_id, 'person', person)) order by grant_id)
   from host.access_grants a
   where a.org_id = o.org_id and approved and not ended and until >= ${today}::date) as access`

/** An emergency that this hand started and that is in force at that moment. */
export const overrideRow = (overrideId: string, hand: Hand, now: string) => sql<{ personId: string }>`
  select person_id as "personId" from host.access_overrides
  where override_id = ${overrideId} and ${handIs(hand)} and not ended and until > ${now}::timestamptz`

export const keyRow = (keyId: string, today: string) => sql<Known & { hash: string }>`
  select o.org_id, o.kind, k.hash, k.scopes, k.addresses, ${standing('k')}, ${accessOf(today)}, ${agreementsOfOrganisation(today)}
  from host.keys k join host.organisations o using (org_id)
  where k.key_id = ${keyId} and not k.revoked and o.active and (k.expires_on is null or k.expires_on >= ${today}::date)`

export type ClientRow = Known & { keys: object[] | null; hashes: string[] }

export const clientRow = (clientId: string, today: string) => sql<ClientRow>`
  select o.org_id, o.kind, c.scopes, c.addresses, c.keys, ${standing('c')}, ${accessOf(today)}, ${agreementsOfOrganisation(today)},
         array_remove(array[c.hash, case when c.previous_until >= ${today}::date then c.previous_hash end], null) as hashes
  from host.clients c join host.organisations o using (org_id)
  where c.client_id = ${clientId} and not c.revoked and o.active`

/** For who comes with a token of an issuer that is not ours: what it may do stands in the token. */
export const organisationRow = (orgId: string, today: string) => sql<Known>`
  select o.org_id, o.kind, '{*}'::text[] as scopes, null::text[] as addresses,
    null as role, null::text[] as site_ids, null as worker_id, null::text[] as assigned,
    ${accessOf(today)}, ${agreementsOfOrganisation(today)}
  from host.organisations o where o.org_id = ${orgId} and o.active`
