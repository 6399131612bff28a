import type { Follower } from '@wushe/feed'
import type { Vault } from '@wushe/vault'
import { events } from './contract.ts'

/** The events after which nobody may read a person's identity any more. */
export const erasing = events.filter((one) => (one.json as { 'x-erases'?: boolean })['x-erases']).map((one) => one.type)

/** The followers that make it so; where nothing can be found by blind indexes, only the first runs. */
export const forgetting = ['erasure', 'person-index']

/**
 * Destroys a person's key when the log says that the person is erased, and forgets what the person claimed. It follows
 * the log, so that a process that dies right after the append leaves nothing undone; doing it twice does no harm.
 */
export const erasureFollower = ({ vault }: { vault: Vault }): Follower => ({
  name: 'erasure',
  revision: 1,
  filter: { types: erasing },
  tables: [],
  onPoison: 'stop',
  apply: async (batch, client) => {
    for (const { stream, meta } of batch) {
      const person = stream.slice(stream.indexOf('-') + 1)
      const { tenant } = meta as { tenant: string }
      await vault.destroy(tenant, person)
      await client.query('delete from host.claims where tenant = $1 and owner = $2', [tenant, person])
      // The index follows the log by itself; it may be far behind, or being built anew beside the one that serves.
      await client.query('delete from host.person_index where tenant = $1 and person = $2', [tenant, person])
    }
  },
})
