import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { channel } from './announce.ts'

/**
 * Hears what other processes announce, over a connection of its own. When it is lost, a new one is made after a pause that
 * grows from a quarter of a second to ten, at random, so that many processes do not come back all at once.
 */
export const listen = (url: string, on: { heard: (position: string) => void; connected: () => void }) => {
  const closing = new AbortController()
  const closed = new Promise<void>((resolve) => closing.signal.addEventListener('abort', () => resolve()))

  const once = async () => {
    const client = new pg.Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: 10_000 })
    const lost = new Promise<void>((resolve) => {
      client.on('error', () => resolve())
      client.on('end', () => resolve())
    })
    client.on('notification', ({ payload }) => payload && on.heard(payload))
    try {
      await client.connect()
      await client.query(`listen ${channel}`)
      on.connected()
      await Promise.race([lost, closed])
      return true
    } catch {
      return false
    } finally {
      await client.end().catch(() => {})
    }
  }

  const keepListening = async () => {
    for (let failures = 0; !closing.signal.aborted; failures++) {
      if (await once()) failures = 0
      await pause(Math.random() * Math.min(10_000, 250 * 2 ** failures), undefined, closing).catch(() => {})
    }
  }

  const ended = keepListening()
  return {
    close: async () => {
      closing.abort()
      await ended
    },
  }
}
