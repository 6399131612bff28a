import { refuse, type Actor, type Moment } from '@wushe/slice'
import type { Request, Response } from 'express'
import type { Presented } from './authenticate.ts'
import { askedOf } from './answer.ts'
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
    catchUp,
  }: {
    service: OpenService
    operation: Operation
    at: Date
    moment: Pick<Moment, 'now' | 'today'>
    /** Waits for what the caller has seen of keys and agreements; false if they say nothing of that. */
    catchUp: ((known: Actor | undefined) => Promise<boolean>) | undefined
  },
): Promise<Actor> {
  const presented = { authorization: req.get('authorization'), address: req.ip ?? '' }
  const actor = await actorOf(service, presented, moment, catchUp).catch((error: unknown) => {
    if (error instanceof Refused && !res.headersSent) service.limits.failed(res, presented.address, at)
    throw error
  })
  askedOf(res).orgId = actor.orgId
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

/**
 * Whoever shows nothing that could be a key is told so before anything else is looked at. One that is not known here may
 * be one of which the Sync-Token speaks.
 */
async function actorOf(
  { authenticate }: OpenService,
  presented: Presented,
  moment: Pick<Moment, 'now' | 'today'>,
  catchUp: (known: Actor | undefined) => Promise<boolean> = async () => false,
): Promise<Actor> {
  const found = await authenticate(presented, moment, false).catch((error: unknown) => {
    if (error instanceof Refused && ['key-not-valid', 'token-not-valid'].includes(error.refusal.refused)) return error
    throw error
  })
  const caughtUp = await catchUp(found instanceof Refused ? undefined : found).catch((error: unknown) => {
    // What else is wrong with the request concerns those who may ask.
    throw found instanceof Refused && !isLagging(error) ? found : error
  })
  if (caughtUp) return authenticate(presented, moment, true)
  if (found instanceof Refused) throw found
  return found
}

const isLagging = (error: unknown) => error instanceof Refused && error.refusal.refused === 'projection-lagging'
