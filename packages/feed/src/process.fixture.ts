import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { postgresEventStore, type EventLog } from '@wushe/event-store'
import pg from 'pg'
import { door } from './following.fixture.ts'
import type { Follower } from './follower.ts'
import { openInbox } from './inbox.ts'
import { openBus } from './kafka/client.ts'
import { fillFromKafka } from './kafka/inbox-from-kafka.ts'
import { follow, type Running } from './runner.ts'
import { sendAll } from './transaction.ts'

/** `go` lets it pass where it holds; `die` and `hold` are obeyed at the next page that has events, or before a commit. */
type Word = 'hold page' | 'hold apply' | 'die apply' | 'go'

export type Process = ReturnType<typeof startProcess>

/**
 * A process of its own, to be frozen and killed for real. It counts in t.totals the events of each stream of the log in
 * the same database, or fills the inbox there with the events of `case` from Kafka.
 */
export const startProcess = (
  url: string,
  { silentMs = 15_000, kafka }: { silentMs?: number; kafka?: { brokers: string; prefix: string } } = {},
) => {
  const child = spawn(process.execPath, [import.meta.filename, url, kafka?.brokers ?? '', kafka?.prefix ?? ''], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, WUSHE_SILENT_MS: String(silentMs) },
  })
  const said: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line))
  child.stdin.on('error', () => {})
  const ended = once(child, 'exit').then(([, signal]) => signal as string | null)
  return {
    /** Every line it has said: its follower's status whenever it changed, `holding`, and what the follower logs. */
    said,
    tell: (word: Word) => child.stdin.write(`${word}\n`),
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    /** By which signal it ended. */
    ended,
    end: async () => {
      child.kill('SIGCONT')
      child.stdin.end()
      await ended
    },
  }
}

const run = async (url: string, brokers: string, prefix: string) => {
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  pool.on('error', () => {})
  const ending = new AbortController()
  let asked: string | undefined
  let gate = door()
  createInterface({ input: process.stdin })
    .on('line', (word) => {
      if (word === 'go') return gate.open()
      asked = word
      gate = door()
    })
    .on('close', () => {
      gate.open()
      ending.abort()
    })

  const at = async (place: 'page' | 'apply') => {
    if (asked === `die ${place}`) process.kill(process.pid, 'SIGKILL')
    if (asked !== `hold ${place}`) return
    asked = undefined
    console.log('holding')
    await gate.opened
  }

  const options = { signal: ending.signal, log: (line: string) => console.log(line) }
  const store = postgresEventStore({ pool, listenUrl: url })
  const running = brokers
    ? fill(pool, brokers, prefix, () => at('apply'), options)
    : follow(
        heldAt(store.log, () => at('page')),
        counting(() => at('apply')),
        { pool, owner: String(process.pid), ...options },
      )
  const watching = setInterval(tellStatus(running), 5)
  await running.done
  clearInterval(watching)
  await store.close()
  await pool.end()
}

const heldAt = (log: EventLog, hold: () => Promise<void>): EventLog => ({
  ...log,
  page: async (...asked) => {
    const page = await log.page(...asked)
    if (page.events.length > 0) await hold()
    return page
  },
})

const counting = (beforeCommit: () => Promise<void>): Follower => ({
  ...{ name: 'totals', revision: 1, filter: {}, tables: ['t.totals'], onPoison: 'stop' },
  apply: async (events, client, table) => {
    for (const { stream } of events)
      await client.query(
        `insert into ${table('t.totals')} as t values ($1, 1) on conflict (stream) do update set n = t.n + 1`,
        [stream],
      )
    await beforeCommit()
  },
})

const fill = (
  pool: pg.Pool,
  brokers: string,
  prefix: string,
  beforeCommit: () => Promise<void>,
  options: { signal: AbortSignal; log: (line: string) => void },
) =>
  fillFromKafka({
    ...{ bus: openBus({ brokers: [brokers], prefix, clientId: 'other process' }), inbox: openInbox({ pool }) },
    ...{ group: `${prefix}.reporting`, sources: new Map([['case' as const, 'everything' as const]]), ...options },
    watched: (_, copier) => ({
      ...copier,
      apply: async (...given) => {
        await sendAll(given[1], await copier.apply(...given))
        await beforeCommit()
        return []
      },
    }),
  }).get('case')!

const tellStatus = ({ health }: Running) => {
  let last: string | undefined
  return () => {
    const { status } = health()
    if (status !== last) console.log(status)
    last = status
  }
}

if (process.argv[1] === import.meta.filename) await run(process.argv[2]!, process.argv[3] ?? '', process.argv[4] ?? '')
