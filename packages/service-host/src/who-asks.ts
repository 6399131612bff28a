import { refuse, type Actor, type Moment } from '@wushe/slice'
import type { Request, Response } from 'express'
import type { Operation } from './contract.ts'
import type { OpenService } from './open.ts'
import { refuseOperation } from './policy.ts'
import { Refused } from './problem.ts'

/** Who asks, not too often, and may: their kind of organisation, and they themselves. */
export async function whoAsks(
  req: Request,
  res: Response,
  {
    service,
    operation,
    at,
    moment,
    fresh,
  }: {
    service: OpenService
    operation: Operation
    at: Date
    moment: Pick<Moment, 'now' | 'today'>
    /** What was kept of who asks is not good enough. */
    fresh: boolean
  },
): Promise<Actor> {
  const presented = { authorization: req.get('authorization'), address: req.ip ?? '' }
  const actor = await service.authenticate(presented, moment, fresh).catch((error: unknown) => {
    if (error instanceof Refused && !res.headersSent) service.limits.failed(res, presented.address, at)
    throw error
  })
  // Who is looked at once more while an answer lasts has not asked again.
  if (!res.headersSent) service.limits.demand(res, actor, { writes: !operation.reads, now: at })
  service.uses.note(actor.keyId, at)

  const refusal = refuseOperation(operation.access, actor)
  if (refusal) throw new Refused(refusal)
  if (!operation.scopes.every((scope) => actor.scopes?.includes(scope))) {
    const needed = operation.scopes.join(' ')
    res.set('WWW-Authenticate', `Bearer error="insufficient_scope", scope="${needed}"`)
    throw new Refused(refuse('missing-scope', { requiredScopes: needed }))
  }
  return actor
}
