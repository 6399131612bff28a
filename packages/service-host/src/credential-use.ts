import { LRUCache } from 'lru-cache'
import type { Pool } from 'pg'

export type CredentialUse = {
  /** Writes down, at most once a minute and without making anybody wait, that a key or a client was used. */
  note(credential: string, now: Date): void
  /** RFC 3339, UTC; undefined if never. */
  last(credential: string): Promise<string | undefined>
}

/**
 * When a key or client was last used, wherever. It is no event: it says nothing about anybody served, and would be the
 * most frequent one. It stands in the vault's database because that is the one which all services share.
 */
export const credentialUse = (pool: Pick<Pool, 'query'>): CredentialUse => {
  const noted = new LRUCache<string, number>({ max: 50_000 })
  return {
    note: (credential, now) => {
      const at = now.getTime()
      if (at - (noted.get(credential) ?? -Infinity) < 60_000) return
      noted.set(credential, at)
      pool
        .query(
          `insert into vault.credential_use as known (credential, last_used_at) values ($1, $2)
           on conflict (credential) do update set last_used_at = greatest(known.last_used_at, excluded.last_used_at)`,
          [credential, now],
        )
        .catch(() => noted.delete(credential)) // Whoever asks next is noted again.
    },
    last: async (credential) => {
      const { rows } = await pool.query<{ at: Date }>(
        'select last_used_at as at from vault.credential_use where credential = $1',
        [credential],
      )
      return rows[0]?.at.toISOString()
    },
  }
}
