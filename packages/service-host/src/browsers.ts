import { sql } from '@wushe/slice'
import cors from 'cors'
import type { RequestHandler } from 'express'
import { LRUCache } from 'lru-cache'
import type { OpenService } from './open.ts'

/**
 * Lets pages call us from the origins that some client has registered, and from no other (CORS). No cookies are used, so
 * an origin opens nothing by itself: who asks still shows a token. What was found is kept for a second.
 */
export function browsers({ rows }: Pick<OpenService, 'rows'>): RequestHandler {
  const known = new LRUCache<string, { registered: boolean }>({ max: 1000, ttl: 1000 })
  const isRegistered = async (origin: string) => {
    let found = known.get(origin)
    if (!found) {
      const [row] = await rows(sql<{ registered: boolean }>`
        select exists (select from host.clients where not revoked and ${origin} = any(origins)) as registered`)
      known.set(origin, (found = row!))
    }
    return found.registered
  }
  const ask = cors({
    origin: (origin, callback) =>
      origin === undefined
        ? callback(null, false)
        : void isRegistered(origin).then(
            (registered) => callback(null, registered ? origin : false),
            (error: Error) => callback(error),
          ),
    methods: ['GET', 'POST'],
    allowedHeaders,
    exposedHeaders,
    maxAge: 7200,
  })
  // Most who ask are no pages, and have no origin.
  return (req, res, next) => (req.headers.origin || req.method === 'OPTIONS' ? ask(req, res, next) : next())
}

const allowedHeaders = [
  ...['Authorization', 'Content-Type', 'Content-Encoding', 'Idempotency-Key', 'If-Match', 'If-None-Match', 'Prefer'],
  ...[
    'Sync-Token',
    'Accept-Language',
    'Accept-Datetime',
    'traceparent',
    'Last-Event-ID',
    'Sandbox-Fault',
    'Access-Override',
  ],
]
const exposedHeaders = [
  ...['ETag', 'Location', 'Link', 'Request-Id', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'Sync-Token'],
  ...[
    'Idempotent-Replayed',
    'Preference-Applied',
    'Deprecation',
    'Sunset',
    'Memento-Datetime',
    'API-Version',
    'Dry-Run',
  ],
]
