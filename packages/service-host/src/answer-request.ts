import { refuse } from '@wushe/slice'
import type { Request, Response } from 'express'
import type { Asked } from './answer.ts'
import { operations } from './contract.ts'
import { Refused } from './problem.ts'
import { serviceOfRequest } from './request.ts'

/** GET /v1/requests/{requestId}: what became of a request of one's own. The service that answered it is asked. */
export async function answerRequest(
  req: Request,
  res: Response,
  { services, apiUrl, request }: Pick<Asked, 'services' | 'apiUrl' | 'request'>,
) {
  const requestId = String(req.params['requestId'])
  const name = serviceOfRequest(requestId)
  if (!name) throw new Refused(refuse('not-found'))
  const service = services.find((one) => one.name === name)
  if (!service) return askElsewhere(req, res, apiUrl(name))
  const found = await service.requests.find(request.moment.actor.orgId, requestId)
  if (!found) throw new Refused(refuse('not-found'))
  const { orgId: _, code, ...made } = found
  const { method, template } = operations.find(({ operationId }) => operationId === found.operationId) ?? {}
  res.json({
    data: {
      ...made,
      ...(method && { method: method.toUpperCase(), path: template }),
      ...(code !== null && { code }),
    },
  })
}

/** Once: who is asked for another and does not have it either is behind an address that leads in a circle. */
async function askElsewhere(req: Request, res: Response, url: string) {
  if (req.get(askedFor)) throw new Refused(refuse('unavailable'))
  const answer = await fetch(url + req.path, {
    headers: {
      authorization: req.get('authorization')!,
      'accept-language': req.get('accept-language') ?? 'zh-CN',
      'x-forwarded-for': req.ip ?? '',
      [askedFor]: 'another service',
    },
    signal: AbortSignal.timeout(10_000),
  }).catch(() => {
    throw new Refused(refuse('unavailable'))
  })
  if (answer.status !== 200 && answer.status !== 404) throw new Refused(refuse('unavailable'))
  if (answer.status === 404) throw new Refused(refuse('not-found'))
  res.json(await answer.json())
}

const askedFor = 'wushe-asked-for'
