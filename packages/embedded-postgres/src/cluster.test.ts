import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { query, temporaryFolder } from '../test/processes.ts'
import { openFolder } from './folder.ts'
import { FolderInUse, OtherPostgresVersion, PostgresFailed, startCluster, type Cluster } from './index.ts'
import { freePort, startPostmaster } from './postmaster.ts'
import { findPrograms } from './programs.ts'

const temporary = temporaryFolder()
const dir = join(temporary.path, '五社 的 data')
let cluster: Cluster

beforeAll(async () => {
  cluster = await startCluster({ dir, password: 'p @:/%秘密' })
})
afterAll(async () => {
  await cluster.stop()
  temporary.remove()
})

test('a cluster keeps its data from one start to the next', async () => {
  await query(cluster.url(), `create table kept as select '五社' as name`)
  await cluster.stop()
  expect(await cluster.exited).toEqual({ code: 0, signal: null })
  cluster = await startCluster({ dir, password: 'p @:/%秘密' })
  expect(await query(cluster.url(), 'select name from kept')).toEqual([{ name: '五社' }])
})

test('the address names any database and any user', async () => {
  await query(cluster.url(), `create role reader login password 'a/b'`)
  await query(cluster.url(), 'create database "case"')
  const rows = await query(
    cluster.url('case', { user: 'reader', password: 'a/b' }),
    'select current_user, current_database()',
  )
  expect(rows).toEqual([{ current_user: 'reader', current_database: 'case' }])
})

test('nobody comes in without the password', async () => {
  await expect(query(cluster.url('postgres', { user: 'wushe', password: 'wrong' }), 'select 1')).rejects.toThrow(
    /password/,
  )
})

test('PostgreSQL listens on this machine only, in UTF-8, with checksums, and ends idle transactions', async () => {
  const names = ['listen_addresses', 'unix_socket_directories', 'server_encoding', 'data_checksums', 'fsync']
  const settings = [...names, 'max_prepared_transactions', 'idle_in_transaction_session_timeout', 'timezone']
  const columns = settings.map((name) => `current_setting('${name}') as ${name}`)
  expect(await query(cluster.url(), `select ${columns.join(', ')}`)).toEqual([
    {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      server_encoding: 'UTF8',
      data_checksums: 'on',
      fsync: 'on',
      max_prepared_transactions: '0',
      idle_in_transaction_session_timeout: '10s',
      timezone: 'UTC',
    },
  ])
  expect(
    await query(cluster.url(), `select datlocprovider, datlocale from pg_database where datname = 'template1'`),
  ).toEqual([{ datlocprovider: 'b', datlocale: 'C.UTF-8' }])
})

test('what a statement says never reaches the log, whatever goes wrong with it', async () => {
  const canary = 'canary-张三丰'
  await query(cluster.url(), 'create table people (name text primary key)')
  const wrong = [
    `select '${canary}'::uuid`,
    `insert into people values ('${canary}'), ('${canary}')`,
    `select "${canary}"`,
    `do $$ begin raise warning '${canary}'; raise exception '${canary}'; end $$`,
  ]
  for (const sql of wrong) await expect(query(cluster.url(), sql)).rejects.toThrow()
  const logged = readFileSync(join(dir, 'postgres.log'), 'utf8')
  expect(logged).toContain('ready to accept connections')
  expect(logged).not.toContain('canary')
})

test('a folder in use is refused, with the process that uses it', async () => {
  const refused = startCluster({ dir, password: 'other' })
  await expect(refused).rejects.toThrow(FolderInUse)
  await expect(refused).rejects.toMatchObject({
    pid: process.pid,
    message: expect.stringContaining(`process ${process.pid}`),
  })
  expect(await query(cluster.url(), 'select 1 as one')).toEqual([{ one: 1 }])
})

test('data of another PostgreSQL version is refused and left alone', async () => {
  const data = join(temporary.path, 'old', 'data')
  mkdirSync(data, { recursive: true })
  writeFileSync(join(data, 'PG_VERSION'), '17\n')
  const refused = startCluster({ dir: join(temporary.path, 'old'), password: 'secret' })
  await expect(refused).rejects.toThrow(OtherPostgresVersion)
  await expect(refused).rejects.toThrow(/PostgreSQL 17.*PostgreSQL 18/)
  expect(readFileSync(join(data, 'PG_VERSION'), 'utf8')).toBe('17\n')
})

test('a folder with something else in it is refused and left alone', async () => {
  const data = join(temporary.path, 'letters', 'data')
  mkdirSync(data, { recursive: true })
  writeFileSync(join(data, 'letter.txt'), 'Dear Ana')
  await expect(startCluster({ dir: join(temporary.path, 'letters'), password: 'secret' })).rejects.toThrow(
    PostgresFailed,
  )
  expect(readFileSync(join(data, 'letter.txt'), 'utf8')).toBe('Dear Ana')
})

test('when PostgreSQL cannot start, the error says why, and the folder is free again', async () => {
  const folder = join(temporary.path, 'wrong setting')
  const start = (work_mem: string) => startCluster({ dir: folder, password: 'secret', settings: { work_mem } })
  await expect(start('plenty')).rejects.toThrow(/invalid value for parameter "work_mem"/)
  await (await start('8MB')).stop()
})

test('a port that another program takes at the last moment is given up for the next one', async () => {
  const taker = createServer()
  await new Promise<void>((resolve) => taker.listen(0, '127.0.0.1', resolve))
  const taken = (taker.address() as AddressInfo).port
  const folder = openFolder(join(temporary.path, 'wrong setting'))
  const ports = [taken, taken, await freePort()]
  const asked = [...ports]
  const postmaster = await startPostmaster(folder, findPrograms(folder), { choosePort: async () => asked.shift()! })
  expect(postmaster.port).toBe(ports[2])
  await postmaster.stop()
  taker.close()
})

test('what a server process was doing when it was killed does not reach the log either', async () => {
  const client = new Client({ connectionString: cluster.url() })
  client.on('error', () => {})
  await client.connect()
  const { rows } = await client.query('select pg_backend_pid() as pid')
  const asleep = expect(client.query(`select pg_sleep(60), 'canary'`)).rejects.toThrow()
  process.kill(rows[0].pid, 'SIGKILL')
  await asleep
  const log = () => readFileSync(join(dir, 'postgres.log'), 'utf8')
  while (!log().includes('terminated by signal 9')) await sleep(10)
  expect(log()).not.toContain('canary')
})
