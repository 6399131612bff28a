import { refuse, type Actor, type Reading } from '@wushe/slice'
import type { Request, Response } from 'express'
import type { Operation } from './contract.ts'
import type { OpenService } from './open.ts'
import { refuseAgreement } from './policy.ts'
import { openOwn } from './present.ts'
import { Refused, type Language } from './problem.ts'
import type { Request as CommandRequest } from './stamp.ts'

/** What a query may know beyond its input. */
export const readingOf = (
  {
    operation,
    service,
    request,
    language,
  }: { operation: Operation; service: OpenService; request: CommandRequest; language: Language },
  actor: Actor,
): Reading => ({
  actor,
  refuseAgreement: (id) => refuseAgreement(operation.access, actor, id),
  now: request.moment.now,
  language,
  settle: (at) => settle(service, at),
  cursors: service.cursors,
  open: (sections) => openOwn(sections, { operation, request, service }),
  keyDestroyedAt: (person) => service.vault.destroyedAt(actor.orgId, person),
})

/** As JSON or, where the contract offers it and the caller prefers it, one item of `data` a line. */
export function answerQuery(
  res: Response,
  { lines }: Pick<Operation, 'lines'>,
  result: { data?: unknown; nextLink?: string; nextCursor?: string; retryAfter?: number },
  html?: () => string,
) {
  if (html) {
    res.vary('Accept')
    if (res.req.accepts(['application/json', 'text/html']) === 'text/html')
      return void res
        .set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
        .type('html')
        .send(html())
  }
  const next = result.nextCursor ? pathWith(res.req, result.nextCursor) : result.nextLink
  if (next) res.set('Link', `<${next}>; rel="next"`)
  if (result.retryAfter !== undefined) res.set('Retry-After', String(result.retryAfter))
  if (lines) res.vary('Accept')
  if (!lines || res.req.accepts(['application/json', ndjson]) !== ndjson) return void res.json(result)
  res.type(ndjson).send((result.data as unknown[]).map((item) => `${JSON.stringify(item)}\n`).join(''))
}

const ndjson = 'application/x-ndjson'

/** The address of the next page of a list. */
export const pathWith = (req: Request, cursor: string) => {
  const url = new URL(req.originalUrl, 'http://host')
  url.searchParams.set('cursor', cursor)
  return url.pathname + url.search
}

/** After it, nothing can be learnt at or before this moment, and the read models contain all that was. */
async function settle(service: OpenService, at: string) {
  await service.inbox.settle(at)
  const position = await service.inbox.positionAt(at)
  if (position === 'start') return
  const readers = [...service.running.values()].filter((one) => one.source === 'inbox')
  const arrived = await Promise.all(readers.map((one) => one.running.waitFor(position, 5000)))
  if (!arrived.every(Boolean)) throw new Refused(refuse('projection-lagging'))
}
