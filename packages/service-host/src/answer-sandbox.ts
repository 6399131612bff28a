import { refuse, sql } from '@wushe/slice'
import type { Request, Response } from 'express'
import type { Asked } from './answer.ts'
import { Refused } from './problem.ts'

/** GET /v1/sandbox, POST /v1/sandbox/reset, POST /v1/sandbox/clock. */
export async function answerSandbox(
  req: Request,
  res: Response,
  { service, operation, request }: Pick<Asked, 'service' | 'operation' | 'request'>,
) {
  const { sandbox } = service
  if (!sandbox) throw new Refused(refuse('only-in-sandbox'))
  if (operation.operationId === 'resetSandbox') await sandbox.reset()
  if (operation.operationId === 'moveSandboxClock') {
    const now = new Date((req.body as { now: string }).now)
    if (now.toISOString() <= request.moment.now)
      throw new Refused(refuse('clock-not-forward', { now: request.moment.now }))
    // A reset needs a key that still works.
    const ending = sql<{ day: string }>`
      select expires_on::text as day from host.keys
      where key_id = ${request.moment.actor.keyId} and expires_on <= ${now.toISOString()}::timestamptz`
    const [end] = await service.rows(ending)
    if (end) throw new Refused(refuse('clock-beyond-key', { expiresOn: end.day }))
    await sandbox.moveTo(now)
  }
  const realNow = new Date()
  res.json({
    data: { now: new Date(realNow.getTime() + sandbox.ahead()).toISOString(), realNow: realNow.toISOString() },
  })
}
