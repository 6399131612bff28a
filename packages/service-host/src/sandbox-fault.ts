import { setTimeout as pause } from 'node:timers/promises'
import { refuse } from '@wushe/slice'
import type { Request, Response } from 'express'
import type { OpenService } from './open.ts'
import { Refused } from './problem.ts'

const known = ['drop-response-after-commit', 'latency=8000', '503', '429', 'version-conflict']

/** `Sandbox-Fault`: what may go wrong on the way, on purpose, for whoever wants to see their own program bear it. */
export async function bearFault(req: Request, res: Response, { sandbox }: Pick<OpenService, 'sandbox'>) {
  const fault = req.get('sandbox-fault')
  if (fault === undefined) return
  if (!sandbox) throw new Refused(refuse('fault-only-in-sandbox'))
  const [, ms] = /^latency=(\d{1,5})$/.exec(fault) ?? []
  if (ms !== undefined && Number(ms) <= 30_000) return void (await pause(Number(ms)))
  switch (fault) {
    case 'drop-response-after-commit':
      return dropAnswer(res)
    case '503':
      throw new Refused(refuse('unavailable'))
    case '429':
      res.set('Retry-After', '1')
      throw new Refused(refuse('rate-limited', { policy: 'sandbox-fault', retryAfter: 1 }))
    case 'version-conflict':
      return void beOutdated(req)
    default:
      throw new Refused(refuse('sandbox-fault-not-known', { fault: fault.slice(0, 100), known: known.join(', ') }))
  }
}

/** All is done, and then the line breaks. */
function dropAnswer(res: Response) {
  const cut = () => {
    res.socket?.destroy()
    return res
  }
  res.end = cut as never
  res.write = (() => Boolean(cut())) as never
}

/** As if somebody had been faster: the request names the version before the one that it names. */
function beOutdated(req: Request) {
  const tag = req.headers['if-match']
  if (tag !== undefined) req.headers['if-match'] = `"v${Number(/v(\d+)/.exec(tag)?.[1] ?? 1) - 1}"`
}
