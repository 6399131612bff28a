import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { postgresEventStore, type EventStore } from '@wushe/event-store'
import { openFollowing, record, until, type OpenFollowing } from './following.fixture.ts'
import { startProcess, type Process } from './process.fixture.ts'

let f: OpenFollowing
let store: EventStore
let processes: Process[]
beforeEach(async () => {
  f = await openFollowing()
  store = postgresEventStore({ pool: f.pool })
  processes = []
  await f.pool.query('create table t.totals (stream text primary key, n integer)')
})
afterEach(async () => {
  await Promise.all(processes.map(({ end }) => end()))
  await store.close()
  await f.close()
})

const start = () => {
  const process = startProcess(f.database.url, { silentMs: 1000 })
  processes.push(process)
  return process
}
const recordEverywhere = async (events: number) => {
  for (let stream = 0; stream < 3; stream++) await record(store, `case-${stream}`, events)
}
const totals = async () => (await f.rows<{ n: number }>('select n from t.totals order by stream')).map(({ n }) => n)
const totalsAre = async (...wanted: number[]) => {
  await until(async () => (await totals()).join() >= wanted.join(), 20_000)
  expect(await totals()).toEqual(wanted)
}

test.each([
  ['before it applies what it has read', 'hold page'],
  ['between applying and committing', 'hold apply'],
] as const)(
  'failure mode 6: a process that is frozen past the take-over, %s, is fenced when it goes on, and the totals are right',
  async (_, hold) => {
    // Who is frozen inside a transaction is ended by the server.
    await f.pool.query(`alter database ${f.database.name} set idle_in_transaction_session_timeout = '1s'`)
    const frozen = start()
    await recordEverywhere(2)
    await totalsAre(2, 2, 2)
    frozen.tell(hold)
    await record(store, 'case-0', 1)
    await until(() => frozen.said.includes('holding'))
    frozen.freeze()
    await recordEverywhere(1)

    const heir = start()
    await until(() => heir.said.includes('running'), 20_000)
    await totalsAre(4, 3, 3)
    frozen.tell('go')
    frozen.thaw()
    await until(() => frozen.said.at(-1) === 'standby')
    if (hold === 'hold page') expect(frozen.said).toContain('Another process follows as totals now.')
    await recordEverywhere(1)
    await totalsAre(5, 4, 4)
    expect(heir.said.at(-1)).toBe('running')
  },
)

test('failure mode 6: a process that is killed between applying and committing leaves nothing half done for the next one', async () => {
  for (let death = 1; death <= 2; death++) {
    const dying = start()
    await until(() => dying.said.includes('running'), 20_000)
    dying.tell('die apply')
    await recordEverywhere(2)
    expect(await dying.ended).toBe('SIGKILL')
  }
  start()
  await totalsAre(4, 4, 4)
})
