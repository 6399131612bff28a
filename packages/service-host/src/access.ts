import { hashOfApiKey, keyIdOf, projection, refuse, sql, type Actor, type Statement } from '@wushe/slice'
import { LRUCache } from 'lru-cache'
import { timingSafeEqual } from 'node:crypto'
import { Refused } from './problem.ts'

/** Every service keeps a read-copy of organisations and keys, and so decides on its own who asks. */
export const accessCopy = projection('access-copy', {
  tables: ['host.organisations', 'host.keys'],
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
        insert into host.keys (key_id, org_id, hash, label, expires_on)
        values (${data.keyId}, ${streamId}, ${data.hash}, ${data.label}, ${data.expiresOn ?? null}) on conflict (key_id) do nothing`,
      ApiKeyRevoked: ({ data }) => sql`update host.keys set revoked = true where key_id = ${data.keyId}`,
    },
  },
})

type KeyRow = { org_id: string; kind: Actor['kind']; hash: string; agreement_ids: string[] }

const keyRow = (keyId: string, today: string) => sql<KeyRow>`
  select o.org_id, o.kind, k.hash,
         coalesce((select array_agg(agreement_id) from host.agreements where o.org_id = any(party_ids)), '{}') as agreement_ids
  from host.keys k join host.organisations o using (org_id)
  where k.key_id = ${keyId} and not k.revoked and o.active and (k.expires_on is null or k.expires_on >= ${today}::date)`

/** Tells from an API key on whose behalf a request is made. Answers are kept for a second. */
export function authenticator(run: <Row>(statement: Statement<Row>) => Promise<Row[]>) {
  const known = new LRUCache<string, { row: KeyRow | undefined }>({ max: 5000, ttl: 1000 })

  return async (authorization: string | undefined, today: string, fresh: boolean): Promise<Actor> => {
    const [, text] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
    if (!text) throw new Refused(refuse('key-missing'))
    const keyId = keyIdOf(text)
    if (!keyId) throw new Refused(refuse('key-malformed'))
    let entry = fresh ? undefined : known.get(keyId)
    if (!entry) known.set(keyId, (entry = { row: (await run(keyRow(keyId, today)))[0] }))
    const { row } = entry
    if (!row || !timingSafeEqual(Buffer.from(row.hash), Buffer.from(hashOfApiKey(text))))
      throw new Refused(refuse('key-not-valid'))
    return { orgId: row.org_id, kind: row.kind, keyId, agreementIds: row.agreement_ids }
  }
}
