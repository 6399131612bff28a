import type { Pool } from 'pg'
import type { Position } from '../event-store.ts'
import { rows } from './session.ts'

/**
 * Tells other processes of what was committed, outside the appending transaction, where it would make commits queue. At most
 * one announcement every 25 ms; it speaks for all positions up to its own. One that fails is missed by nobody for long:
 * they poll.
 */
export const announcer = (pool: Pool) => {
  let pending: Position | undefined
  let timer: NodeJS.Timeout | undefined
  let last = -Infinity
  let sending: Promise<unknown> = Promise.resolve()

  const send = () => {
    timer = undefined
    last = performance.now()
    const position = pending
    pending = undefined
    sending = rows(pool, { name: 'es.announce', text: 'select pg_notify($1, $2)', values: [channel, position] }).catch(
      () => {},
    )
  }

  return {
    announce: (position: Position) => {
      if (pending === undefined || position > pending) pending = position
      if (timer) return
      const wait = last + spacing - performance.now()
      if (wait <= 0) send()
      else timer = setTimeout(send, wait)
    },
    close: async () => {
      clearTimeout(timer)
      if (pending) send()
      await sending
    },
  }
}

export const channel = 'es_committed'
const spacing = 25
