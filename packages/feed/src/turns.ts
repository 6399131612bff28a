import { ForeignPosition, Unavailable, type EventLog, type LogPage, type Recorded } from '@wushe/event-store'
import type pg from 'pg'
import {
  byIndex,
  held,
  lookAgain,
  move,
  moveOrFail,
  notOurs,
  notWaitingForDisk,
  stopped,
  type Cursor,
} from './checkpoint.ts'
import { blame, faultOf, Fenced, Poisoned } from './fault.ts'
import type { Follower, TableName } from './follower.ts'
import { loadParked, park, parkAgain, readOne, toRedrive, unpark, type ToPark } from './parked.ts'
import type { Place } from './position.ts'
import { ask, inFewPieces, inTransaction, sendAll, type Query } from './transaction.ts'

export type Task = {
  log: EventLog
  follower: Follower
  pool: pg.Pool
  cursor: Cursor
  /** Where what the follower writes goes. */
  table: TableName
}

export type Turns = Awaited<ReturnType<typeof openTurns>>

/**
 * Applies page after page, each in one transaction with the checkpoint. Whatever is thrown passes by itself, and the
 * same turn may be taken again, except Poisoned and Fenced.
 */
export const openTurns = async ({ log, follower, pool, cursor, table }: Task) => {
  const { filter, onPoison } = follower
  // Tables that can be built anew, and what may be published twice, need not wait for the disk; what others rely on must.
  const settings = follower.tables.length > 0 || follower.publish ? [byIndex, notWaitingForDisk] : [byIndex]
  let parked = await loadParked(pool, cursor)
  let ahead: { after: Place; page: Promise<LogPage> } | undefined
  let oldest: string | undefined

  const read = (after: Place) =>
    log.page(after, { limit: pageSize, filter }).catch((cause: Error) => {
      throw cause instanceof ForeignPosition ? cause : new Unavailable(cause.message, { cause })
    })

  /** Events of a parked stream have to be parked too, and one that cannot even be looked at has to be found. */
  const isForUs = (event: Recorded) => {
    try {
      return parked.count > 0 || (follower.concerns?.(event) ?? true)
    } catch {
      return true
    }
  }

  /** Reads one page and applies it. */
  const turn = async () => {
    const after = cursor.read
    const page = await (ahead?.after === after ? ahead.page : read(after))
    ahead = undefined
    if (page.events.some(isForUs)) {
      if (!page.caughtUp) readAhead(page.scannedTo)
      const applied = await applyPage(page, after)
      return { applied, caughtUp: page.caughtUp && applied === page.events.length }
    }
    cursor.read = page.scannedTo
    oldest = undefined
    return { applied: 0, caughtUp: page.caughtUp }
  }

  const readAhead = (after: Place) => {
    const page = read(after)
    page.catch(() => (ahead = undefined))
    ahead = { after, page }
  }

  /** Halves what cannot be applied until one event is left. */
  const applyPage = async ({ events, scannedTo }: LogPage, after: Place) => {
    let done = 0
    for (let size = events.length; done < events.length;) {
      const batch = events.slice(done, done + size)
      const from = events[done - 1]?.position ?? after
      const to = done + batch.length < events.length ? batch.at(-1)!.position : scannedTo
      oldest = batch[0]!.at
      try {
        if (!(await applyBatch(batch, from, to))) return done
      } catch (error) {
        const guilty = blame(error)
        if (guilty === 'moment' || guilty === 'us') throw error
        if (guilty === 'event' && batch.length > 1) {
          size = batch.length >> 1
          continue
        }
        if (guilty === 'place' || onPoison === 'stop') throw await stop(error, batch[0])
        if (!(await parkOne({ event: batch[0]!, after: from, fault: faultOf(error, batch[0]) }, to))) return done
      }
      done += batch.length
      size *= 2
    }
    oldest = undefined
    return done
  }

  const applyBatch = async (batch: Recorded[], from: Place, to: Place) => {
    const behind = behindParked(batch, from)
    await follower.publish?.(batch)
    const work = (client: pg.PoolClient) => write(client, batch, behind)
    const moved = await (follower.onlyHere ? commitSoon(to, work) : commit(to, work))
    if (moved) parked.count += behind.length
    return moved
  }

  const behindParked = (batch: Recorded[], from: Place) =>
    batch.flatMap((event, at): ToPark[] =>
      parked.streams.has(event.stream) ? [{ event, after: batch[at - 1]?.position ?? from }] : [],
    )

  const write = async (client: pg.PoolClient, batch: Recorded[], behind: ToPark[]) => {
    const fresh = behind.length === 0 ? batch : batch.filter(({ stream }) => !parked.streams.has(stream))
    const left = fresh.length > 0 ? await follower.apply(fresh, client, table) : undefined
    return [...(left ?? []), ...(behind.length > 0 ? [park(cursor, behind)] : [])]
  }

  const parkOne = async (poison: ToPark, to: Place) => {
    const moved = await commit(to, async () => [park(cursor, [poison])])
    if (!moved) return false
    parked.streams.add(poison.event.stream)
    parked.count += 1
    return true
  }

  type Work = (client: pg.PoolClient) => Promise<readonly Query[]>

  /** False when the row was no longer where we left it, and nothing was done. */
  const commit = async (to: Place, work: Work) => {
    const apply = async (client: pg.PoolClient, [moved]: pg.QueryResult[]) => {
      if (moved!.rowCount !== 1) return false
      await sendAll(client, await work(client))
      return true
    }
    return moveOn(to, await inTransaction(pool, [move(cursor, to)], apply, settings))
  }

  /** The same without waiting to hear whether it moved. */
  const commitSoon = async (to: Place, work: Work) => {
    const opening = { opening: moveOrFail(cursor, to), refusal: notOurs }
    return moveOn(to, await inFewPieces(pool, opening, work, settings))
  }

  const moveOn = async (to: Place, moved: boolean) => {
    if (moved) {
      cursor.stored = cursor.read = to
      follower.committed?.()
    } else {
      ahead = undefined
      await lookAgain(pool, cursor)
      parked = await loadParked(pool, cursor)
    }
    return moved
  }

  const stop = async (error: unknown, event?: Recorded) => {
    const fault = faultOf(error, event)
    await ask(pool, stopped(cursor, fault))
    return new Poisoned(fault)
  }

  /** Applies, in order, the parked events that were asked for; then goes on from where the checkpoint is. */
  const redrive = async () => {
    const failed = new Set<string>()
    await lookAgain(pool, cursor)
    for (const { position, after, stream } of await toRedrive(pool, cursor)) {
      if (failed.has(stream)) continue
      const event = await readOne(log, after, filter)
      try {
        if (event?.position !== position) throw new Error('The event is not where it was in the log.')
        const applyOne = async (client: pg.PoolClient, [held]: pg.QueryResult[]) => {
          if (held!.rowCount !== 1) throw new Fenced(cursor.name)
          const left = await follower.apply([event], client, table)
          await sendAll(client, [...(left ?? []), unpark(cursor, position)])
        }
        await inTransaction(pool, [held(cursor)], applyOne, settings)
        follower.committed?.()
      } catch (error) {
        if (blame(error) === 'moment' || blame(error) === 'us') throw error
        failed.add(stream)
        await inTransaction(pool, parkAgain(cursor, position, stream, faultOf(error, event)), async () => {})
      }
    }
    parked = await loadParked(pool, cursor)
  }

  /**
   * Applies the rest of the log and does `last` in the same transaction, provided that it is time, which is asked before.
   * False when it was not, or when the rest needs a turn of its own.
   */
  const lastTurn = async (
    isTime: (client: pg.PoolClient, to: Place) => Promise<boolean>,
    last: (client: pg.PoolClient, to: Place) => Promise<void>,
  ) => {
    const after = cursor.read
    const { events, scannedTo, caughtUp } = await read(after)
    if (!caughtUp) return false
    const tooEarly = new Error()
    try {
      return await commit(scannedTo, async (client) => {
        if (!(await isTime(client, scannedTo))) throw tooEarly
        const apply = async () => sendAll(client, await write(client, events, behindParked(events, after)))
        await apply().catch((error) => {
          throw blame(error) === 'event' ? tooEarly : error
        })
        await last(client, scannedTo)
        return []
      })
    } catch (error) {
      if (error === tooEarly) return false
      throw error
    }
  }

  return {
    turn,
    lastTurn,
    redrive,
    stop,
    parked: () => parked,
    /** `at` of the oldest event that was read and is not applied yet. */
    oldest: () => oldest,
  }
}

/** As many events as are read and applied together. */
const pageSize = 500
