import type { Key } from './keys.ts'

/**
 * Keys in memory, at most `max` of them, none longer than its time however often it is used. What was not used lately
 * goes first: keys lie in two halves, use moves a key into the young one, and when that is full the old one is dropped.
 * (Moving a key to the end of a Map at each use costs more than sealing: the Map is rebuilt again and again.)
 */
export const keyCache = ({ max, ttlMs }: { max: number; ttlMs: number }) => {
  let young = emptyHalf()
  let old = emptyHalf()

  const keep = (cached: Cached) => {
    young.byOwner.set(place(cached.key.tenant, cached.key.owner), cached)
    young.byId.set(place(cached.key.tenant, cached.key.id), cached)
    if (young.byOwner.size < max / 2) return
    old = young
    young = emptyHalf()
  }

  const drop = ({ key }: Cached) => {
    for (const half of [young, old]) {
      half.byOwner.delete(place(key.tenant, key.owner))
      half.byId.delete(place(key.tenant, key.id))
    }
  }

  const use = (by: keyof Half, at: string): Key | undefined => {
    const cached = young[by].get(at) ?? old[by].get(at)
    if (!cached) return undefined
    if (performance.now() >= cached.until) return void drop(cached)
    if (!young[by].has(at)) keep(cached)
    return cached.key
  }

  return {
    ofOwner: (tenant: string, owner: string) => use('byOwner', place(tenant, owner)),
    ofId: (tenant: string, id: string) => use('byId', place(tenant, id)),
    /** `readAt` is when the question to the database began, on the clock of performance.now(). */
    put: (key: Key, readAt: number) => keep({ key, until: readAt + ttlMs }),
    evict: (tenant: string, owner: string) => {
      const at = place(tenant, owner)
      for (const half of [young, old]) {
        const cached = half.byOwner.get(at)
        if (cached) drop(cached)
      }
    },
    clear: () => {
      young = emptyHalf()
      old = emptyHalf()
    },
  }
}

type Cached = { key: Key; until: number }

type Half = { byOwner: Map<string, Cached>; byId: Map<string, Cached> }

const emptyHalf = (): Half => ({ byOwner: new Map(), byId: new Map() })

const place = (tenant: string, name: string) => `${tenant}\n${name}`
