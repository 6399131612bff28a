import { setTimeout as pause } from 'node:timers/promises'
import { backoff, unavailable } from '../patience.ts'
import { isCollision, isFault } from './session.ts'

export type GroupOptions<Request, Answer> = {
  /** How many statements may be under way at once. */
  inFlight: number
  /** Asked anew for each statement: whether a request may share it with those taken so far. */
  admits: () => (request: Request) => boolean
  /**
   * Sends one statement; answers in the order of the requests. Undefined sends that request again, alone. `again`: an
   * earlier attempt of this one request may have come through.
   */
  send: (requests: readonly Request[], again: boolean) => Promise<readonly (Answer | undefined)[]>
  /** How long a request is repeated through faults, in ms, before Unavailable. */
  patience: number
}

/**
 * Requests that arrive while others are under way share the next statement. No timer: whoever comes first goes as soon as
 * everything that has arrived with it is heard, so that one wake-up of the process sends one statement, and what gathers
 * meanwhile follows. When a shared statement fails, its requests are repeated alone, so that only the guilty one is refused.
 */
export const group = <Request, Answer>({ inFlight, admits, send, patience }: GroupOptions<Request, Answer>) => {
  let queue: Waiting<Request, Answer>[] = []
  let pumps = 0
  let failingSince: number | undefined
  let failures = 0
  let fault: unknown
  let drained: (() => void) | undefined

  const ask = (request: Request, alone = false): Promise<Answer> =>
    new Promise((resolve, reject) => {
      queue.push({ request, alone, again: false, since: performance.now(), resolve, reject })
      if (pumps < inFlight) {
        pumps++
        setImmediate(pump)
      }
    })

  const pump = async () => {
    while (queue.length > 0) {
      const taken = take()
      if (taken.length > 0) await run(taken)
    }
    pumps--
    if (pumps === 0) drained?.()
  }

  const take = () => {
    const first = queue[0]!
    if (failingSince !== undefined && performance.now() - Math.max(first.since, failingSince) > patience) {
      queue.shift()!.reject(unavailable(fault))
      return []
    }
    if (first.alone) return [queue.shift()!]
    const admitted = admits()
    const taken: Waiting<Request, Answer>[] = []
    const left: Waiting<Request, Answer>[] = []
    for (const waiting of queue) (!waiting.alone && admitted(waiting.request) ? taken : left).push(waiting)
    queue = left
    return taken
  }

  const run = async (taken: readonly Waiting<Request, Answer>[]) => {
    try {
      const answers = await send(
        taken.map(({ request }) => request),
        taken[0]!.again,
      )
      failingSince = undefined
      failures = 0
      taken.forEach((waiting, i) => {
        const answer = answers[i]
        if (answer === undefined) repeat([waiting])
        else waiting.resolve(answer)
      })
    } catch (error) {
      if (isFault(error)) await waitOut(taken, error)
      else if (isCollision(error)) {
        const now = performance.now()
        giveUpOrRepeat(taken, error, ({ since }) => now - since > patience)
        await pause(Math.random() * 5)
      } else if (taken.length > 1) repeat(taken)
      else taken[0]!.reject(error)
    }
  }

  const waitOut = async (taken: readonly Waiting<Request, Answer>[], error: unknown) => {
    const now = performance.now()
    const start = (failingSince ??= now)
    fault = error
    taken.forEach((waiting) => (waiting.again = true))
    giveUpOrRepeat(taken, error, ({ since }) => now - Math.max(since, start) > patience)
    await pause(backoff(failures++))
  }

  const giveUpOrRepeat = (
    taken: readonly Waiting<Request, Answer>[],
    error: unknown,
    over: (waiting: Waiting<Request, Answer>) => boolean,
  ) => {
    taken.filter(over).forEach(({ reject }) => reject(unavailable(error)))
    repeat(taken.filter((waiting) => !over(waiting)))
  }

  const repeat = (taken: readonly Waiting<Request, Answer>[]) => {
    taken.forEach((waiting) => (waiting.alone = true))
    queue.unshift(...taken)
  }

  /** Resolves when everything asked so far is answered. */
  const drain = () =>
    new Promise<void>((resolve) => {
      drained = resolve
      if (pumps === 0) resolve()
    })

  return { ask, drain }
}

type Waiting<Request, Answer> = {
  request: Request
  alone: boolean
  again: boolean
  since: number
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}
