import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from '@jest/globals'
import { childrenOf, gone, isAlive, query, runCluster, temporaryFolder } from '../test/processes.ts'
import { startCluster } from './index.ts'

const temporary = temporaryFolder()
afterAll(temporary.remove)

const acknowledged = async (run: ReturnType<typeof runCluster>, enough: number) => {
  const ids: number[] = []
  while (ids.length < enough) ids.push(await run.said())
  return ids
}

const restOf = async (run: ReturnType<typeof runCluster>) => {
  const rest: number[] = []
  for (let value = await run.said(); value !== undefined; value = await run.said()) rest.push(value)
  return rest
}

test.each([
  ['the program', (program: number) => [program]],
  ['PostgreSQL and the program', (program: number, postgres: number) => [postgres, program]],
])('after kill -9 of %s while it writes, every acknowledged row is there', async (_, killed) => {
  const dir = join(temporary.path, 'written')
  const run = runCluster(dir, 'write')
  const { postgres } = await run.said()
  const ids = await acknowledged(run, 500)
  for (const pid of killed(run.pid, postgres)) process.kill(pid, 'SIGKILL')
  ids.push(...(await restOf(run)))

  const cluster = await startCluster({ dir, password: 'secret' })
  const rows = await query(cluster.url(), 'select id::int from facts')
  await cluster.stop()
  const found = new Set(rows.map(({ id }) => id))
  expect(ids.filter((id) => !found.has(id))).toEqual([])
})

test("a pid file that names somebody else's living process does not stand in the way", async () => {
  const dir = join(temporary.path, 'written')
  const run = runCluster(dir, 'hold')
  const { postgres } = await run.said()
  for (const pid of [postgres, run.pid]) process.kill(pid, 'SIGKILL')
  await run.ended
  const pidFile = join(dir, 'data/postmaster.pid')
  writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace(/^\d+/, '1'))

  const cluster = await startCluster({ dir, password: 'secret' })
  await cluster.stop()
})

test('PostgreSQL ends when its program is killed', async () => {
  const run = runCluster(join(temporary.path, 'killed'), 'hold')
  const { postgres } = await run.said()
  process.kill(run.pid, 'SIGKILL')
  await gone(postgres)
})

test('PostgreSQL ends with a program that forgets to stop it, and does not keep the program alive', async () => {
  const run = runCluster(join(temporary.path, 'forgotten'), 'forget')
  const { postgres } = await run.said()
  await run.ended
  await gone(postgres)
})

test('a PostgreSQL that a killed run did leave behind is stopped by the next start', async () => {
  const dir = join(temporary.path, 'orphan')
  const run = runCluster(dir, 'hold')
  const { postgres } = await run.said()
  for (const guard of childrenOf(run.pid).filter((pid) => pid !== postgres)) process.kill(guard, 'SIGKILL')
  process.kill(run.pid, 'SIGKILL')
  await gone(run.pid)
  expect(isAlive(postgres)).toBe(true)

  const said: string[] = []
  const cluster = await startCluster({ dir, password: 'secret', log: (line) => said.push(line) })
  expect(said).toEqual([`Stopping PostgreSQL (process ${postgres}) that a killed run left behind`])
  expect(isAlive(postgres)).toBe(false)
  await cluster.stop()
})

test('Ctrl-C leaves PostgreSQL to the program, which finishes its work and stops it', async () => {
  const run = runCluster(join(temporary.path, 'ctrl-c'), 'hold')
  const { postgres } = await run.said()
  process.kill(-run.pid, 'SIGINT')
  expect(await run.said()).toEqual({ answer: 42 })
  expect(isAlive(postgres)).toBe(false)
  expect(await run.ended).toEqual([0, null])
})

test('a first start that is killed leaves nothing half made', async () => {
  const dir = join(temporary.path, 'first')
  const run = runCluster(dir, 'hold')
  while (!existsSync(dir) || !readdirSync(dir).some((name) => name.startsWith('data.new-'))) await sleep(5)
  process.kill(run.pid, 'SIGKILL')
  await run.ended
  expect(readdirSync(dir)).not.toContain('data')

  const cluster = await startCluster({ dir, password: 'secret' })
  expect(await query(cluster.url(), 'select 1 as one')).toEqual([{ one: 1 }])
  await cluster.stop()
  expect(readdirSync(dir).sort()).toEqual(['data', 'launcher.lock', 'postgres.log'])
})

test('of several starts at once on one folder one wins, and the others are told who did', async () => {
  const dir = join(temporary.path, 'at once')
  const runs = [1, 2, 3, 4].map(() => runCluster(dir, 'hold'))
  const said = await Promise.all(runs.map((run) => run.said()))
  const winner = runs[said.findIndex(({ postgres }) => postgres)]!
  const refused = said.filter(({ error }) => error === 'FolderInUse')
  expect(refused).toHaveLength(3)
  for (const { message } of refused) expect(message).toContain(`process ${winner.pid}`)
  process.kill(winner.pid, 'SIGINT')
  await winner.ended
})
