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
    /** Waits for the word and takes it; false when the signal aborted first. */
    heard: (word: Word, signal: AbortSignal) =>
      new Promise<boolean>((resolve) => {
        const look = () => {
          if (!signal.aborted && !waiting.has(word)) return
          listeners.delete(look)
          signal.removeEventListener('abort', look)
          resolve(take(word) && !signal.aborted)
        }
        listeners.add(look)
        signal.addEventListener('abort', look)
        look()
      }),
  }
}

/** Somebody who waits asks again every half second. */
const wantedMs = 1000
