import { setTimeout as pause } from 'node:timers/promises'
import { refuse, type Actor, type Piece } from '@wushe/slice'
import type { Request, Response } from 'express'
import type { OpenService } from './open.ts'
import { Refused } from './problem.ts'

export type Streaming = {
  /** How many streams a key may have open in one process. */
  perKey: number
  heartbeatMs: number
  /** So long a caller may take to read what it was sent; then it is cut off. */
  patienceMs: number
  /** The process is stopping. */
  closing: AbortSignal
}

type Source = {
  key: string
  service: OpenService
  again: () => Promise<Actor>
  next: (who: Actor, after: string | undefined) => Promise<Piece>
}

/**
 * Server-sent events. Nothing is read ahead: a piece is asked for when the caller has taken the one before, so a slow
 * reader costs one piece of memory and nobody else's time. Who asks is looked at again at least every four seconds.
 */
export const openStreams = ({
  perKey = 5,
  heartbeatMs = 20_000,
  patienceMs = 30_000,
  closing = new AbortController().signal,
}: Partial<Streaming> = {}) => {
  const open = new Map<string, number>()

  const answer = async (req: Request, res: Response, source: Source) => {
    const { key } = source
    const count = open.get(key) ?? 0
    if (count >= perKey) throw new Refused(refuse('streams-exhausted', { limit: perKey }))
    open.set(key, count + 1)
    try {
      await send(req, res, source)
    } finally {
      const left = open.get(key)! - 1
      if (left > 0) open.set(key, left)
      else open.delete(key)
    }
  }

  const send = async (req: Request, res: Response, { service, again, next }: Source) => {
    const gone = new AbortController()
    res.on('close', () => gone.abort())
    // Undefined means from now on, which is settled by the first piece.
    let after = req.get('last-event-id') ?? (req.query['after'] as string | undefined)
    let piece = await next(await again(), after)
    res.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no', connection: 'close' })
    // Who was sent nothing yet still knows from where to go on.
    const begin = piece.messages.length === 0 ? `id: ${piece.after}\n` : ''
    res.write(`${begin}retry: 2000\n\n`)
    let last = performance.now()
    const over = () => gone.signal.aborted || closing.aborted
    try {
      while (!over()) {
        const text = piece.messages.map(({ id, data }) => `id: ${id}\ndata: ${JSON.stringify(data)}\n\n`).join('')
        const isSilent = performance.now() - last >= heartbeatMs
        const beat = isSilent ? `id: ${piece.after}\nevent: heartbeat\ndata: {}\n\n` : ''
        if (text || beat) {
          last = performance.now()
          if (!res.write(text + beat)) await taken(res, again)
        }
        after = piece.after
        if (!piece.more) await somethingNew(service, after, heartbeatMs - (performance.now() - last))
        piece = await next(await again(), after)
      }
      // Who does not read would keep the process from stopping.
      if (res.writableNeedDrain) res.destroy()
      else if (!gone.signal.aborted) res.end('event: end\ndata: {"code":"unavailable"}\n\n')
    } catch (error) {
      if (!(error instanceof Refused || error instanceof TooSlow)) console.error(res.get('request-id'), error)
      if (error instanceof TooSlow) res.destroy()
      else res.end(`event: end\ndata: ${JSON.stringify({ code: codeOf(error) })}\n\n`)
    }

    /** Waits until the caller has read; who asks is looked at meanwhile. */
    async function taken(to: Response, look: () => Promise<unknown>) {
      const until = performance.now() + patienceMs
      while (to.writableNeedDrain && !over()) {
        if (performance.now() >= until) throw new TooSlow()
        await Promise.race([
          new Promise<void>((resolve) => to.once('drain', resolve)),
          pause(Math.min(lookMs, until - performance.now()), undefined, { signal: gone.signal }).catch(() => {}),
        ])
        await look()
      }
    }

    async function somethingNew({ inbox }: OpenService, at: string, ms: number) {
      const woken = AbortSignal.any([
        gone.signal,
        closing,
        AbortSignal.timeout(Math.ceil(Math.max(1, Math.min(lookMs, ms)))),
      ])
      await inbox.wake(woken, `in:${BigInt(at).toString(16).padStart(16, '0')}` as never)
      // What comes at once is sent at once, together.
      if (!over()) await pause(20)
    }
  }

  return { answer }
}

const lookMs = 4000

const codeOf = (error: unknown) => (error instanceof Refused ? error.refusal.refused : 'unavailable')

/** The caller does not read. */
class TooSlow extends Error {
  override name = 'TooSlow'
}
