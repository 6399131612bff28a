import { query, sql } from '@wushe/slice'

type Row = { name: string; label: string | null; expires_on: string | null }

export const getMe = query('getMe', async (_, { actor }, rows) => {
  const { orgId, kind, keyId, person, scopes = [], agreementIds } = actor
  const [row] = await rows(sql<Row>`
    select o.name, coalesce(k.label, c.label) as label, k.expires_on::text
    from host.organisations o
    left join host.keys k on k.key_id = ${keyId}
    left join host.clients c on c.client_id = ${keyId}
    where o.org_id = ${orgId}`)
  const { name, label, expires_on: expiresOn } = row!
  return {
    data: {
      organisation: { id: orgId, kind: kind as 'contractor' | 'funder' | 'operator', name },
      // Of a client of another issuer nothing is known but what it is called there.
      key: { id: keyId, label: label ?? keyId, ...(expiresOn && { expiresOn }) },
      ...(person && { person }),
      scopes: [...scopes],
      agreements: [...agreementIds],
    },
  }
})
