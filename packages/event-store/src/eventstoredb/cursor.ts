import { streamNameFilter, type AllStreamRecordedEvent } from '@eventstore/db-client'
import type { Position } from '../event-store.ts'
import { at, placeOf } from './position.ts'
import type { Session } from './session.ts'

/** An event, or word that there was none of ours up to this position. */
export type Item = { position: Position; event?: AllStreamRecordedEvent }

export type Cursor = ReturnType<typeof openCursor>

export type CursorOptions = {
  session: Session
  /** Beginnings of the names of the streams to read. */
  prefixes: readonly string[]
  after: Position
  /** Hears each event as it arrives, long before it is taken. */
  arrived?: (position: Position) => void
  /** How many items wait here, at most, before the server is no longer listened to. */
  full?: number
}

/**
 * A subscription to the server's log that goes on, after each loss, behind the last item that arrived. What arrives waits
 * here until it is taken.
 */
export const openCursor = ({ session, prefixes, after, arrived, full = 2_000 }: CursorOptions) => {
  const queue: Item[] = []
  let last = after
  let live = false
  let failures = 0
  let fault: unknown
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let stop = () => {}
  let pause = () => {}
  let resume = () => {}
  let held = () => 0
  let listeners: (() => void)[] = []

  const tell = () => {
    const told = listeners
    listeners = []
    told.forEach((listener) => listener())
  }

  const receive = (item: Item) => {
    // Never twice, whatever the server sends again.
    if (item.position <= last) return
    last = item.position
    queue.push(item)
    if (queue.length >= full) pause()
    if (item.event) arrived?.(item.position)
  }

  const connect = () => {
    let received = 0
    let over = false
    const notes: { behind: number; act: () => void }[] = []
    const alive = () => {
      clearTimeout(timer)
      failures = 0
      fault = undefined
    }
    /** The client tells of these at once, of events only when they are taken from it: keep the order of the server. */
    const behindEvents = (act: () => void) => {
      notes.push({ behind: received + subscription.readableLength, act })
      catchUp()
    }
    const catchUp = () => {
      while (notes[0] && notes[0].behind <= received) notes.shift()!.act()
      tell()
    }
    const subscription = session.client.subscribeToAll({
      fromPosition: placeOf(last),
      filter: streamNameFilter({
        prefixes: [...prefixes],
        maxSearchWindow: 500,
        checkpointInterval: 4,
        checkpointReached: async (_, place) => behindEvents(() => receive({ position: at(place) })),
      }),
    })
    stop = () => {
      if (over) return
      over = true
      clearTimeout(timer)
      live = false
      subscription.off('data', take)
      subscription.unsubscribe().catch(() => {})
      subscription.destroy()
    }
    const lose = (error: unknown) => {
      if (over) return
      stop()
      fault = error
      timer = setTimeout(reconnect, Math.random() * Math.min(10_000, 250 * 2 ** failures++))
      tell()
    }
    const take = ({ event }: { event?: AllStreamRecordedEvent }) => {
      received++
      if (event) receive({ position: at(event.position), event })
      catchUp()
    }
    pause = () => subscription.pause()
    resume = () => subscription.resume()
    held = () => subscription.readableLength
    subscription
      .on('data', take)
      .on('confirmation', alive)
      .on('caughtUp', () => behindEvents(() => (live = true)))
      .on('fellBehind', () => behindEvents(() => (live = false)))
      .on('error', lose)
      .on('end', () => lose(new Error('The server ended the subscription.')))
    timer = setTimeout(() => lose(new Error('The server did not confirm the subscription.')), session.timeout)
  }

  const reconnect = () => {
    if (closed) return
    // Whoever is slow is not helped by more; `take` comes back to it.
    if (queue.length >= full) timer = setTimeout(reconnect, 250)
    else connect()
  }

  connect()
  return {
    /** The next item, if one has arrived. */
    take: (): Item | undefined => {
      const item = queue.shift()
      if (queue.length === full >> 1) resume()
      return item
    },
    /** Everything the server had is taken, as far as it has told. */
    isAtEnd: () => live && queue.length === 0 && held() === 0,
    fault: () => fault,
    /** Resolves when something changes, or after so many ms. */
    change: (ms: number) =>
      new Promise<void>((resolve) => {
        const wait = setTimeout(resolve, ms)
        listeners.push(() => {
          clearTimeout(wait)
          resolve()
        })
      }),
    close: () => {
      closed = true
      stop()
      clearTimeout(timer)
      tell()
    },
  }
}
