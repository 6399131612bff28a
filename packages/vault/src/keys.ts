import type { KeyObject } from 'node:crypto'
import type { Pool } from 'pg'
import { coalesce } from './coalesce.ts'
import { keyCache } from './key-cache.ts'
import { draw } from './random.ts'
import type { Wrapping } from './wrapping.ts'

export type Key = { id: string; tenant: string; owner: string } & (
  | { state: 'live'; secret: KeyObject }
  | { state: 'restricted' }
  | { state: 'destroyed'; destroyedAt: string }
  | { state: 'damaged' }
)

/** The keys of all tenants: from memory, else from the database, many owners or ids in one query. */
export const openKeys = (pool: Pick<Pool, 'query'>, wrapping: Wrapping, options: { max: number; ttlMs: number }) => {
  const cache = keyCache(options)
  let evictions = 0

  const loading = async (load: () => Promise<KeyRow[]>) => {
    const before = evictions
    const readAt = performance.now()
    const keys = (await load()).map((row) => keyOf(row, wrapping))
    // A key that was read before somebody evicted it must not come back into memory.
    // A closed one is asked for each time: where it is opened again, no other process has to be told.
    if (before === evictions) for (const key of keys) if (key.state !== 'restricted') cache.put(key, readAt)
    return keys
  }

  const owners = coalesce<Owner, Key>(async (wanted) => {
    const keys = await loading(() => findOrMake(pool, wrapping, [...wanted.values()]))
    return new Map(keys.map((key) => [place(key.tenant, key.owner), key]))
  })

  const ids = coalesce<{ tenant: string; id: string }, Key>(async (wanted) => {
    const keys = await loading(() => find(pool, [...wanted.values()]))
    return new Map(keys.map((key) => [place(key.tenant, key.id), key]))
  })

  const evict = (tenant: string, owner: string) => {
    evictions++
    cache.evict(tenant, owner)
  }

  return {
    /** The key of each owner, made where there is none. */
    ofOwners: async (tenant: string, wanted: Iterable<string>): Promise<Map<string, Key>> => {
      const { found, missing } = split(wanted, (owner) => cache.ofOwner(tenant, owner))
      if (missing.length === 0) return found
      const loaded = await owners(missing.map((owner) => [place(tenant, owner), { tenant, owner }]))
      for (const owner of missing) found.set(owner, loaded.get(place(tenant, owner))!)
      return found
    },
    /** The keys of these ids; an id that the tenant does not have is left out. */
    ofIds: async (tenant: string, wanted: Iterable<string>): Promise<Map<string, Key>> => {
      const { found, missing } = split(wanted, (id) => cache.ofId(tenant, id))
      if (missing.length === 0) return found
      const loaded = await ids(missing.map((id) => [place(tenant, id), { tenant, id }]))
      for (const id of missing) {
        const key = loaded.get(place(tenant, id))
        if (key) found.set(id, key)
      }
      return found
    },
    /** Forgets the key bytes for good and answers when that was; an owner without a key gets none from then on. */
    destroy: async (tenant: string, owner: string): Promise<string> => {
      try {
        return await destroy(pool, wrapping, { tenant, owner })
      } finally {
        evict(tenant, owner)
      }
    },
    destroyedAt: async (tenant: string, owner: string): Promise<string | undefined> => {
      const { rows } = await pool.query<{ destroyed_at: Date | null }>(
        'select destroyed_at from vault.keys where tenant = $1 and owner = $2',
        [tenant, owner],
      )
      return rows[0]?.destroyed_at?.toISOString()
    },
    /** Closes a key, made where there is none, or opens it again; a destroyed one stays destroyed. */
    restrict: async (tenant: string, owner: string, closed: boolean): Promise<void> => {
      if (closed) await findOrMake(pool, wrapping, [{ tenant, owner }])
      try {
        await pool.query(
          `update vault.keys set restricted_at = case when $3 then coalesce(restricted_at, now()) end
           where tenant = $1 and owner = $2 and destroyed_at is null`,
          [tenant, owner, closed],
        )
      } finally {
        evict(tenant, owner)
      }
    },
    evict,
    clear: () => {
      evictions++
      cache.clear()
    },
  }
}

type Owner = { tenant: string; owner: string }

type KeyRow = {
  key_id: string
  tenant: string
  owner: string
  epoch: number
  wrapped: Buffer | null
  destroyed_at: Date | null
  restricted_at: Date | null
}

const split = (wanted: Iterable<string>, cached: (name: string) => Key | undefined) => {
  const found = new Map<string, Key>()
  const missing: string[] = []
  for (const name of new Set(wanted)) {
    const key = cached(name)
    if (key) found.set(name, key)
    else missing.push(name)
  }
  return { found, missing }
}

/**
 * Finds and makes in one statement. The order keeps two processes that make the same keys from waiting for each other;
 * whoever comes second inserts nothing and does not see the row that was first, and so asks once more.
 */
const findOrMake = async (pool: Pick<Pool, 'query'>, wrapping: Wrapping, owners: Owner[]): Promise<KeyRow[]> => {
  const made = owners.map(({ tenant, owner }) => {
    const id = newKeyId()
    return { tenant, owner, id, wrapped: wrapping.wrap({ tenant, kind: 'key', name: `${owner}\n${id}` }, draw(32)) }
  })
  const { rows } = await pool.query<KeyRow>({
    name: 'vault-find-or-make-keys',
    text: `with wanted as (
        select * from unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) as w (tenant, owner, key_id, wrapped)
      ), found as (
        select ${keyColumns} from vault.keys k join wanted w using (tenant, owner)
      ), made as (
        insert into vault.keys (tenant, owner, key_id, wrapped, epoch)
        select tenant, owner, key_id, wrapped, $5 from wanted w
        where not exists (select from found f where f.tenant = w.tenant and f.owner = w.owner)
        order by tenant, owner
        on conflict (tenant, owner) do nothing
        returning key_id, tenant, owner, epoch, wrapped, destroyed_at, restricted_at
      )
      select * from found union all select * from made`,
    values: [
      made.map(({ tenant }) => tenant),
      made.map(({ owner }) => owner),
      made.map(({ id }) => id),
      made.map(({ wrapped }) => wrapped),
      wrapping.epoch,
    ],
  })
  if (rows.length === owners.length) return rows
  const seen = new Set(rows.map(({ tenant, owner }) => place(tenant, owner)))
  const lost = owners.filter(({ tenant, owner }) => !seen.has(place(tenant, owner)))
  return [...rows, ...(await findOrMake(pool, wrapping, lost))]
}

const find = async (pool: Pick<Pool, 'query'>, ids: { tenant: string; id: string }[]): Promise<KeyRow[]> => {
  const { rows } = await pool.query<KeyRow>({
    name: 'vault-find-keys',
    text: `select ${keyColumns} from vault.keys k
      join unnest($1::text[], $2::text[]) as w (tenant, key_id) using (tenant, key_id)`,
    values: [ids.map(({ tenant }) => tenant), ids.map(({ id }) => id)],
  })
  return rows
}

const destroy = async (pool: Pick<Pool, 'query'>, { epoch }: Wrapping, { tenant, owner }: Owner): Promise<string> => {
  const now = await pool.query<{ destroyed_at: Date }>(
    `insert into vault.keys (key_id, tenant, owner, epoch, destroyed_at) values ($1, $2, $3, $4, now())
     on conflict (tenant, owner) do update set wrapped = null, destroyed_at = now() where keys.destroyed_at is null
     returning destroyed_at`,
    [newKeyId(), tenant, owner, epoch],
  )
  const before = now.rows[0]
    ? now
    : await pool.query<{ destroyed_at: Date }>('select destroyed_at from vault.keys where tenant = $1 and owner = $2', [
        tenant,
        owner,
      ])
  return before.rows[0]!.destroyed_at.toISOString()
}

const keyOf = ({ key_id: id, tenant, owner, ...row }: KeyRow, wrapping: Wrapping): Key => {
  const { epoch, wrapped, destroyed_at, restricted_at } = row
  if (!wrapped) return { id, tenant, owner, state: 'destroyed', destroyedAt: destroyed_at!.toISOString() }
  if (restricted_at) return { id, tenant, owner, state: 'restricted' }
  const secret = wrapping.unwrap({ tenant, kind: 'key', name: `${owner}\n${id}`, epoch }, wrapped)
  return secret ? { id, tenant, owner, state: 'live', secret } : { id, tenant, owner, state: 'damaged' }
}

const keyColumns = 'k.key_id, k.tenant, k.owner, k.epoch, k.wrapped, k.destroyed_at, k.restricted_at'

const newKeyId = () => `key_${draw(16).toString('hex')}`

const place = (tenant: string, name: string) => `${tenant}\n${name}`
