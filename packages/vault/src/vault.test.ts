import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { canonical, commitment, NotCanonical } from '@wushe/evidence'
import { BoxAltered, KeyUnknown, VaultClosed, type Vault } from './index.ts'
import { boxesOf, event, master, pii, tenant, vaultDatabase, type VaultDatabase } from './vault-database.fixture.ts'

let on: VaultDatabase
let vault: Vault

beforeAll(async () => {
  on = await vaultDatabase()
  vault = await on.open(on.here)
})

afterAll(() => on.drop())

test('what was sealed opens to the same value, and its salt gives the commitment', async () => {
  const note = { name: 'note', owner: 'agr_1', value: { text: '家访一小时', minutes: 60 } }
  const { sealed, commitments } = await vault.seal(tenant, [pii('sub_1'), note], event)
  expect(sealed['pii.sub_1']).toMatchObject({ alg: 'A256GCM', event })
  expect(sealed['pii.sub_1']!.key).not.toBe(sealed.note!.key)
  for (const { name, value } of [pii('sub_1'), note]) {
    const answer = await vault.open(tenant, name, sealed[name]!, event)
    if (!('value' in answer)) throw new Error('Nothing was erased.')
    expect(answer.value).toEqual(value)
    expect(commitment(name, answer.salt, canonical(answer.value))).toBe(commitments[name])
  }
})

test('the same value sealed twice shows neither in box nor in commitment that it is the same', async () => {
  const first = await vault.seal(tenant, [pii('sub_1')], event)
  const second = await vault.seal(tenant, [pii('sub_1')], event)
  expect(first.sealed['pii.sub_1']!.box).not.toBe(second.sealed['pii.sub_1']!.box)
  expect(first.commitments).not.toEqual(second.commitments)
})

test('many boxes open in the order they were asked for, with one query for their keys', async () => {
  const people = Array.from({ length: 50 }, (_, at) => `sub_many_${at}`)
  const sections = people.map((owner) => pii(owner, { owner }))
  const boxes = boxesOf((await vault.seal(tenant, sections, event)).sealed)
  const fresh = await on.open(on.there)
  on.there.asked.length = 0
  const answers = await fresh.openMany(tenant, boxes)
  expect(answers.map((answer) => 'value' in answer && answer.value)).toEqual(people.map((owner) => ({ owner })))
  expect(on.there.asked).toEqual(['vault-find-keys'])
  await fresh.openMany(tenant, boxes)
  expect(on.there.asked).toHaveLength(1)
})

test('a box moved to another event or section, or with one bit changed, does not open', async () => {
  const { sealed } = await vault.seal(tenant, [pii('sub_1')], event)
  const box = sealed['pii.sub_1']!
  const elsewhere = '0195a3c1-6b00-7000-8000-000000000002'
  await expect(vault.open(tenant, 'pii.sub_1', { ...box, event: elsewhere })).rejects.toThrow(BoxAltered)
  await expect(vault.open(tenant, 'pii.sub_1', box, elsewhere)).rejects.toThrow(BoxAltered)
  await expect(vault.open(tenant, 'note', box)).rejects.toThrow(BoxAltered)
  await expect(vault.open(tenant, 'pii.sub_1', { ...box, alg: 'none' as 'A256GCM' })).rejects.toThrow(BoxAltered)
  await expect(vault.open(tenant, 'pii.sub_1', { ...box, box: box.box.slice(0, 20) })).rejects.toThrow(BoxAltered)
  const bytes = Buffer.from(box.box, 'base64url')
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed[at]! ^= 1
    const opening = vault.open(tenant, 'pii.sub_1', { ...box, box: changed.toString('base64url') })
    await expect(opening).rejects.toThrow(BoxAltered)
  }
})

test("a box opens neither under another person's key nor for another organisation", async () => {
  const { sealed } = await vault.seal(tenant, [pii('sub_1'), pii('sub_2')], event)
  const moved = { ...sealed['pii.sub_1']!, key: sealed['pii.sub_2']!.key }
  await expect(vault.open(tenant, 'pii.sub_1', moved)).rejects.toThrow(BoxAltered)
  await expect(vault.open('53100000500021676K', 'pii.sub_1', sealed['pii.sub_1']!)).rejects.toThrow(KeyUnknown)
})

test('a blind index finds what people mean by the same number, and tells organisations and sets apart', async () => {
  const index = await vault.blindIndex(tenant, 'citizen-id', '11010519491231002X')
  expect(index).toMatch(/^[\w-]{43}$/)
  for (const typed of ['11010519491231002x', ' 11010519491231002X\n', '１１０１０５１９４９１２３１００２Ｘ']) {
    expect(await vault.blindIndex(tenant, 'citizen-id', typed)).toBe(index)
  }
  expect(await vault.blindIndex(tenant, 'citizen-id', '110105194912310021')).not.toBe(index)
  expect(await vault.blindIndex(tenant, 'telephone', '11010519491231002X')).not.toBe(index)
  expect(await vault.blindIndex('53100000500021676K', 'citizen-id', '11010519491231002X')).not.toBe(index)
  const others = await Promise.all([on.here, on.there].map((pool) => on.open(pool)))
  for (const other of others) expect(await other.blindIndex(tenant, 'citizen-id', '11010519491231002X')).toBe(index)
})

test('nothing that was sealed or indexed lies in the vault in clear', async () => {
  const canary = '金丝雀-canary-7f3a9c'
  await vault.seal(tenant, [pii('sub_canary', { note: canary })], event)
  await vault.blindIndex(tenant, 'name', canary)
  const { rows: tables } = await on.owner.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  )
  expect(tables.map(({ name }) => name).sort()).toEqual([
    ...['vault.credential_use', 'vault.index_keys', 'vault.kek_epochs', 'vault.keys'],
  ])
  for (const { name } of tables) {
    const { rows } = await on.owner.query<{ text: string }>(`select t::text as text from ${name} t`)
    const dump = rows.map(({ text }) => text).join('\n')
    // When credentials were used is written by others than the vault.
    if (name !== 'vault.credential_use') expect(dump).not.toBe('')
    for (const form of ['utf8', 'hex', 'base64'] as const) {
      expect(dump).not.toContain(Buffer.from(canary).toString(form))
      expect(dump).not.toContain(master.toString(form))
    }
  }
})

test('a value without canonical form and a name with a line break are refused before any key is made', async () => {
  on.here.asked.length = 0
  await expect(vault.seal(tenant, [pii('sub_new', { name: null })], event)).rejects.toThrow(NotCanonical)
  await expect(vault.seal(tenant, [{ ...pii('sub_new'), name: 'a\nb' }], event)).rejects.toThrow('A name must match')
  await expect(vault.seal(tenant, [pii('sub_new'), pii('sub_new')], event)).rejects.toThrow('the same name')
  expect(await vault.seal(tenant, [], event)).toEqual({ sealed: {}, commitments: {} })
  expect(on.here.asked).toEqual([])
})

test('a closed vault does nothing more', async () => {
  const closing = await on.open(on.there)
  const { sealed } = await closing.seal(tenant, [pii('sub_1')], event)
  closing.close()
  await expect(closing.seal(tenant, [pii('sub_1')], event)).rejects.toThrow(VaultClosed)
  await expect(closing.open(tenant, 'pii.sub_1', sealed['pii.sub_1']!)).rejects.toThrow(VaultClosed)
  await expect(closing.destroy(tenant, 'sub_1')).rejects.toThrow(VaultClosed)
})
