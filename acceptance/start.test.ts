import { spawnSync } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import {
  aFolder,
  cleanUp,
  databases,
  launch,
  postgresAlone,
  postmasterOf,
  query,
  readyIn,
  type Ready,
} from './launch.fixture.ts'

afterAll(cleanUp, 60_000)

const dir = aFolder()
let first: Ready
/** The one thing that was recorded. */
let recorded: string

const get = async ({ url }: Ready, path: string, key: string): Promise<any> =>
  (await fetch(url + path, { headers: { authorization: `Bearer ${key}` } })).json()

test('an empty start makes three keys and no facts, and says where they are to nobody but its owner', async () => {
  const product = launch(dir, '--empty')
  first = await product.ready()
  const isOfSandbox = expect.stringMatching(/^wsk_test_/)
  expect(first).toEqual({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    pid: product.pid,
    keys: { operator: expect.any(String), contractor: expect.any(String), funder: expect.any(String) },
    sandboxKeys: { operator: isOfSandbox, contractor: isOfSandbox, funder: isOfSandbox },
    demo: { agreementId: null },
  })
  expect(statSync(join(dir, 'ready.json')).mode & 0o777).toBe(0o600)
  for (const [kind, key] of [...Object.entries(first.keys), ...Object.entries(first.sandboxKeys)])
    expect((await get(first, '/v1/me', key)).data.organisation.kind).toBe(kind)
  for (const list of ['subjects', 'cases', 'activities', 'stations', 'volunteers', 'offers', 'agreements'])
    expect((await get(first, `/v1/${list}`, first.keys.contractor)).data).toEqual([])

  const made = await fetch(`${first.url}/v1/activities`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${first.keys.contractor}`,
      'content-type': 'application/json',
      'idempotency-key': 'the only activity',
    },
    body: JSON.stringify({ kind: 'lecture', title: '防溺水讲座', plannedOccurrences: 1, occurredOn: '2023-12-01' }),
  })
  recorded = ((await made.json()) as { data: { id: string } }).data.id

  product.signal('SIGINT', 'group') // As Ctrl-C does it.
  expect(await product.ended()).toEqual({ code: 0, signal: null })
  expect([readyIn(dir), postmasterOf(dir)]).toEqual([undefined, undefined])
}, 120_000)

test('a later start is ready within seconds, with the same keys and what was recorded', async () => {
  const began = performance.now()
  const product = launch(dir, '--empty')
  const ready = await product.ready()
  const seconds = (performance.now() - began) / 1000
  expect(ready.keys).toEqual(first.keys)
  expect((await get(ready, '/v1/activities', ready.keys.contractor)).data.map((one: any) => one.id)).toEqual([recorded])
  expect(seconds).toBeLessThan(20)

  const second = launch(dir, '--empty')
  expect((await second.ended()).code).toBe(1)
  expect(second.said()).toMatch(`is in use by process ${product.pid}`)
  expect(second.said()).toMatch(/Stop that one first .* or choose another folder/)
  expect(readyIn(dir)).toEqual(ready)
  expect((await get(ready, '/v1/me', ready.keys.funder)).data.organisation.kind).toBe('funder')

  product.signal('SIGTERM')
  expect((await product.ended()).code).toBe(0)
}, 120_000)

test('what a killed run left behind misleads nobody', async () => {
  const stale = { ...first, url: 'http://127.0.0.1:1' }
  writeFileSync(join(dir, 'ready.json'), JSON.stringify(stale), { mode: 0o644 })
  const product = launch(dir, '--empty')
  await product.says(/Preparing/)
  expect(readyIn(dir)).toBeUndefined()
  expect((await product.ready()).url).not.toBe(stale.url)
  expect(statSync(join(dir, 'ready.json')).mode & 0o777).toBe(0o600)
  product.signal('SIGTERM')
  await product.ended()
}, 120_000)

test('a port that is taken is named, with the way out, and nothing is left running', async () => {
  const other = createServer()
  await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening))
  const { port } = other.address() as AddressInfo
  const product = launch(dir, '--empty', '--port', String(port))
  const { code } = await product.ended()
  other.close()
  expect(code).toBe(1)
  expect(product.said()).toMatch(`Port ${port} is taken`)
  expect(product.said()).toMatch('scripts/start --port ')
  expect(product.said()).not.toMatch('    at ')
  expect([readyIn(dir), postmasterOf(dir)]).toEqual([undefined, undefined])
}, 120_000)

test('data of a newer version is left as it is, and the message says what to do', async () => {
  const older = launch(dir, '--empty')
  await older.ready()
  const [database] = databases.slice(1)
  const [{ version }] = await query(dir, database!, 'select schema_version as version from es.meta')
  await query(dir, database!, 'update es.meta set schema_version = $1', [version + 98])
  older.signal('SIGTERM')
  await older.ended()

  const product = launch(dir, '--empty')
  expect((await product.ended()).code).toBe(1)
  expect(product.said()).toMatch(`version ${version + 98}; this software knows up to ${version}`)
  expect(product.said()).toMatch(/Nothing was changed.*newer release.*another --data/s)
  expect(product.said()).not.toMatch('    at ')
  expect([readyIn(dir), postmasterOf(dir)]).toEqual([undefined, undefined])

  // The release that knows it finds everything: here, once the number is what it was.
  await postgresAlone(dir, (ask) => ask(database!, 'update es.meta set schema_version = $1', [version]))
  const again = launch(dir, '--empty')
  const ready = await again.ready()
  expect(ready.keys).toEqual(first.keys)
  expect((await get(ready, '/v1/activities', ready.keys.contractor)).data.map((one: any) => one.id)).toEqual([recorded])
  again.signal('SIGTERM')
  await again.ended()
}, 120_000)

test('an option that is not known, or a port that is none, shows the usage', () => {
  for (const [args, word] of [
    [['--emtpy'], '--emtpy'],
    [['--port', '70000'], '70000 is not a port'],
    [['--port', 'http'], 'http is not a port'],
    [['surplus'], 'surplus'],
  ] as const) {
    const { status, stderr, stdout } = spawnSync(process.execPath, ['scripts/start.ts', ...args], {
      cwd: join(import.meta.dirname, '..'),
      encoding: 'utf8',
    })
    expect([args, status, stdout]).toEqual([args, 2, ''])
    expect(stderr).toMatch(word)
    expect(stderr).toMatch('scripts/start [--data DIR] [--port N] [--empty')
  }
}, 60_000)
