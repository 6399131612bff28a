import { setTimeout as pause } from 'node:timers/promises'
import { backoff, unavailable } from '../patience.ts'
import { isCollision, isFault } from './session.ts'

export type GroupOptions<Request, Answer> = {
  /** How many statements may be under way at once. */
  inFlight: number
  /**
   * Asked anew for each statement: whether a request may share it with those taken so far. One that is not admitted even
   * as the first waits until another statement is answered.
   */
  admits: () => (request: Request) => boolean
  /**
   * Sends one statement; answers in the order of the requests. Undefined sends that request again, alone. `again`: an
   * earlier attempt of this one request may have come through.
   */
  send: (requests: readonly Request[], again: boolean) => Promise<readonly (Answer | undefined)[]>
  /**
   * What a statement's answers mean for a request that waited meanwhile: its own answer, if no statement can give another.
   */
  overtaken?: (
    requests: readonly Request[],
    answers: readonly (Answer | undefined)[],
  ) => (request: Request) => Answer | undefined
  /** How long a request is repeated through faults, in ms, before Unavailable. */
  patience: number
}

/**
 * Requests that arrive while others are under way share the next statement. No timer: whoever comes first goes as soon as
 * everything that has arrived with it is heard, so that one wake-up of the process sends one statement, and what gathers
 * meanwhile follows. When a shared statement fails, its requests are repeated alone, so that only the guilty one is refused.
 */
export const group = <Request, Answer>(options: GroupOptions<Request, Answer>) => {
  const { inFlight, admits, send, overtaken, patience } = options
  let queue: Waiting<Request, Answer>[] = []
  let pumps = 0
  let failingSince: number | undefined
  let failures = 0
  let fault: unknown
  let drained: (() => void) | undefined

  const ask = (request: Request, alone = false): Promise<Answer> =>
    new Promise((resolve, reject) => {
      queue.push({ request, alone, again: false, since: performance.now(), resolve, reject })
      startPump()
    })

  const startPump = () => {
    if (pumps >= inFlight) return
    pumps++
    setImmediate(pump)
  }

  const pump = async () => {
    while (queue.length > 0) {
      const taken = take()
      // What is left waits for a statement under way, whose pump goes on with it.
      if (!taken) break
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
    return taken.length > 0 ? taken : undefined
  }

  const run = async (taken: readonly Waiting<Request, Answer>[]) => {
    const requests = taken.map(({ request }) => request)
    try {
      const answers = await send(requests, taken[0]!.again)
      failingSince = undefined
      failures = 0
      taken.forEach((waiting, i) => {
        const answer = answers[i]
        if (answer === undefined) repeat([waiting])
        else waiting.resolve(answer)
      })
      if (overtaken && queue.length > 0) answerOvertaken(overtaken(requests, answers))
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

  const answerOvertaken = (answerOf: (request: Request) => Answer | undefined) => {
    queue = queue.filter(({ request, alone, resolve }) => {
      const answer = alone ? undefined : answerOf(request)
      if (answer !== undefined) resolve(answer)
      return answer === undefined
    })
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
