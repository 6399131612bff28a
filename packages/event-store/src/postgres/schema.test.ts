import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { connect, newDatabase, type Database } from '../../test/database.ts'
import { newStream, opened, readOn, revisionsOf, several, visible } from '../../test/examples.ts'
import { ClusterBehindLog, NewerSchema, type EventStore } from '../event-store.ts'
import { applySchema, checkCluster, repair } from './schema.ts'

let database: Database
let store: EventStore
beforeAll(async () => {
  database = await newDatabase()
  store = database.store()
  await store.append('case-1', 'no_stream', several(3))
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

const changes = [
  `update es.events set data = '{}'`,
  'delete from es.events',
  'truncate es.events',
  'update es.commands set first = 0',
  'delete from es.commands',
  'truncate es.commands',
  'delete from es.streams',
  'truncate es.streams',
]

test.each(changes)('nobody changes what was recorded: %s', async (change) => {
  const service = await connect(database.serviceUrl)
  await expect(service.query(change)).rejects.toMatchObject({ code: '42501' })
  await service.end()
  await expect(database.owner.query(change)).rejects.toMatchObject({ code: '42501' })
  await database.owner.query('begin')
  await database.owner.query('set local session_replication_role = replica')
  await expect(database.owner.query(change)).rejects.toMatchObject({ code: '42501' })
  await database.owner.query('rollback')
  expect(await revisionsOf(store, 'case-1')).toEqual([0n, 1n, 2n])
})

test.each([
  `insert into es.events select 1, stream, 99, id, at, type, schema, data, sealed, meta, entry from es.events limit 1`,
  `insert into es.streams values ('case-2', 0, 0)`,
  `update es.streams set revision = 7`,
  `insert into es.commands values (gen_random_uuid(), 'case-1', 0, 0, '')`,
  `update es.meta set xid_offset = 5`,
  `select es.take(1)`,
  `create table es.mine ()`,
  `alter table es.events disable trigger append_only`,
])('the service records through the functions and no other way: %s', async (statement) => {
  const service = await connect(database.serviceUrl)
  await expect(service.query(statement)).rejects.toMatchObject({ code: '42501' })
  await service.end()
})

test('the service keeps checkpoints and parked events', async () => {
  const service = await connect(database.serviceUrl)
  await service.query(`insert into es.checkpoints (name, version, position) values ('case-list', 1, 'start')`)
  await service.query(`update es.checkpoints set epoch = epoch + 1 where name = 'case-list'`)
  await service.query(
    `insert into es.parked (name, version, stream, position, event_id)
       values ('case-list', 1, 'case-1', 'pg:0000000000000001', gen_random_uuid())`,
  )
  await service.query('delete from es.parked')
  await service.end()
})

test('the operators of the service’s own schema are not those of the log’s functions', async () => {
  const service = await connect(database.serviceUrl)
  await database.owner.query(`create schema evil authorization ${database.name}`)
  await service.query(`create function evil.no(bigint, bigint) returns boolean language sql as 'select false'`)
  await service.query(`create operator evil.= (leftarg = bigint, rightarg = bigint, function = evil.no)`)
  await service.query(`set search_path = evil, pg_catalog`)
  expect((await service.query(`select 1::bigint = 1::bigint as equal`)).rows).toEqual([{ equal: false }])
  const { rows } = await service.query(
    `select es.append_one($1, -1, gen_random_uuid(), 'A', 1::smallint, '{}', null, '{}', '', null, null) is not null as ok`,
    [newStream()],
  )
  expect(rows).toEqual([{ ok: true }])
  await service.end()
})

test('applying the schema again, by two at once, changes nothing', async () => {
  const [one, two] = await Promise.all([connect(database.ownerUrl), connect(database.ownerUrl)])
  await Promise.all([one, two].map((client) => applySchema(client, { role: database.name })))
  await Promise.all([one.end(), two.end()])
  expect(await revisionsOf(store, 'case-1')).toEqual([0n, 1n, 2n])
})

test('data of a newer version is left alone', async () => {
  const { owner, name } = database
  await owner.query('update es.meta set schema_version = schema_version + 1')
  await expect(applySchema(owner, { role: name })).rejects.toThrow(NewerSchema)
  await owner.query('update es.meta set schema_version = schema_version - 1')
  await applySchema(owner, { role: name })
})

test('data restored into a cluster that is behind it is refused until it is repaired, then goes on in order', async () => {
  const { owner, drop, store: open } = await newDatabase()
  const store = open()
  await checkCluster(owner)
  // As though the cluster that wrote this had been a million transactions further.
  await owner.query('update es.meta set xid_offset = 1000000')
  const written = await store.append('case-1', 'no_stream', several(2))
  const old = (await owner.query('select max(position) as last from es.events')).rows[0].last
  await owner.query('update es.meta set xid_offset = 0')

  await expect(checkCluster(owner)).rejects.toThrow(ClusterBehindLog)
  expect(await store.log.head()).toBe('start')
  await repair(owner)
  await checkCluster(owner)
  const { rows } = await owner.query('select xid_offset from es.meta')
  await repair(owner)
  expect((await owner.query('select xid_offset from es.meta')).rows).toEqual(rows)

  await visible(store, written)
  const before = await readOn(store.log, 'start')
  expect(before.events).toHaveLength(2)
  await store.append('case-1', 1n, [opened()])
  await visible(store, await store.append('case-2', 'no_stream', [opened()]))
  const { events } = await readOn(store.log, before.scannedTo)
  expect(events.map(({ stream }) => stream)).toEqual(['case-1', 'case-2'])
  expect(BigInt(`0x${events[0]!.position.slice(3)}`)).toBeGreaterThan(BigInt(old))
  await store.close()
  await drop()
})
