import type { Position } from '../event-store.ts'

type Place = Position | 'start'

/**
 * Wakes those who wait for new events: at once when this process commits or hears of a commit, otherwise when polling finds
 * something. One poll serves all who wait; the quieter the log, the rarer it is.
 */
export const wakeUp = (head: () => Promise<Place>) => {
  /** The highest position known to be committed, and the highest that readers can see. */
  let known = ''
  let readable = ''
  /** A reader found the end of the log before this position: somebody's open transaction hides it. */
  let hidden = ''
  let lively = performance.now()
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let due = Infinity
  let polling = false
  const waiting = new Set<Waiting>()

  const release = (which: (one: Waiting) => boolean) => {
    for (const one of waiting) if (which(one)) one.go()
  }

  /** Events were committed up to this position, by whomever. */
  const learn = (position: string) => {
    if (position <= known) return
    known = position
    lively = performance.now()
    release(({ after }) => after === undefined || after < position)
  }

  const see = (position: Place) => {
    if (keyOf(position) > readable) readable = keyOf(position)
    learn(keyOf(position))
  }

  /** Milliseconds until the next look: a quarter of the silence so far, within these bounds. */
  const idle = (least: number) => Math.min(1000, Math.max(least, (performance.now() - lively) / 4))

  const scheduleNext = () => {
    const look = performance.now() + idle(known > readable ? 2 : 25)
    schedule([...waiting].reduce((soonest, { until }) => Math.min(soonest, until), look))
  }

  /** Something may have been missed: look now. */
  const suspect = () => schedule(performance.now())

  const schedule = (at: number) => {
    if (at >= due || closed) return
    clearTimeout(timer)
    due = at
    timer = setTimeout(poll, Math.max(0, at - performance.now()))
  }

  const poll = async () => {
    due = Infinity
    if (polling || waiting.size === 0) return
    polling = true
    const before = readable
    const over = ({ until }: Waiting) => until <= performance.now()
    // Whose time is over reads for himself; only for others is it worth asking.
    if (![...waiting].every(over)) await head().then(see, () => {})
    polling = false
    release((one) => over(one) || (one.after === undefined ? readable > before : readable > one.after))
    if (waiting.size > 0) scheduleNext()
  }

  return {
    learn,
    /** As another process says. */
    hear: (position: string) => {
      if (/^pg:[0-9a-f]{16}$/.test(position)) learn(position)
      else suspect()
    },
    known: () => known,

    /** A page was read that began when `before` was known. */
    paged: (before: string, { scannedTo, caughtUp }: { scannedTo: Position; caughtUp: boolean }) => {
      see(scannedTo)
      if (caughtUp && scannedTo < before && before > hidden) hidden = before
    },

    suspect,

    wake: (signal: AbortSignal, position?: Place): Promise<void> =>
      new Promise((resolve) => {
        const after = position === undefined ? undefined : keyOf(position)
        const news = after !== undefined && (readable > after || (known > after && known > hidden))
        if (closed || signal.aborted || news) return resolve()
        const until = after === undefined ? performance.now() + idle(25) : Infinity
        const one: Waiting = {
          after,
          until,
          go: () => {
            waiting.delete(one)
            signal.removeEventListener('abort', one.go)
            resolve()
          },
        }
        waiting.add(one)
        signal.addEventListener('abort', one.go)
        scheduleNext()
      }),

    close: () => {
      closed = true
      clearTimeout(timer)
      release(() => true)
    },
  }
}

type Waiting = { after: string | undefined; until: number; go: () => void }

const keyOf = (position: Place): string => (position === 'start' ? '' : position)
