import { act, caughtUp, type Host } from '@wushe/service-host'
import { makeApiKey, sql } from '@wushe/slice'

export type Role = 'operator' | 'contractor' | 'funder'

const first = {
  operator: { kind: 'operator', name: '平台运营方' },
  contractor: { kind: 'contractor', name: '坤元社会工作服务中心' },
  funder: { kind: 'funder', name: '阿拉尔市民政局', funderKind: 'state-organ' },
} as const

export type Made<Some extends Role> = Record<Some, { organisation: string; key: string }>

/**
 * The first organisations and their keys, made from these chances (64 hex digits each) in a host that has access; on a
 * later start the same commands find that they are done. Resolves when every service of the host knows the keys.
 */
export async function firstOrganisations<Some extends Role>(
  host: Host,
  chances: Record<Some, string>,
): Promise<Made<Some>> {
  const entries = await Promise.all(
    (Object.entries(chances) as [Some, string][]).map(async ([role, chance]) => {
      const body = first[role]
      const organisation = await act(host, 'registerOrganisation', { body }, { key: `first-organisation-${role}` })
      const key = await firstKey(host, organisation, { role, chance })
      return [role, { organisation, key: makeApiKey(key, chance).text }] as const
    }),
  )
  await caughtUp(host)
  return Object.fromEntries(entries) as Made<Some>
}

/** The first key, or, when that is about to expire, the one after it: without a key nobody could issue another. */
async function firstKey(host: Host, organisationId: string, { role, chance }: { role: Role; chance: string }) {
  const { rows } = host.services.find(({ name }) => name === 'access')!
  for (let year = 1; ; year++) {
    const key = await act(
      host,
      'issueApiKey',
      { path: { organisationId }, body: { label: 'first key' } },
      { key: `first-key-${role}${year > 1 ? ` ${year}` : ''}`, chance },
    )
    const ending = await rows(sql`select from host.keys where key_id = ${key} and expires_on < current_date + 30`)
    if (ending.length === 0) return key
  }
}

/** The same, keys and organisations by role. */
export const byRole = (made: Made<Role>) => ({
  keys: { operator: made.operator.key, contractor: made.contractor.key, funder: made.funder.key },
  organisations: {
    operator: made.operator.organisation,
    contractor: made.contractor.organisation,
    funder: made.funder.organisation,
  },
})
