import { query, sql } from '@wushe/slice'

type Row = {
  name: string
  label: string | null
  expires_on: string | null
  site_ids: string[] | null
  worker_id: string | null
}

export const getMe = query('getMe', async (_, { actor }, rows) => {
  const { orgId, kind, keyId, person, role, scopes = [], agreementIds } = actor
  const [row] = await rows(sql<Row>`
    select o.name, coalesce(k.label, c.label) as label, k.expires_on::text,
      coalesce(k.site_ids, c.site_ids) as site_ids, coalesce(k.worker_id, c.worker_id) as worker_id
    from host.organisations o
    left join host.keys k on k.key_id = ${keyId}
    left join host.clients c on c.client_id = ${keyId}
    where o.org_id = ${orgId}`)
  const { name, label, expires_on: expiresOn, site_ids: siteIds, worker_id: workerId } = row!
  const within = { ...(siteIds && { siteIds }), ...(workerId && { workerId }) }
  return {
    data: {
      organisation: { id: orgId, kind: kind as 'contractor' | 'funder' | 'operator', name },
      // Of a client of another issuer nothing is known but what it is called there.
      key: { id: keyId, label: label ?? keyId, ...(expiresOn && { expiresOn }) },
      ...(kind === 'contractor' && { role: role ?? 'contractor-admin' }),
      ...((siteIds ?? workerId) && { within }),
      ...(person && { person }),
      scopes: [...scopes],
      agreements: [...agreementIds],
    },
  }
})
