import type { Follower } from '@wushe/feed'
import type { Vault } from '@wushe/vault'
import { events } from './contract.ts'

const marked = (mark: 'x-erases' | 'x-restricts' | 'x-lifts') =>
  events.filter((one) => (one.json as Record<string, unknown>)[mark] === true).map((one) => one.type)

/** The events after which nobody may read a person's identity any more. */
export const erasing = marked('x-erases')

/** Those after which nobody may until it is said otherwise, and those that say so. */
export const restricting = marked('x-restricts')
export const lifting = marked('x-lifts')

/** What the answer to one of them waits for; where nothing can be found by blind indexes, only the first runs. */
export const forgetting = ['erasure', 'person-index']

/**
 * Destroys a person's key when the log says that the person is erased, and forgets what the person claimed; closes it
 * while the person is restricted. It follows the log, so that a process that dies right after the append leaves nothing
 * undone; doing it twice does no harm.
 */
export const erasureFollower = ({ vault }: { vault: Vault }): Follower => ({
  name: 'erasure',
  revision: 1,
  filter: { types: [...erasing, ...restricting, ...lifting] },
  tables: [],
  onPoison: 'stop',
  apply: async (batch, client) => {
    for (const { stream, type, meta } of batch) {
      const person = stream.slice(stream.indexOf('-') + 1)
      const { tenant } = meta as { tenant: string }
      if (lifting.includes(type)) {
        await vault.lift(tenant, person)
        continue
      }
      if (restricting.includes(type)) await vault.restrict(tenant, person)
      else {
        await vault.destroy(tenant, person)
        await client.query('delete from host.claims where tenant = $1 and owner = $2', [tenant, person])
      }
      // The index follows the log by itself; it may be far behind, or being built anew beside the one that serves.
      await client.query('delete from host.person_index where tenant = $1 and person = $2', [tenant, person])
    }
  },
})
