import { canonical, commitment } from '@wushe/evidence'
import type { Pool } from 'pg'
import { openBlindIndex } from './blind-index.ts'
import { openBox, sealBox, type Box } from './box.ts'
import { BoxAltered, KeyDamaged, KeyUnknown, PersonErased, PersonRestricted, VaultClosed } from './errors.ts'
import { openKeys, type Key } from './keys.ts'
import { newSalt } from './random.ts'
import { openWrapping } from './wrapping.ts'

/** A part of an event that only the holder of its owner's key can read. `name` is `note`, `pii.<subject>`, … */
export type Section = { name: string; owner: string; value: unknown }

/** By section name: what is stored in the event, and what its evidence entry commits to. */
export type Sealed = { sealed: Record<string, Box>; commitments: Record<string, string> }

export type Opened = { value: unknown; salt: Buffer } | { erased: true } | { restricted: true }

export type Vault = {
  /**
   * Encrypts each section under its owner's key, making keys that do not exist. Throws PersonErased when one of the
   * owners was erased, PersonRestricted when the key of one is closed, NotCanonical when a value has no canonical form.
   */
  seal(tenant: string, sections: readonly Section[], eventId: string): Promise<Sealed>
  /**
   * The value and salt in a box of the section `name`, or that its owner was erased or is restricted. Whoever read the box out of an
   * event gives that event's id as `event`: the box of another one is then refused. Throws BoxAltered, KeyUnknown.
   */
  open(tenant: string, name: string, box: Box, event?: string): Promise<Opened>
  /** As `open`, in the same order, with one query for all keys that are not in memory. */
  openMany(tenant: string, boxes: readonly { name: string; box: Box; event?: string }[]): Promise<Opened[]>
  /** Finds equal values without storing them: NFKC, trimmed, upper-cased, HMAC under the organisation's key, base64url. */
  blindIndex(tenant: string, set: string, value: string): Promise<string>
  /**
   * Destroys a person's key. Repeating answers the first time's moment (RFC 3339, UTC). Other processes refuse as soon
   * as they are told to `evict`, and without that when the key's time in their memory is over.
   */
  destroy(tenant: string, person: string): Promise<{ destroyedAt: string }>
  /** When a person's key was destroyed; undefined while it was not. */
  destroyedAt(tenant: string, person: string): Promise<string | undefined>
  /** Closes a person's key: nothing opens and nothing is sealed until it is lifted. Other processes as with `destroy`. */
  restrict(tenant: string, person: string): Promise<void>
  lift(tenant: string, person: string): Promise<void>
  /** Forgets a person's key in this process's memory, because another process destroyed it. */
  evict(tenant: string, person: string): void
  /** Forgets all keys. The pool stays open; it is its owner's. */
  close(): void
}

/**
 * Opens a vault on a database that has the vault's schema. `master` is 32 secret bytes; every process of a deployment
 * has the same. Keys stay in memory for at most `ttlMs` (5 minutes unless said; never more than 15). Throws
 * WrongMasterKey.
 */
export const openVault = async (options: {
  pool: Pick<Pool, 'query'>
  master: Buffer
  cache?: { max?: number; ttlMs?: number }
}): Promise<Vault> => {
  const { pool, master, cache: { max = 10_000, ttlMs = 5 * 60_000 } = {} } = options
  if (ttlMs > 15 * 60_000) throw new RangeError('A key stays in memory for at most 15 minutes.')
  const wrapping = await openWrapping(pool, master)
  const keys = openKeys(pool, wrapping, { max, ttlMs })
  const index = openBlindIndex(pool, wrapping)
  let closed = false

  const demand = (...names: string[]) => {
    if (closed) throw new VaultClosed()
    // Not quoted: whoever mistakes an id for something else may have given us the name of a person.
    if (!names.every((name) => isName.test(name))) throw new TypeError(`A name must match ${isName.source}.`)
  }

  const openMany: Vault['openMany'] = async (tenant, boxes) => {
    demand(tenant, ...boxes.map(({ name }) => name))
    for (const { name, box, event = box.event } of boxes) {
      if (event !== box.event) throw new BoxAltered(`The section ${name} of event ${event} was sealed for another one.`)
    }
    const found = await keys.ofIds(
      tenant,
      boxes.map(({ box }) => box.key).filter((id) => isName.test(id)),
    )
    return boxes.map(({ name, box }) => {
      const key = found.get(box.key)
      if (!key) throw new KeyUnknown(`${tenant} has no key ${box.key}.`)
      if (key.state === 'destroyed') return { erased: true }
      return key.state === 'restricted' ? { restricted: true } : openBox(secretOf(key), name, box)
    })
  }

  return {
    seal: async (tenant, sections, eventId) => {
      demand(tenant, eventId, ...sections.flatMap(({ name, owner }) => [name, owner]))
      if (new Set(sections.map(({ name }) => name)).size < sections.length) {
        throw new TypeError('Two sections have the same name.')
      }
      const written = sections.map(({ name, owner, value }) => ({ name, owner, bytes: Buffer.from(canonical(value)) }))
      const found = await keys.ofOwners(
        tenant,
        sections.map(({ owner }) => owner),
      )
      const result: Sealed = { sealed: {}, commitments: {} }
      for (const { name, owner, bytes } of written) {
        const key = found.get(owner)!
        const salt = newSalt()
        result.sealed[name] = sealBox({ id: key.id, secret: secretOf(key) }, name, eventId, salt, bytes)
        result.commitments[name] = commitment(name, salt, bytes)
      }
      return result
    },
    open: async (tenant, name, box, event) =>
      (await openMany(tenant, [{ name, box, ...(event !== undefined && { event }) }]))[0]!,
    openMany,
    blindIndex: async (tenant, set, value) => {
      demand(tenant, set)
      return index.of(tenant, set, value)
    },
    destroy: async (tenant, person) => {
      demand(tenant, person)
      return { destroyedAt: await keys.destroy(tenant, person) }
    },
    destroyedAt: async (tenant, person) => {
      demand(tenant, person)
      return keys.destroyedAt(tenant, person)
    },
    restrict: async (tenant, person) => {
      demand(tenant, person)
      await keys.restrict(tenant, person, true)
    },
    lift: async (tenant, person) => {
      demand(tenant, person)
      await keys.restrict(tenant, person, false)
    },
    evict: keys.evict,
    close: () => {
      closed = true
      keys.clear()
      index.clear()
    },
  }
}

/** Tenants, owners, events and sections go into authenticated text line by line, so none may hold a line break. */
const isName = /^[a-zA-Z0-9][a-zA-Z0-9._:/-]{0,199}$/

const secretOf = (key: Key) => {
  if (key.state === 'live') return key.secret
  if (key.state === 'destroyed') throw new PersonErased(key.owner, key.destroyedAt)
  if (key.state === 'restricted') throw new PersonRestricted(key.owner)
  throw new KeyDamaged(`The key ${key.id} does not unwrap.`)
}
