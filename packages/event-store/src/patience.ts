import { setTimeout as pause } from 'node:timers/promises'
import { Unavailable } from './event-store.ts'

/**
 * Repeats what fails through a fault of the infrastructure, at most `patience` ms, then Unavailable. `again`: an earlier
 * attempt may have come through.
 */
export const repeatThrough = async <T>(
  attempt: (again: boolean) => Promise<T>,
  { patience, isFault }: { patience: number; isFault: (error: unknown) => boolean },
): Promise<T> => {
  const until = performance.now() + patience
  for (let tries = 0; ; tries++) {
    try {
      return await attempt(tries > 0)
    } catch (error) {
      if (!isFault(error)) throw error
      if (performance.now() > until) throw unavailable(error)
      await pause(backoff(tries))
    }
  }
}

export const unavailable = (cause: unknown) => new Unavailable('The event store cannot be reached.', { cause })

/** Milliseconds until the next attempt: 20, 40, 80 … 1000, each less up to half of it. */
export const backoff = (tries: number) => Math.min(1000, 20 * 2 ** tries) * (0.5 + Math.random() / 2)
