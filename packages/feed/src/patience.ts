import { setTimeout as sleep } from 'node:timers/promises'
import { blame } from './fault.ts'

/** Tries for ever while what goes wrong passes by itself; undefined when the signal aborted first. */
export const patiently = async <Result>(
  signal: AbortSignal,
  attempt: () => Promise<Result>,
  onFault: (error: unknown) => void = () => {},
): Promise<Result | undefined> => {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await attempt()
    } catch (error) {
      if (blame(error) !== 'moment') throw error
      onFault(error)
      await sleep(backoff(failures), undefined, { signal }).catch(() => {})
    }
  }
  return undefined
}

/** Longer each time, at most ten seconds, and never in step with others. */
const backoff = (failures: number) => Math.min(10_000, 25 * 2 ** failures) * (0.5 + Math.random() / 2)
