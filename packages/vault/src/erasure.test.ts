import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { canonical, commitment } from '@wushe/evidence'
import type pg from 'pg'
import { openVault, PersonErased, PersonRestricted, type Vault } from './index.ts'
import { boxesOf, event, master, pii, tenant, vaultDatabase, type VaultDatabase } from './vault-database.fixture.ts'

let on: VaultDatabase
let vault: Vault

beforeAll(async () => {
  on = await vaultDatabase()
  vault = await on.open(on.here)
})

afterAll(() => on.drop())

test('a destroyed key opens nothing, and no new one is made for that person', async () => {
  const { sealed } = await vault.seal(tenant, [pii('sub_gone')], event)
  const first = await vault.destroy(tenant, 'sub_gone')
  expect(await vault.destroy(tenant, 'sub_gone')).toEqual(first)
  expect(new Date(first.destroyedAt).toISOString()).toBe(first.destroyedAt)
  expect(await vault.open(tenant, 'pii.sub_gone', sealed['pii.sub_gone']!)).toEqual({ erased: true })
  for (const each of [vault, await on.open(on.there)]) {
    const sealing = each.seal(tenant, [pii('sub_gone')], event)
    await expect(sealing).rejects.toThrow(PersonErased)
    await expect(sealing).rejects.toMatchObject({ owner: 'sub_gone', destroyedAt: first.destroyedAt })
  }
  const { rows } = await on.owner.query("select wrapped, destroyed_at from vault.keys where owner = 'sub_gone'")
  expect(rows).toEqual([{ wrapped: null, destroyed_at: new Date(first.destroyedAt) }])
})

test('a copy that was handed out before the erasure still proves its commitment', async () => {
  const { sealed, commitments } = await vault.seal(tenant, [pii('sub_copy')], event)
  const copy = await vault.open(tenant, 'pii.sub_copy', sealed['pii.sub_copy']!)
  await vault.destroy(tenant, 'sub_copy')
  if (!('value' in copy)) throw new Error('It was erased too early.')
  expect(commitment('pii.sub_copy', copy.salt, canonical(copy.value))).toBe(commitments['pii.sub_copy'])
})

test('a closed key opens nothing and seals nothing, until it is opened again', async () => {
  const { sealed } = await vault.seal(tenant, [pii('sub_closed')], event)
  const read = (by: Vault) => by.open(tenant, 'pii.sub_closed', sealed['pii.sub_closed']!)
  await vault.restrict(tenant, 'sub_closed')
  await vault.restrict(tenant, 'sub_closed')
  const there = await on.open(on.there)
  for (const each of [vault, there]) {
    expect(await read(each)).toEqual({ restricted: true })
    await expect(each.seal(tenant, [pii('sub_closed')], event)).rejects.toThrow(PersonRestricted)
  }
  await vault.lift(tenant, 'sub_closed')
  for (const each of [vault, there]) expect(await read(each)).toHaveProperty('value')
})

test('who has no key yet can be restricted, and a restricted person erased for good', async () => {
  await vault.restrict(tenant, 'sub_early')
  await expect(vault.seal(tenant, [pii('sub_early')], event)).rejects.toThrow(PersonRestricted)
  await vault.destroy(tenant, 'sub_early')
  await vault.lift(tenant, 'sub_early')
  await expect(vault.seal(tenant, [pii('sub_early')], event)).rejects.toThrow(PersonErased)
})

test('a person who never had a key can be erased, and gets none afterwards', async () => {
  await vault.destroy(tenant, 'sub_never')
  await expect(vault.seal(tenant, [pii('sub_never')], event)).rejects.toThrow(PersonErased)
})

test("erasing one member leaves the others' sections of the same event readable", async () => {
  const { sealed } = await vault.seal(tenant, [pii('sub_a'), pii('sub_b')], event)
  await vault.destroy(tenant, 'sub_a')
  expect(await vault.openMany(tenant, boxesOf(sealed))).toMatchObject([{ erased: true }, { value: { name: '张小明' } }])
})

test("an erasure by one organisation leaves another organisation's key alone", async () => {
  const other = '53100000500021676K'
  await vault.seal(tenant, [pii('sub_both')], event)
  const { sealed } = await vault.seal(other, [pii('sub_both')], event)
  await vault.destroy(tenant, 'sub_both')
  expect(await vault.open(other, 'pii.sub_both', sealed['pii.sub_both']!)).toHaveProperty('value')
})

test('nobody undoes an erasure in the tables or removes its trace', async () => {
  await vault.destroy(tenant, 'sub_final')
  const undo = "update vault.keys set wrapped = '\\x00', destroyed_at = null where owner = 'sub_final'"
  await expect(on.owner.query(undo)).rejects.toThrow('stays destroyed')
  await expect(on.owner.query("delete from vault.keys where owner = 'sub_final'")).rejects.toThrow('stays destroyed')
  await expect(on.owner.query('truncate vault.keys')).rejects.toThrow('stays destroyed')
  await expect(on.here.query("delete from vault.keys where owner = 'sub_final'")).rejects.toThrow('permission denied')
})

test('another process refuses at once when told, and by itself when its time is over', async () => {
  const patient = await on.open(on.there)
  const hasty = await on.open(on.there, 400)
  const { sealed } = await patient.seal(tenant, [pii('sub_shared')], event)
  const read = (by: Vault) => by.open(tenant, 'pii.sub_shared', sealed['pii.sub_shared']!)
  await read(hasty)
  const until = performance.now() + 400
  await vault.destroy(tenant, 'sub_shared')
  expect(await read(patient)).toHaveProperty('value')
  patient.evict(tenant, 'sub_shared')
  expect(await read(patient)).toEqual({ erased: true })
  await expect(patient.seal(tenant, [pii('sub_shared')], event)).rejects.toThrow(PersonErased)

  // Being used again and again does not keep a key alive.
  while (performance.now() < until) await Promise.all([read(hasty), sleep(20)])
  expect(await read(hasty)).toEqual({ erased: true })
  await expect(hasty.seal(tenant, [pii('sub_shared')], event)).rejects.toThrow(PersonErased)
})

test('whatever was sealed while the key was being destroyed does not open afterwards', async () => {
  const sealers = await Promise.all([on.here, on.there].map((pool) => on.open(pool)))
  const seals = Array.from({ length: 200 }, async (_, at) => {
    await sleep(at / 10)
    return sealers[at % 2]!.seal(tenant, [pii('sub_during')], event)
  })
  await sleep(10)
  await vault.destroy(tenant, 'sub_during')
  const boxes = (await Promise.allSettled(seals)).flatMap((seal) =>
    seal.status === 'fulfilled' ? boxesOf(seal.value.sealed) : [],
  )
  const answers = await (await on.open(on.here)).openMany(tenant, boxes)
  expect(answers).toEqual(boxes.map(() => ({ erased: true })))
})

test('a key that was being read while it was destroyed does not come back into memory', async () => {
  const { sealed } = await vault.seal(tenant, [pii('sub_race')], event)
  let answer = () => {}
  const held = new Promise<void>((resolve) => (answer = resolve))
  let reached = () => {}
  const asking = new Promise<void>((resolve) => (reached = resolve))
  const slow = {
    query: async (...args: Parameters<pg.Pool['query']>) => {
      const result = await (on.there.query(...args) as unknown as Promise<unknown>)
      if ((args[0] as { name?: string }).name === 'vault-find-keys') await (reached(), held)
      return result
    },
  } as unknown as Pick<pg.Pool, 'query'>
  const racing = await openVault({ pool: slow, master })
  const reading = racing.open(tenant, 'pii.sub_race', sealed['pii.sub_race']!)
  await asking
  await racing.destroy(tenant, 'sub_race')
  answer()
  await reading
  expect(await racing.open(tenant, 'pii.sub_race', sealed['pii.sub_race']!)).toEqual({ erased: true })
  await expect(racing.seal(tenant, [pii('sub_race')], event)).rejects.toThrow(PersonErased)
})

test('a key never stays in memory longer than 15 minutes', async () => {
  const asked = openVault({ pool: on.there, master, cache: { ttlMs: 16 * 60_000 } })
  await expect(asked).rejects.toThrow('15 minutes')
})
