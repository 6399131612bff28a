import { createHmac } from 'node:crypto'
import { lookup as resolve } from 'node:dns'
import { Agent as PlainAgent, request as plain, type RequestOptions } from 'node:http'
import { Agent as TlsAgent, request as tls } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Posted, Tools } from '@wushe/slice'
import { mayReach } from './inner-addresses.ts'

type Options = {
  /** Also to this machine, without TLS. */
  loopback: boolean
  timeoutMs?: number
  now?: () => Date
}

/**
 * Sends messages by Standard Webhooks. Names are looked up for the connection itself, and the connection is made to an
 * address that was looked at: a name that resolves inside reaches nobody, also when it resolves otherwise a moment
 * later. Redirects are not followed; what the server says is read no further than its status.
 */
export const poster = ({ loopback, timeoutMs = 15_000, now = () => new Date() }: Options) => {
  const kept = { keepAlive: true, maxFreeSockets: 50, timeout: 60_000 }
  const agents = { 'http:': new PlainAgent(kept), 'https:': new TlsAgent(kept) }

  const post: Tools['post'] = ({ url, id, body, secrets }) => {
    const to = new URL(url)
    const timestamp = Math.floor(now().getTime() / 1000)
    const host = to.hostname.replace(/^\[(.*)\]$/, '$1')
    // An address needs no looking up, and so nobody would look at it.
    if (isIP(host) && !mayReach(host, loopback)) return Promise.resolve({ failed: 'address-not-allowed' })
    if (to.protocol !== 'https:' && !(to.protocol === 'http:' && loopback))
      return Promise.resolve({ failed: 'address-not-allowed' })
    return send(to, {
      agent: agents[to.protocol as keyof typeof agents],
      method: 'POST',
      lookup: guarded(loopback),
      headers: {
        'content-type': 'application/cloudevents+json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'wushe-webhooks',
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': secrets.map((secret) => sign(secret, id, timestamp, body)).join(' '),
      },
    })

    function send(address: URL, options: RequestOptions): Promise<Posted> {
      return new Promise((settle) => {
        const asked = (address.protocol === 'https:' ? tls : plain)(address, options)
        const late = setTimeout(() => asked.destroy(new Failed('timed-out')), timeoutMs)
        const done = (posted: Posted) => {
          clearTimeout(late)
          settle(posted)
        }
        asked.on('socket', (socket) => {
          const look = () => {
            const { remoteAddress } = socket
            if (!remoteAddress || !mayReach(remoteAddress, loopback)) asked.destroy(new Failed('address-not-allowed'))
          }
          if (socket.connecting) socket.once('connect', look)
          else look()
        })
        asked.on('response', (response) => {
          const retryAfter = response.headers['retry-after']
          done({ status: response.statusCode!, ...(retryAfter && { retryAfter }) })
          // A short answer is read so that the connection can serve again; of a long one nothing is wanted.
          let length = 0
          response.on('data', (chunk: Buffer) => (length += chunk.length) > 65_536 && response.destroy())
          response.on('error', () => {})
          response.setTimeout(timeoutMs, () => response.destroy())
        })
        asked.on('error', (error) => done({ failed: error instanceof Failed ? error.why : 'not-reached' }))
        asked.end(body)
      })
    }
  }

  return {
    post,
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

/**
 * `v1,<base64>`: HMAC-SHA-256 of `id.timestamp.body`. These lines are all that the package `standardwebhooks` would be
 * used for.
 */
export const sign = (secret: string, id: string, timestamp: number, body: string) => {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}

const guarded =
  (loopback: boolean): LookupFunction =>
  (name, options, answer) =>
    resolve(name, { ...options, all: true }, (error, found) => {
      if (error) return answer(error, '', 0)
      if (!found.every(({ address }) => mayReach(address, loopback)))
        return answer(new Failed('address-not-allowed'), '', 0)
      if (options.all) return answer(null, found)
      answer(null, found[0]!.address, found[0]!.family)
    })

/** Nobody answered, or nobody was asked. */
class Failed extends Error {
  override name = 'Failed'
  readonly why: 'timed-out' | 'address-not-allowed'
  constructor(why: 'timed-out' | 'address-not-allowed') {
    super(why)
    this.why = why
  }
}
