import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { horizonLag } from '@wushe/event-store'
import type { OpenService } from './open.ts'

/** /health/live and /health/ready stand outside the API: they need no key and no contract. */
export const health =
  (services: readonly OpenService[], api: RequestListener): RequestListener =>
  (req: IncomingMessage, res: ServerResponse) => {
    if (req.url === '/health/live') return answer(res, 200, { status: 'live' })
    if (req.url !== '/health/ready') return void api(req, res)
    readiness(services).then(
      ({ ready, ...body }) => answer(res, ready ? 200 : 503, body),
      () => answer(res, 503, { status: 'the database does not answer' }),
    )
  }

async function readiness(services: readonly OpenService[]) {
  const found = await Promise.all(
    services.map(async ({ name, pool, running, fillers, warnings }) => {
      const followers = [...[...running.values()].map((one) => one.running), ...fillers.values()].map((one) =>
        one.health(),
      )
      const said = warnings()
      return { name, horizon: await horizonLag(pool), followers, ...(said.length > 0 && { warnings: said }) }
    }),
  )
  const ready = found.every(({ followers }) => followers.every(({ status }) => status !== 'stopped'))
  return { ready, status: ready ? 'ready' : 'degraded', services: found }
}

const answer = (res: ServerResponse, status: number, body: object) =>
  void res
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body))
