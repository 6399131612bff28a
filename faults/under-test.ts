import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { ServiceName } from '@wushe/contracts'
import { Client } from 'pg'
import { serviceNames } from '../scripts/all-services.ts'
import { startApart, type ApartOptions } from '../scripts/apart.ts'
import { agreement, alar } from '../scripts/demo/alar.ts'
import { meet } from '../scripts/demo/load-alar.ts'
import type { Chain } from '../scripts/demo/requests.ts'
import { send } from '../scripts/demo/send.ts'
import { secretsOf } from '../scripts/secrets.ts'
import { readTopics } from './topics.ts'
import { openWay, type Way } from './way.ts'

export type UnderTest = Awaited<ReturnType<typeof startUnderTest>>

/** What is unlike an ordinary machine from the start. */
export type World = {
  /** The second process of each service lives a day ahead. */
  wrongClock?: boolean
  /** PostgreSQL's folder is a disk of so many MB. */
  smallDisk?: number
}

/** The product apart, two processes of each service, in a folder of its own, with a way to each server that can be in trouble. */
export const startUnderTest = async ({ wrongClock = false, smallDisk }: World = {}) => {
  const dir = mkdtempSync(join(tmpdir(), 'wushe-faults-'))
  const disk = join(dir, 'postgres')
  if (smallDisk) mountDisk(dir, disk, smallDisk)
  const ways: Partial<Record<'postgres' | 'kafka', Way>> = {}
  const said: string[] = []
  const remove = async () => {
    for (const way of Object.values(ways)) await way.close()
    if (smallDisk) spawnSync('umount', ['-l', disk])
    rmSync(dir, { recursive: true, force: true, maxRetries: 20 })
  }
  const options: ApartOptions = {
    ...{ dir, port: 0, copies: 2, log: (line) => said.push(line) },
    env: (_, copy) => ({
      WUSHE_SILENT_MS: '3000',
      ...(wrongClock &&
        copy === 1 && {
          NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'wrong-clock.ts')).href}`,
          WRONG_CLOCK_MS: String(86_400_000),
        }),
    }),
    through: async (what, port) => (ways[what] = await openWay(port)).port,
    // Little is kept ahead, so that a small disk is full soon, and has room again soon.
    ...(smallDisk && { settings: { wal_recycle: 'off', max_wal_size: '64MB', min_wal_size: '32MB' } }),
  }
  const product = await startApart(options).catch(async (error) => {
    await remove()
    throw error
  })
  const { url, keys, organisations } = product
  const contractor = { url, key: keys.contractor }
  const funder = { url, key: keys.funder }
  /** Every event that somebody was told is recorded, by service, with the request it came of. */
  const acknowledged = new Map<string, { service: string; request: string }>()
  const tokens = new Map<string, string>()
  /** What the figures of each agreement must say. */
  const due = new Map<string, Record<string, string>>()

  const record = async (client: typeof contractor, chains: readonly Chain[]) => {
    const token = await send(client, chains, {
      patience: 300_000,
      onAnswer: ({ key }, { body }) => {
        for (const { id, type } of body.receipt?.events ?? [])
          acknowledged.set(id, { service: (type as string).split('.')[2]!, request: key })
      },
    })
    for (const part of token.split(', ')) {
      const service = part.split('=', 1)[0]!
      if (part > (tokens.get(service) ?? '')) tokens.set(service, part)
    }
  }

  const query = async <Row>(service: ServiceName, text: string, values: unknown[] = []): Promise<Row[]> => {
    const client = new Client({ ...postgresOf(), database: `wushe_${service}` })
    await client.connect()
    try {
      return (await client.query(text, values)).rows as Row[]
    } finally {
      await client.end()
    }
  }
  const postgresOf = () => {
    const port = Number(readFileSync(join(dir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[3])
    return { host: '127.0.0.1', port, user: 'wushe', password: secretsOf(dir).postgres }
  }
  const idsIn = async (service: ServiceName) =>
    (await query<{ id: string }>(service, 'select id from es.events order by position')).map(({ id }) => id)

  /** What was there before anything was recorded through the API. */
  const first = new Set((await Promise.all(serviceNames.map(idsIn))).flat().filter((id) => !acknowledged.has(id)))

  return {
    dir,
    product,
    /** What the one that keeps things running has said. */
    said,
    query,
    /** Who follows under this name at the moment: the process that holds its checkpoint. */
    ownerOf: async (service: ServiceName, follower: string) => {
      const [row] = await query<{ owner: string }>(service, 'select owner from es.checkpoints where name = $1', [
        follower,
      ])
      return Number(row!.owner.split(' ').at(-1))
    },
    /** A connection of PostgreSQL's owner to a database of its own. */
    stranger: async () => {
      const client = new Client({ ...postgresOf(), database: 'postgres', application_name: 'a stranger' })
      client.on('error', () => {})
      await client.connect()
      return client
    },
    /** Processes at the moment, as `case-1` and `kafka`. */
    processes: () =>
      JSON.parse(readFileSync(join(dir, 'apart.json'), 'utf8')) as Record<string, { pid: number; url?: string }>,
    /**
     * Records one more agreement, and answers how to record the work of its station: 400 requests, each sent until it is
     * acknowledged.
     */
    begin: async (name: string): Promise<() => Promise<void>> => {
      const { id, chain } = agreementNamed(name, organisations)
      await record(funder, [chain])
      await patiently(() => meet(contractor, [...tokens.values()].join(', ')))
      const [people, ...phases] = alar(id, { salt: name, stations: 1 })
      const chosen = phases.flatMap(({ name: { en }, chains }) => (en === 'volunteers' ? chains.slice(0, 20) : chains))
      const kinds = [...people!.chains, ...chosen].flat().map(({ path }) => path.split('/').slice(2).join('/'))
      const number = (kind: string) => String(kinds.filter((one) => one === kind).length)
      due.set(id, {
        'IND-C1': number('cases'),
        'IND-G1': number('groups'),
        'IND-A1': number('activities'),
        'IND-V1': number('volunteers'),
      })
      return async () => {
        await record(contractor, people!.chains)
        await record(contractor, chosen)
      }
    },
    /**
     * Compares every event, figure and topic with what was acknowledged. Throws Broken with all that differs; answers how
     * much there is.
     */
    verify: async () => {
      await countEverything(funder, [...due.keys()][0]!, [...tokens.values()].join(', '))
      const broken: string[] = []
      const demand = (holds: boolean, sentence: string) => void (holds || broken.push(sentence))
      const logs = new Map<ServiceName, Logged[]>()
      for (const service of serviceNames)
        logs.set(
          service,
          await query<Logged>(service, 'select id, stream, revision::int as revision from es.events order by position'),
        )

      const recorded = new Set([...logs.values()].flat().map(({ id }) => id))
      const lost = [...acknowledged].filter(([id]) => !recorded.has(id))
      demand(lost.length === 0, `${lost.length} acknowledged events are lost, such as ${JSON.stringify(lost[0])}`)
      const extra = [...logs.values()]
        .flat()
        // That somebody was shown a person's data is recorded too, and is no answer to a request.
        .filter(({ id, stream }) => !acknowledged.has(id) && !first.has(id) && !stream.startsWith('disclosure-'))
      demand(extra.length === 0, `${extra.length} events were recorded and never acknowledged`)
      for (const [service, events] of logs) {
        demand(new Set(events.map(({ id }) => id)).size === events.length, `${service} holds an event twice`)
        demand(inOrder(events), `the log of ${service} has a stream out of order, or with a gap`)
      }

      const ledger = await query<Logged & { source: ServiceName }>(
        'reporting',
        'select source, id, stream, revision::int as revision from inbox.events order by position',
      )
      for (const service of serviceNames.filter((name) => name !== 'reporting')) {
        const there = ledger.filter(({ source }) => source === service)
        demand(inOrder(there), `the ledger has a stream of ${service} out of order, or with a gap`)
        demand(
          sameSet(there, logs.get(service)!),
          `the ledger holds ${there.length} events of ${service}, and its log ${logs.get(service)!.length}`,
        )
      }

      // Nobody waits for relays whose events nobody follows.
      let topics = await readTopics(dir)
      const arrived = () => serviceNames.every((service) => sameSet(topics.get(service)!.events, logs.get(service)!))
      for (const until = Date.now() + 60_000; !arrived() && Date.now() < until; topics = await readTopics(dir))
        await pause(500)
      let repeated = 0
      for (const service of serviceNames) {
        const { events, dropped } = topics.get(service)!
        repeated += dropped
        demand(inOrder(events), `the topic of ${service} has a stream out of order, or with a gap`)
        const [there, due] = [events.length, logs.get(service)!.length]
        demand(sameSet(events, logs.get(service)!), `the topic of ${service} holds ${there} events, and its log ${due}`)
      }

      for (const [agreementId, values] of due) {
        const figures = await totals(funder, agreementId)
        for (const [indicator, value] of Object.entries(values))
          demand(figures[indicator] === value, `${indicator} is ${figures[indicator]} and should be ${value}`)
      }
      if (broken.length > 0) throw new Broken(broken.join('; '))
      return { events: acknowledged.size, repeatedOnTopics: repeated }
    },
    ways: ways as Record<'postgres' | 'kafka', Way>,
    /** Where PostgreSQL keeps its data. */
    disk,
    /** Stops it and takes its folder away. */
    end: async () => {
      await product.stop()
      await remove()
    },
  }
}

export type Logged = { id: string; stream: string; revision: number }

/** Something that was acknowledged is not where it should be, or something is there that should not. */
class Broken extends Error {
  override name = 'Broken'
}

const inOrder = (events: readonly Logged[]) => {
  const next = new Map<string, number>()
  return events.every(({ stream, revision }) => {
    const expected = next.get(stream) ?? 0
    next.set(stream, expected + 1)
    return revision === expected
  })
}

const sameSet = (some: readonly Logged[], others: readonly Logged[]) =>
  some.length === others.length &&
  others.every(
    (
      (ids) =>
      ({ id }) =>
        ids.has(id)
    )(new Set(some.map(({ id }) => id))),
  )

const countEverything = async ({ url, key }: { url: string; key: string }, agreementId: string, token: string) => {
  for (const until = Date.now() + 120_000; ;) {
    const answer = await fetch(`${url}/v1/reports/coverage?agreementId=${agreementId}`, {
      headers: { authorization: `Bearer ${key}`, 'sync-token': token },
    }).catch(() => undefined)
    if (answer?.ok) return
    if (Date.now() > until)
      throw new Broken(`The figures do not count everything after two minutes: ${await answer?.text()}`)
    await pause(100)
  }
}

const totals = async ({ url, key }: { url: string; key: string }, agreementId: string) => {
  const rows: { indicator: string; dimensions: object; value: string }[] = []
  for (const report of ['service-statistics', 'volunteer-statistics'])
    await patiently(async () => {
      const answer = await fetch(`${url}/v1/reports/${report}?agreementId=${agreementId}`, {
        headers: { authorization: `Bearer ${key}` },
      })
      const { data } = (await answer.json()) as { data?: typeof rows }
      // What was struck may just be starting again.
      if (!data) throw new Error(`${report}: ${answer.status}`)
      rows.push(...data)
    })
  return Object.fromEntries(
    rows
      .filter(({ dimensions }) => Object.keys(dimensions).length === 0)
      .map(({ indicator, value }) => [indicator, value]),
  )
}

const patiently = async (act: () => Promise<unknown>) => {
  for (const until = Date.now() + 120_000; ;) {
    try {
      return await act()
    } catch (error) {
      if (Date.now() > until) throw error
      await pause(200)
    }
  }
}

/** Throws where it may not be mounted: it takes root. */
const mountDisk = (dir: string, disk: string, megabytes: number) => {
  secretsOf(dir) // Which refuses to be made in a folder that holds data.
  mkdirSync(disk)
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The small disk could not be mounted: ${stderr}`)
}

/** The demonstration's agreement, as another one. */
const agreementNamed = (name: string, organisations: { contractor: string; funder: string }) => {
  const { id } = agreement({ ...organisations, contractor: name })
  const { id: theirs, chain } = agreement(organisations)
  return { id, chain: JSON.parse(JSON.stringify(chain).replaceAll(theirs, id)) as Chain }
}
