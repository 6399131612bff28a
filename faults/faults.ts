import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ServiceName } from '@wushe/contracts'
import { serviceNames } from '../scripts/all-services.ts'
import type { UnderTest, World } from './under-test.ts'
import type { Trouble } from './way.ts'

/** Something that goes wrong while requests come in. */
export type Fault = {
  name: string
  /** One sentence for who reads the table. */
  says: string
  world?: World
  /** Why it cannot be done on this machine. */
  impossible?: () => string | undefined
  /** What happens in a round, after work has begun. Throws when the product does not do meanwhile what it has to. */
  strike: (under: UnderTest, round: number) => Promise<unknown>
}

const pidOf = (under: UnderTest, name: string) => under.processes()[name]!.pid

const kill =
  (whom: (under: UnderTest, round: number) => number | Promise<number>): Fault['strike'] =>
  async (under, round) => {
    await pause(200 + Math.random() * 2000)
    process.kill(await whom(under, round), 'SIGKILL')
  }

/** A frozen process keeps its connections and its locks; another has to notice, and then it has to be fenced. */
const freeze =
  (service: ServiceName, follower: string): Fault['strike'] =>
  async (under) => {
    await pause(300 + Math.random() * 700)
    const frozen = await under.ownerOf(service, follower)
    process.kill(frozen, 'SIGSTOP')
    try {
      for (let waited = 0; (await under.ownerOf(service, follower)) === frozen; waited += 100) {
        if (waited > 60_000) throw new Error(`Nobody took ${follower} over from process ${frozen}.`)
        await pause(100)
      }
    } finally {
      process.kill(frozen, 'SIGCONT')
    }
  }

const troubles: Trouble[] = ['slow', 'lossy', 'torn', 'shut']
const trouble =
  (what: 'postgres' | 'kafka'): Fault['strike'] =>
  async (under, round) => {
    for (const one of round === 0 ? troubles : [troubles[round % troubles.length]!]) {
      under.ways[what].be(one)
      await pause(2000)
    }
    under.ways[what].be('none')
  }

export const faults: Fault[] = [
  {
    name: 'kill PostgreSQL',
    says: 'kill -9 of PostgreSQL under load',
    strike: kill((under) => pidOf(under, 'postgres')),
  },
  {
    name: 'kill a service',
    says: 'kill -9 of one of the two processes of a service under load, each service in turn',
    strike: kill((under, round) => pidOf(under, `${serviceNames[(round + 1) % 5]}-${1 + (round % 2)}`)),
  },
  {
    name: 'kill the relay',
    says: 'kill -9 of the process that publishes',
    strike: kill((under, round) => under.ownerOf((['case', 'volunteer', 'resources'] as const)[round % 3]!, 'relay')),
  },
  {
    name: 'kill a projector',
    says: 'kill -9 of the process that counts the figures',
    strike: kill((under) => under.ownerOf('reporting', 'facts')),
  },
  { name: 'kill the broker', says: 'kill -9 of the broker', strike: kill((under) => pidOf(under, 'kafka')) },
  {
    name: 'freeze a projector',
    says: 'SIGSTOP of the process that counts the figures and reads the topics, until another takes over, then SIGCONT',
    strike: freeze('reporting', 'facts'),
  },
  {
    name: 'freeze a consumer',
    says: 'SIGSTOP of a process that reads the topics, until another takes over, then SIGCONT',
    strike: freeze('volunteer', 'agreement-copy'),
  },
  {
    name: 'come and go',
    says: 'both processes of reporting are stopped in turn, so that readers of the topics come and go',
    strike: async (under, round) => {
      for (const copy of [1, 2]) {
        await pause(300)
        process.kill(pidOf(under, `reporting-${1 + ((round + copy) % 2)}`), 'SIGTERM')
        await pause(1500)
      }
    },
  },
  {
    name: 'way to the broker',
    says: 'between services and broker: late, lost after the write, torn in the middle, shut',
    strike: trouble('kafka'),
  },
  {
    name: 'way to the database',
    says: 'between services and database: late, lost after the write, torn in the middle, shut',
    strike: trouble('postgres'),
  },
  {
    name: 'empty the broker',
    says: 'the broker loses all its data, and its topics, under load',
    strike: async (under) => {
      await pause(500 + Math.random() * 1000)
      const pid = pidOf(under, 'kafka')
      process.kill(pid, 'SIGSTOP')
      rmSync(join(under.dir, 'kafka/data'), { recursive: true, force: true })
      process.kill(pid, 'SIGKILL')
    },
  },
  {
    name: 'fill the disk',
    says: 'the disk of PostgreSQL is full for three seconds under load',
    world: { smallDisk: 700 },
    impossible: () =>
      process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0
        ? undefined
        : 'it takes root, to mount a small disk',
    strike: async (under) => {
      await pause(500)
      const filler = join(under.disk, 'filler')
      try {
        for (let size = 0; size < 4096; size++) writeFileSync(filler, Buffer.alloc(1 << 20), { flag: 'a' })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
      await pause(3000)
      rmSync(filler, { force: true })
    },
  },
  {
    name: 'wrong clock',
    says: 'one of the two processes of each service lives a day ahead',
    world: { wrongClock: true },
    strike: async () => {},
  },
  {
    name: 'hold the horizon',
    says: 'a foreign transaction is open, a minute in the last of many rounds: health names it, and all is seen when it ends',
    strike: async (under, round) => {
      const client = await under.stranger()
      // Ours end by themselves after ten seconds; a stranger's, such as a backup, need not.
      await client.query('set idle_in_transaction_session_timeout = 0; begin; select pg_current_xact_id()')
      await pause(round === 19 ? 60_000 : 4000)
      const answer = await fetch(`${under.processes()['case-1']!.url}/health/ready`)
      const { services } = (await answer.json()) as {
        services: { horizon: { seconds: number; blockers: { application: string }[] } }[]
      }
      const { seconds, blockers } = services[0]!.horizon
      await client.query('commit')
      await client.end()
      if (!blockers.some(({ application }) => application === 'a stranger') || seconds < 1)
        throw new Error(`Health says ${seconds} s and names ${JSON.stringify(blockers)}.`)
    },
  },
]
