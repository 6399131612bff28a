import { readFile, readdir } from 'node:fs/promises'
import type { Schemas, ServiceName } from '@wushe/contracts'
import { applySchema, type Recorded } from '@wushe/event-store'
import { applyInboxSchema, fillerOf, openInbox, sendAll, statementFollower, type Follower } from '@wushe/feed'
import { isRefusal, refuse, type Reading, type Rows } from '@wushe/slice'
import { testDatabase } from '@wushe/testkit/postgres'
import pg from 'pg'
import { facts } from '../facts/facts.ts'
import { wholeIds } from './telling.fixture.ts'
import { getReport } from './get-report.ts'
import { listFacts } from './list-facts.ts'

/** A ledger on a database of its own, and the facts made of it by the real projection. */
export const openLedger = async () => {
  const database = await testDatabase('facts')
  const pool = new pg.Pool({ connectionString: database.url, max: 2 })
  await inTransaction(pool, (client) => applyInboxSchema(client))
  const owner = await pool.connect()
  await applySchema(owner, { role: new URL(database.url).username })
  owner.release()
  for (const file of (await readdir(migrations)).sort())
    await pool.query(await readFile(new URL(file, migrations), 'utf8'))

  const inbox = openInbox({ pool })
  const follower = statementFollower(facts, { service: 'reporting' })
  const rows: Rows = async ({ text, values }) => (await pool.query(text, values as unknown[])).rows

  const reading: Reading = {
    actor: { orgId: wholeIds('org_2'), kind: 'funder', keyId: wholeIds('key_2'), agreementIds: [wholeIds('agr_1')] },
    refuseAgreement: (id) => (id === wholeIds('agr_1') ? undefined : refuse('not-found')),
    now: '2024-06-01T00:00:00.000Z',
    language: 'en',
    settle: inbox.settle,
    open: async () => [],
    keyDestroyedAt: async () => undefined,
    cursors: {
      write: (content, scope) => JSON.stringify([scope, content]),
      read: (cursor, scope) => {
        if (cursor === undefined) return undefined
        const [written, content] = JSON.parse(cursor)
        if (written !== scope) throw new Error('The cursor is of another scope.')
        return content
      },
    },
  }

  const ledger = {
    pool,
    rows,
    reading,
    learn: async (events: readonly Sourced[]) => {
      for (const batch of bySource(events)) {
        const filler = fillerOf(inbox, batch[0]!.source)
        await inTransaction(pool, (client) => written(filler, batch, client))
      }
    },
    /** Applies what was learnt and not yet applied, so many events at a time; less than all with `most`. */
    project: async ({ batch = 500, most = Infinity }: { batch?: number; most?: number } = {}) => {
      for (let done = 0; done < most;) {
        const from = (await checkpoint()) ?? 'start'
        const { events, scannedTo } = await inbox.page(from, { limit: Math.min(batch, most - done) })
        if (events.length === 0) return
        await inTransaction(pool, async (client) => {
          await written(follower, events, client)
          await client.query(moveCheckpoint, [scannedTo])
        })
        done += events.length
      }
    },
    /** Starts the projection at the beginning again, over the table as it is. */
    rewind: () => pool.query('delete from es.checkpoints'),
    report: async (report: Report, query: object = {}, over: Partial<Reading> = {}) =>
      answered(
        await getReport.answer(
          { path: { report }, query: { agreementId: wholeIds('agr_1'), ...query }, body: undefined },
          { ...reading, ...over },
          rows,
        ),
      ),
    /** All pages behind a link of a figure. */
    facts: async (link: string, limit = 100) => {
      const query = Object.fromEntries(new URL(link, 'http://host').searchParams) as {
        indicator: string
        agreementId: string
      }
      const pages: Schemas['FactPage'][] = []
      do {
        const { nextCursor: cursor } = pages.at(-1) ?? {}
        const input = { path: {}, query: { ...query, limit, ...(cursor && { cursor }) }, body: undefined }
        pages.push(answered(await listFacts.answer(input, reading, rows)))
      } while (pages.at(-1)!.nextCursor)
      return { ...pages[0]!, data: pages.flatMap(({ data }) => data) }
    },
    forget: () =>
      pool.query(`truncate reporting.facts, inbox.events, es.checkpoints;
                  update inbox.head set position = 0, learnt_at = 'epoch', settled = 'epoch'`),
    close: async () => {
      await pool.end()
      await database.drop()
    },
  }

  const checkpoint = async () => {
    const [row] = (await pool.query(`select position from es.checkpoints where name = 'facts'`)).rows
    return row?.position
  }
  return ledger
}
export type Ledger = Awaited<ReturnType<typeof openLedger>>

export const reports = [
  'service-statistics',
  'volunteer-statistics',
  'resource-statistics',
  'licence-rate',
  'coverage',
] as const
type Report = (typeof reports)[number]

type Sourced = Recorded & { source: ServiceName }

/** A service's log is read many events at a time, as long as they follow each other. */
const bySource = (events: readonly Sourced[]) => {
  const batches: Sourced[][] = []
  for (const event of events) {
    const batch = batches.at(-1)
    if (batch?.[0]?.source === event.source) batch.push(event)
    else batches.push([event])
  }
  return batches
}

const migrations = new URL('../../migrations/', import.meta.url)

const written = async ({ apply }: Follower, events: Recorded[], client: pg.PoolClient) =>
  sendAll(client, (await apply(events, client, (table) => table)) ?? [])

const moveCheckpoint = `
  insert into es.checkpoints (name, version, position) values ('facts', 1, $1)
  on conflict (name, version) do update set position = excluded.position`

const inTransaction = async (pool: pg.Pool, work: (client: pg.PoolClient) => Promise<unknown>) => {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await work(client)
    await client.query('commit')
  } finally {
    client.release()
  }
}

const answered = <Answer extends object>(answer: Answer): Exclude<Answer, { refused: string }> => {
  if (isRefusal(answer)) throw new Error(JSON.stringify(answer))
  return answer as Exclude<Answer, { refused: string }>
}
