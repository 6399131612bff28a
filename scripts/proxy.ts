import { Agent, createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ServiceName } from '@wushe/contracts'
import { answerUnavailable, operations, serviceAt, serviceOfRequest } from '@wushe/service-host'
import { createProxyServer } from 'httpxy'

const all = [...new Set(operations.map(({ service }) => service as ServiceName))]

export type Proxy = { url: string; stop(): Promise<void> }

/**
 * Shows services that run apart as one API at one port. `addressesOf` is asked for every request, and the copies of a
 * service take turns. A service that cannot be reached is answered for with 503, which whoever asked may repeat.
 */
export async function startProxy(
  port: number,
  addressesOf: (service: ServiceName) => readonly string[],
): Promise<Proxy> {
  const proxy = createProxyServer({ xfwd: true, agent: new Agent({ keepAlive: true }), proxyTimeout: 60_000 })
  let turn = 0

  const server = createServer((req, res) => {
    const { pathname } = new URL(req.url ?? '/', 'http://proxy')
    const [, first, second] = pathname.split('/')
    if (first === 'health') return void health(res, second === 'live' ? [] : all)
    if (first === 'status') return void status(res)
    // Tokens come from access; what every service answers alike, such as /openapi.json, is as good from there.
    const asked = second === 'requests' ? serviceOfRequest(pathname) : serviceAt(pathname)
    const addresses = addressesOf((first === 'v1' && asked) || 'access')
    const target = addresses[turn++ % addresses.length]
    if (!target) return answerUnavailable(req, res)
    proxy.web(req, res, { target }).catch(() => answerUnavailable(req, res))
  })

  /** Ready when every copy of every service is. */
  const health = async (res: ServerResponse, services: readonly ServiceName[]) => {
    const found = await Promise.all(
      services.flatMap((service) =>
        addressesOf(service).map(async (address) => {
          const answer = await fetch(`${address}/health/ready`, { signal: AbortSignal.timeout(5000) }).catch(
            () => undefined,
          )
          return {
            service,
            status: answer ? ((await answer.json()) as { status: string }).status : 'unreachable',
            ok: answer?.ok ?? false,
          }
        }),
      ),
    )
    const ready = found.every(({ ok }) => ok)
    res.writeHead(ready ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(
      JSON.stringify({
        status: ready ? 'ready' : 'degraded',
        services: found.map(({ service, status }) => ({ service, status })),
      }),
    )
  }

  /** What each service says of itself, in one answer. */
  const status = async (res: ServerResponse) => {
    const said = await Promise.all(
      all.map((service) =>
        fetch(`${addressesOf(service)[0]}/status`, { signal: AbortSignal.timeout(5000) }).then(
          (answer) => answer.json() as Promise<{ status: string; version: string; services: object[] }>,
          () => ({ status: 'unavailable', version: '', services: [{ name: service, views: [] }] }),
        ),
      ),
    )
    const worst = ['unavailable', 'degraded'].find((one) => said.some(({ status: its }) => its === one)) ?? 'ready'
    const version = said.find((one) => one.version)?.version ?? ''
    res
      .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(JSON.stringify({ status: worst, version, services: said.flatMap(({ services }) => services) }))
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      await closed
    },
  }
}
