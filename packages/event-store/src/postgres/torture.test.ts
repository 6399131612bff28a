import { expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { connect, newDatabase, type Database } from '../../test/database.ts'
import { follow, opened, ticks } from '../../test/examples.ts'
import type { Recorded } from '../event-store.ts'

/**
 * Ten writers for two and a half seconds: half of their transactions append to several streams, sleeping in between, and some roll
 * back. Streams are taken in any order, so deadlocks happen too. One reader reads below the horizon. Another reads as one
 * would who has never thought of transactions that commit out of order: it must lose events, or the test proves nothing.
 */
test.each(['snapshot', 'writers'] as const)(
  'failure mode 1: under torture a reader below the horizon (%s) loses nothing, and one without it does',
  async (horizon) => {
    const database = await newDatabase({ horizon })
    const store = database.store({ horizon })
    const reader = follow(store.log, 'start', 200)
    const naive = readNaively(database)
    const until = performance.now() + 2500
    const committed = (await Promise.all(Array.from({ length: 10 }, () => write(database, until)))).flat()

    await reader.until(() => reader.seen.length >= committed.length)
    await reader.stop()
    const lostByNaive = committed.length - (await naive.stop())
    expect(committed.length).toBeGreaterThan(200)
    expect(reader.seen.map(({ id }) => id).sort()).toEqual(committed.sort())
    expect(misplaced(reader.seen)).toEqual([])
    expect(lostByNaive).toBeGreaterThan(0)
    await store.close()
    await database.drop()
  },
)

/** Answers the ids of the events it committed. */
const write = async (database: Database, until: number) => {
  const client = await connect(database.serviceUrl)
  const committed: string[] = []
  while (performance.now() < until) {
    const ids: string[] = []
    try {
      if (Math.random() < 0.5) {
        ids.push(...(await append(client)))
      } else {
        await client.query('begin')
        for (let i = 0; i < 2 + Math.random() * 3; i++) {
          ids.push(...(await append(client)))
          await ticks(Math.random() * 15)
        }
        if (Math.random() < 0.15) {
          await client.query('rollback')
          continue
        }
        await client.query('commit')
      }
      committed.push(...ids)
    } catch (error) {
      // The position guard and deadlocks: the transaction is undone, as a caller would have it repeated.
      if (!['40001', '40P01'].includes((error as { code: string }).code)) throw error
      await client.query('rollback')
    }
  }
  await client.end()
  return committed
}

const append = async (client: Client) => {
  const events = Array.from({ length: 1 + Math.floor(Math.random() * 3) }, () => opened())
  const stream = `case-${Math.floor(Math.random() * 200)}`
  const ids = events.map(({ id }) => id)
  const { rows } = await client.query({
    name: 'append',
    text: `select status from es.append($1, -2, $2, $3, $4, $5, $6, $7, $8)`,
    values: [
      stream,
      ids,
      events.map(({ type }) => type),
      events.map(({ schema }) => schema),
      events.map(({ data }) => data),
      events.map(() => null),
      events.map(({ meta }) => meta),
      events.map(({ entry }) => entry),
    ],
  })
  return rows[0].status === 1 ? ids : []
}

/** Asks for what came after the last event it saw, and for no horizon. Answers how many events it saw. */
const readNaively = (database: Database) => {
  let going = true
  const run = async () => {
    const client = await connect(database.serviceUrl)
    let seen = 0
    for (let last = '0', ended = false; !ended; await ticks(2)) {
      ended = !going
      const { rows } = await client.query('select position from es.events where position > $1 order by position', [
        last,
      ])
      seen += rows.length
      last = rows.at(-1)?.position ?? last
    }
    await client.end()
    return seen
  }
  const ended = run()
  return {
    stop: () => {
      going = false
      return ended
    },
  }
}

/** Events that do not follow the one before them in their stream. */
const misplaced = (events: readonly Recorded[]) => {
  const last = new Map<string, bigint>()
  return events.filter(({ stream, revision }) => {
    const before = last.get(stream) ?? -1n
    last.set(stream, revision)
    return revision !== before + 1n
  })
}
