import { createHmac, type KeyObject } from 'node:crypto'
import type { Pool } from 'pg'
import { KeyDamaged } from './errors.ts'
import { draw } from './random.ts'
import type { Wrapping } from './wrapping.ts'

/** HMAC-SHA256 of a value under its organisation's own key: equal values of one set and one organisation are equal. */
export const openBlindIndex = (pool: Pick<Pool, 'query'>, wrapping: Wrapping) => {
  const keys = new Map<string, Promise<KeyObject>>()

  const keyOf = (tenant: string) => {
    const known = keys.get(tenant)
    if (known) return known
    const key = findOrMake(pool, wrapping, tenant)
    keys.set(tenant, key)
    key.catch(() => keys.delete(tenant))
    return key
  }

  return {
    of: async (tenant: string, set: string, value: string): Promise<string> =>
      createHmac('sha256', await keyOf(tenant))
        .update(`wushe/index/v1\n${set}\n${normal(value)}`)
        .digest('base64url'),
    clear: () => keys.clear(),
  }
}

/** What people type for the same number: full-width digits, a lower-case x, a space behind it. */
const normal = (value: string) => value.normalize('NFKC').trim().toUpperCase()

const findOrMake = async (pool: Pick<Pool, 'query'>, wrapping: Wrapping, tenant: string): Promise<KeyObject> => {
  const place = { tenant, kind: 'index', name: '' } as const
  const { rows } = await pool.query<{ epoch: number; wrapped: Buffer }>(
    'select epoch, wrapped from vault.index_keys where tenant = $1',
    [tenant],
  )
  if (!rows[0]) {
    await pool.query(
      'insert into vault.index_keys (tenant, epoch, wrapped) values ($1, $2, $3) on conflict do nothing',
      [tenant, wrapping.epoch, wrapping.wrap(place, draw(32))],
    )
    return findOrMake(pool, wrapping, tenant)
  }
  const key = wrapping.unwrap({ ...place, epoch: rows[0].epoch }, rows[0].wrapped)
  if (!key) throw new KeyDamaged(`The index key of ${tenant} does not unwrap.`)
  return key
}
