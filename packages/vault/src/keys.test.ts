import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { KeyDamaged, openVault, WrongMasterKey, type Vault } from './index.ts'
import {
  boxesOf,
  event,
  master,
  pii,
  piiOf,
  tenant,
  vaultDatabase,
  type VaultDatabase,
} from './vault-database.fixture.ts'

let on: VaultDatabase
let vault: Vault

beforeAll(async () => {
  on = await vaultDatabase()
  vault = await on.open(on.here)
})

afterAll(() => on.drop())

test('two processes that make the keys of the same people at once end with one key each', async () => {
  const vaults = await Promise.all([on.here, on.there, on.here, on.there].map((pool) => on.open(pool)))
  const people = Array.from({ length: 2000 }, (_, at) => `sub_twice_${at}`)
  const sealedBy = await Promise.all(
    vaults.map((each, at) => each.seal(tenant, piiOf(at % 2 ? people : people.toReversed()), event)),
  )
  for (const person of people) {
    expect(new Set(sealedBy.map(({ sealed }) => sealed[`pii.${person}`]!.key)).size).toBe(1)
  }
  for (const { sealed } of sealedBy) {
    for (const answer of await vaults[0]!.openMany(tenant, boxesOf(sealed))) expect(answer).toHaveProperty('value')
  }
})

test('calls made together share their queries', async () => {
  const fresh = await on.open(on.there)
  on.there.asked.length = 0
  await Promise.all(Array.from({ length: 100 }, (_, at) => fresh.seal(tenant, [pii(`sub_together_${at}`)], event)))
  expect(on.there.asked).toEqual(['vault-find-or-make-keys'])
})

test('memory holds no more keys than it was given, and keeps those in use', async () => {
  const small = await openVault({ pool: on.there, master, cache: { max: 10 } })
  const people = Array.from({ length: 30 }, (_, at) => `sub_few_${at}`)
  on.there.asked.length = 0
  for (const person of people) {
    await small.seal(tenant, [pii(person)], event)
    await small.seal(tenant, [pii('sub_busy')], event)
  }
  expect(on.there.asked).toHaveLength(people.length + 1)
  on.there.asked.length = 0
  for (const person of people.slice(0, 20)) await small.seal(tenant, [pii(person)], event)
  expect(on.there.asked).toHaveLength(20)
})

test('a process killed while it makes keys leaves keys that work', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', makesKeysForEver, on.url, master.toString('hex')])
  const complaints: string[] = []
  child.stderr.on('data', (text) => complaints.push(String(text)))
  const [first] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => [complaints.join('')]),
  ])
  expect(String(first)).toContain('sealing')
  await sleep(100)
  child.kill('SIGKILL')
  await once(child, 'exit')

  const { rows } = await on.owner.query<{ owner: string }>(
    "select owner from vault.keys where owner like 'sub_killed_%'",
  )
  expect(rows.length).toBeGreaterThan(0)
  const { sealed } = await vault.seal(tenant, piiOf(rows.map(({ owner }) => owner)), event)
  for (const answer of await vault.openMany(tenant, boxesOf(sealed))) expect(answer).toHaveProperty('value')
})

test('another master key is refused before anything is read', async () => {
  await expect(openVault({ pool: on.there, master: randomBytes(32) })).rejects.toThrow(WrongMasterKey)
  await expect(openVault({ pool: on.there, master: randomBytes(16) })).rejects.toThrow('32 bytes')
})

test('a wrapped key that was altered, or copied into the row of another person, is not used', async () => {
  const { sealed } = await vault.seal(tenant, [pii('sub_row_1'), pii('sub_row_2')], event)
  await on.owner.query(`update vault.keys set wrapped = (select wrapped from vault.keys where owner = 'sub_row_1')
    where owner = 'sub_row_2'`)
  const fresh = await on.open(on.there)
  await expect(fresh.seal(tenant, [pii('sub_row_2')], event)).rejects.toThrow(KeyDamaged)
  await expect(fresh.open(tenant, 'pii.sub_row_2', sealed['pii.sub_row_2']!)).rejects.toThrow(KeyDamaged)
  expect(await fresh.open(tenant, 'pii.sub_row_1', sealed['pii.sub_row_1']!)).toHaveProperty('value')
})

test('two processes that make the index key of an organisation at once end with one', async () => {
  const vaults = await Promise.all([on.here, on.there, on.here, on.there].map((pool) => on.open(pool)))
  const indexes = await Promise.all(vaults.map((each) => each.blindIndex('org_new', 'citizen-id', '1')))
  expect(new Set(indexes).size).toBe(1)
})

const makesKeysForEver = `
  import pg from 'pg'
  import { openVault } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
  const [url, master] = process.argv.slice(1)
  const vault = await openVault({ pool: new pg.Pool({ connectionString: url }), master: Buffer.from(master, 'hex') })
  console.log('sealing')
  for (let at = 0; ; at++) {
    await vault.seal('${tenant}', [{ name: 'note', owner: 'sub_killed_' + at, value: at }], '${event}')
  }
`
