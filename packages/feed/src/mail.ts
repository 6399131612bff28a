import type { Word } from './session.ts'

export type Mail = ReturnType<typeof openMail>

/** What a follower was told and has not yet acted on. */
export const openMail = () => {
  const waiting = new Set<Word>()
  const listeners = new Set<() => void>()
  let wantedUntil = 0

  const take = (word: Word) => waiting.delete(word)

  return {
    put: (word: Word) => {
      if (word === 'wanted') wantedUntil = performance.now() + wantedMs
      else waiting.add(word)
      for (const listener of [...listeners]) listener()
    },
    /** Was it said since it was last taken? */
    take,
    has: (word: Word) => waiting.has(word),
    /** Does somebody wait for our checkpoint in another process? */
    isWanted: () => performance.now() < wantedUntil,
    /** Until the answered function is called. */
    listen: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** Waits for one of the words and takes it; false when the signal aborted first. */
    heard: (words: readonly Word[], signal: AbortSignal) =>
      new Promise<boolean>((resolve) => {
        const look = () => {
          if (!signal.aborted && !words.some((word) => waiting.has(word))) return
          listeners.delete(look)
          signal.removeEventListener('abort', look)
          resolve(!signal.aborted && words.filter(take).length > 0)
        }
        listeners.add(look)
        signal.addEventListener('abort', look)
        look()
      }),
  }
}

/** Somebody who waits says so again every tenth of a second. */
const wantedMs = 1000
