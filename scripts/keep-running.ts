import { setTimeout as pause } from 'node:timers/promises'

export type Kept = { stop: () => Promise<void>; exited: Promise<unknown> }

/**
 * Starts something, and again whenever it ends, until we stop: at once the first time, then ever later, up to ten seconds
 * while it does not last. Answers its first start, and throws what that one throws.
 */
export const keepRunning = async <One extends Kept>(
  name: string,
  start: () => Promise<One>,
  { stops, stopping, log }: { stops: (() => Promise<unknown>)[]; stopping: () => boolean; log: (line: string) => void },
): Promise<One> => {
  const first = await start()
  let running: Kept = first

  const again = async () => {
    for (let failures = 0; !stopping();) {
      await pause(Math.min(10_000, 100 * 2 ** failures++))
      const started = await start().catch((error: Error) => log(`${name} does not start: ${error.message}`))
      if (started) return started
    }
    return undefined
  }
  const guard = async () => {
    for (;;) {
      await running.exited
      if (stopping()) return
      log(`${name} has ended; starting it again …`)
      const next = await again()
      if (!next) return
      running = next
      if (stopping()) return running.stop()
    }
  }
  const guarding = guard()
  stops.push(async () => {
    await running.stop()
    await guarding
  })
  return first
}
