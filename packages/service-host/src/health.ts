import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { horizonLag } from '@wushe/event-store'
import { openapi } from './contract.ts'
import type { OpenService } from './open.ts'

/**
 * /health/live and /health/ready, for who operates it, and /status, for who uses it, stand outside the API: they need no
 * key and no contract.
 */
export const health =
  (services: readonly OpenService[], api: RequestListener): RequestListener =>
  (req: IncomingMessage, res: ServerResponse) => {
    if (req.url === '/health/live') return answer(res, 200, { status: 'live' })
    if (req.url === '/status')
      return void readiness(services).then(
        (found) => answer(res, 200, statusOf(found)),
        () => answer(res, 200, { status: 'unavailable', version: openapi.info.version, services: [] }),
      )
    if (req.url !== '/health/ready') return void api(req, res)
    readiness(services).then(
      ({ ready, ...body }) => answer(res, ready ? 200 : 503, body),
      () => answer(res, 503, { status: 'the database does not answer' }),
    )
  }

/** Is it there, and how many seconds behind is what is read: no more than anybody may know. */
const statusOf = ({ status, services }: Awaited<ReturnType<typeof readiness>>) => ({
  status,
  version: openapi.info.version,
  services: services.map(({ name, followers }) => ({
    name,
    views: followers.map(({ name: view, status: its, lagSeconds }) => ({ name: view, status: its, lagSeconds })),
  })),
})

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
