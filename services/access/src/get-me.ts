import { query, sql } from '@wushe/slice'

type Row = { name: string; label: string; expires_on: string | null }

export const getMe = query('getMe', async (_, { actor }, rows) => {
  const [row] = await rows(sql<Row>`
    select o.name, k.label, k.expires_on::text
    from host.keys k join host.organisations o using (org_id) where k.key_id = ${actor.keyId}`)
  const { name, label, expires_on: expiresOn } = row!
  return {
    data: {
      organisation: { id: actor.orgId, kind: actor.kind as 'contractor' | 'funder' | 'operator', name },
      key: { id: actor.keyId, label, ...(expiresOn && { expiresOn }) },
      agreements: [...actor.agreementIds],
    },
  }
})
