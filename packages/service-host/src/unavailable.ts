import type { IncomingMessage, ServerResponse } from 'node:http'
import { openapi } from './contract.ts'
import { toProblem } from './problem.ts'
import { newRequestId } from './request.ts'

/** For whoever comes before a service can be asked, or after it could last be reached: 503, to be sent again. */
export const answerUnavailable = (req: IncomingMessage, res: ServerResponse) => {
  if (res.writableEnded) return
  // A half answer is worse than none: whoever asked has to see that it was cut off.
  if (res.headersSent) return void res.destroy()
  const english = /^\s*en/i.test(req.headers['accept-language'] ?? '')
  const requestId = newRequestId()
  res
    .writeHead(503, {
      'content-type': 'application/problem+json',
      'content-language': english ? 'en' : 'zh-CN',
      'retry-after': '1',
      'cache-control': 'no-store',
      'request-id': requestId,
      'api-version': openapi.info.version,
    })
    .end(JSON.stringify(toProblem({ refused: 'unavailable' }, english ? 'en' : 'zh', requestId)))
}
