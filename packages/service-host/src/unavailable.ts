import type { IncomingMessage, ServerResponse } from 'node:http'
import { toProblem } from './problem.ts'

/** For whoever comes before a service can be asked, or after it could last be reached: 503, to be sent again. */
export const answerUnavailable = (req: IncomingMessage, res: ServerResponse, requestId: string) => {
  if (res.writableEnded) return
  // A half answer is worse than none: whoever asked has to see that it was cut off.
  if (res.headersSent) return void res.destroy()
  const language = /^\s*en/i.test(req.headers['accept-language'] ?? '') ? 'en' : 'zh'
  res
    .writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1', 'cache-control': 'no-store' })
    .end(JSON.stringify(toProblem({ refused: 'unavailable' }, language, requestId)))
}
