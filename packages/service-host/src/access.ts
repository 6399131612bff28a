import type { Upcasters } from '@wushe/event-store'
import { projection, sql, type Actor, type Grant } from '@wushe/slice'
import { agreementsOfOrganisation } from './agreements.ts'

/** Keys of before there were scopes may do all that their organisation's kind may. Every service reads access's events. */
export const accessUpcasters = {
  ApiKeyIssued: { 1: (old: object) => ({ ...old, scopes: ['*'] }) },
} satisfies Upcasters

/** Every service keeps a read-copy of organisations, keys and clients, and so decides on its own who asks. */
export const accessCopy = projection('access-copy', {
  tables: ['host.organisations', 'host.keys', 'host.clients'],
  on: {
    access: {
      OrganisationRegistered: ({ streamId, data }) => sql`
        insert into host.organisations (org_id, kind, name) values (${streamId}, ${data.kind}, ${data.name})
        on conflict (org_id) do nothing`,
      OrganisationSuspended: ({ streamId }) =>
        sql`update host.organisations set active = false where org_id = ${streamId}`,
      OrganisationResumed: ({ streamId }) =>
        sql`update host.organisations set active = true where org_id = ${streamId}`,
      ApiKeyIssued: ({ streamId, data }) => sql`
        insert into host.keys (key_id, org_id, hash, label, expires_on, scopes, addresses)
        values (${data.keyId}, ${streamId}, ${data.hash}, ${data.label}, ${data.expiresOn ?? null}, ${data.scopes},
                ${data.addresses ?? null}) on conflict (key_id) do nothing`,
      ApiKeyReplaced: ({ data }) =>
        sql`update host.keys set expires_on = ${data.expiresOn}::date where key_id = ${data.keyId}`,
      ApiKeyRevoked: ({ data }) => sql`update host.keys set revoked = true where key_id = ${data.keyId}`,
      ClientRegistered: ({ streamId, data }) => sql`
        insert into host.clients (client_id, org_id, label, keys, hash, scopes, origins, addresses)
        values (${data.clientId}, ${streamId}, ${data.label}, ${data.keys ? JSON.stringify(data.keys) : null}::jsonb,
                ${data.hash ?? null}, ${data.scopes}, ${data.origins}, ${data.addresses ?? null})
        on conflict (client_id) do nothing`,
      ClientCredentialsReplaced: ({ data }) =>
        data.keys
          ? sql`update host.clients set keys = ${JSON.stringify(data.keys)}::jsonb where client_id = ${data.clientId}`
          : sql`
            update host.clients set previous_hash = hash, previous_until = ${data.previousUntil ?? null}::date,
                                    hash = ${data.hash ?? null}
            where client_id = ${data.clientId} and hash is distinct from ${data.hash ?? null}`,
      ClientRevoked: ({ data }) => sql`update host.clients set revoked = true where client_id = ${data.clientId}`,
    },
  },
})

/** Who somebody says to be, as the read-copy knows them; no row where they may not ask. */
export type Known = {
  org_id: string
  kind: Actor['kind']
  scopes: string[]
  addresses: string[] | null
  agreement_ids: string[]
  grants: Record<string, Grant> | null
}

export const keyRow = (keyId: string, today: string) => sql<Known & { hash: string }>`
  select o.org_id, o.kind, k.hash, k.scopes, k.addresses, ${agreementsOfOrganisation(today)}
  from host.keys k join host.organisations o using (org_id)
  where k.key_id = ${keyId} and not k.revoked and o.active and (k.expires_on is null or k.expires_on >= ${today}::date)`

export type ClientRow = Known & { keys: object[] | null; hashes: string[] }

export const clientRow = (clientId: string, today: string) => sql<ClientRow>`
  select o.org_id, o.kind, c.scopes, c.addresses, c.keys, ${agreementsOfOrganisation(today)},
         array_remove(array[c.hash, case when c.previous_until >= ${today}::date then c.previous_hash end], null) as hashes
  from host.clients c join host.organisations o using (org_id)
  where c.client_id = ${clientId} and not c.revoked and o.active`

/** For who comes with a token of an issuer that is not ours: what it may do stands in the token. */
export const organisationRow = (orgId: string, today: string) => sql<Known>`
  select o.org_id, o.kind, '{*}'::text[] as scopes, null::text[] as addresses, ${agreementsOfOrganisation(today)}
  from host.organisations o where o.org_id = ${orgId} and o.active`
