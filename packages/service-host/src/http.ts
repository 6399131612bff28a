import { docs } from '@wushe/docs-site'
import { ForeignPosition, isFault, Unavailable } from '@wushe/event-store'
import { refuse, type Actor } from '@wushe/slice'
import { PersonErased, PersonRestricted } from '@wushe/vault'
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import { answer, answerCommand, askedOf, demandCaughtUp, inputOf } from './answer.ts'
import { readBody } from './body.ts'
import { browsers } from './browsers.ts'
import { asyncapi, events, openapi, operations, problems, refusals, serviceAt, type Operation } from './contract.ts'
import { deprecationOf } from './deprecation.ts'
import { replayed } from './execute.ts'
import type { OpenService } from './open.ts'
import { withOverride } from './override.ts'
import { preferencesOf } from './preferences.ts'
import { Refused, toProblem } from './problem.ts'
import { momentAt, newRequestId, requestOf } from './request.ts'
import { bearFault } from './sandbox-fault.ts'
import type { Slice } from './service.ts'
import { routesOf } from './routes.ts'
import { readSyncToken } from './sync-token.ts'
import type { Telemetry } from './telemetry.ts'
import { openStreams, type Streaming } from './stream.ts'
import { answersHeldAgainst, validatorOf, violations, type AnswerCheck } from './validate.ts'
import { whoAsks } from './who-asks.ts'

export type HttpOptions = {
  services: readonly OpenService[]
  /** Where a service is reached, here or elsewhere. */
  apiUrl: (service: string) => string
  now?: () => Date
  maxBodyBytes?: number
  /** Answers are held against the contract too: in tests. */
  validateAnswers?: AnswerCheck | undefined
  log?: (line: Record<string, unknown>) => void
  telemetry?: Telemetry | undefined
  /** Whose X-Forwarded-For is believed. */
  trustedProxies?: readonly string[] | undefined
  streaming?: Partial<Streaming>
}

/** The contract is the router: each operation goes to the slice of the same name. */
export function http({
  services,
  apiUrl,
  now = () => new Date(),
  maxBodyBytes = 1_000_000,
  validateAnswers,
  log = () => {},
  telemetry,
  trustedProxies = [],
  streaming,
}: HttpOptions): Express {
  const streams = openStreams(streaming)
  const app = express()
  app
    .disable('x-powered-by')
    .disable('etag')
    .set('query parser', 'simple')
    .set('trust proxy', [...trustedProxies])

  const served = operations.flatMap((operation) => {
    // Each process finds the requests that it answered, and knows whom to ask for others.
    const everywhere = operation.builtIn === 'request' ? services[0] : undefined
    const service = services.find((one) => one.name === operation.service) ?? everywhere
    if (!service) return []
    const validate = validatorOf(operation.template)
    return [{ operation, service, slice: sliceOf(operation, service), validate }]
  })

  app.use(beginRequest(log, telemetry))
  if (validateAnswers) app.use(answersHeldAgainst(validateAnswers))
  if (services[0]) app.use(browsers(services[0]))
  app.get('/openapi.json', (_, res) => void res.json(openapi))
  let ofEvents: unknown
  app.get('/asyncapi.json', (_, res) => void res.json((ofEvents ??= asyncapi())))
  app.get('/errors.json', (_, res) => void res.json(problems))
  app.get('/limits', (_, res) => void res.json(limitsOf(maxBodyBytes)))
  app.use('/docs', docs({ openapi, problems, refusals, events, answerTo: toProblem }))
  app.use(readBody(maxBodyBytes))
  const find = routesOf(served)
  app.use(async (req, res, next) => {
    const { found, params } = find(req.method, req.path) ?? {}
    if (!found) return next()
    const { operation, service, slice, validate } = found
    req.params = params!
    Object.assign(res.locals, { operation, service, slice, params, services, apiUrl, streams })
    // Another protocol than ours answers for itself.
    if (slice.kind === 'route') return slice.answer(req, res, service, now())
    await admit(req, res, now)
    validate(req, res)
    await answer(req, res, slice)
  })
  app.use((req) => {
    throw allowed(req.path).length
      ? new Refused(refuse('method-not-allowed', { allow: allowed(req.path).join(', ') }))
      : new Refused(refuse('not-found'))
  })
  app.use(answerAgain)
  app.use(toAnswer(maxBodyBytes))
  return app
}

/** What every service answers alike needs no slice of its own. */
function sliceOf({ operationId, builtIn, record }: Operation, service: OpenService): Slice {
  if (builtIn === 'batch' || builtIn === 'request' || builtIn === 'sandbox')
    return { kind: builtIn, operation: operationId }
  if (builtIn === 'version') return { kind: 'one', operation: operationId, record: service.recordNamed(record!) }
  if (builtIn === 'diff') return { kind: 'diff', operation: operationId, record: service.recordNamed(record!) }
  return service.service.operations[operationId]!
}

/** What a client may count on, in numbers. */
const limitsOf = (maxBodyBytes: number) => ({
  bodyBytes: maxBodyBytes,
  batchRequests: 100,
  list: { default: 100, most: 500 },
  waitSeconds: { default: 2, most: 10 },
})

/** Request id, language, trace, one line in the log. */
const beginRequest =
  (log: NonNullable<HttpOptions['log']>, telemetry: HttpOptions['telemetry']): RequestHandler =>
  (req, res, next) => {
    const requestId = newRequestId(serviceAt(req.path))
    const started = performance.now()
    const trace = telemetry?.request(req, res, () => askedOf(res).operation)
    Object.assign(res.locals, {
      requestId,
      trace,
      language: req.acceptsLanguages('zh-CN', 'zh', 'en') === 'en' ? 'en' : 'zh',
    })
    res.set({
      'Request-Id': requestId,
      'API-Version': openapi.info.version,
      'Cache-Control': 'private, no-store',
      Vary: 'Accept-Language, Authorization, Origin, Prefer',
    })
    res.on('finish', () => {
      const { operation, service, orgId, at, refused: code, eventIds = [] } = askedOf(res)
      const { statusCode: status } = res
      const ms = Math.round(performance.now() - started)
      const operationId = operation?.operationId
      log({ requestId, ...(trace && { traceId: trace.id }), operation: operationId, status, code, ms, org: orgId })
      if (orgId === undefined || operation.builtIn === 'request') return
      service.requests.note({
        ...{ requestId, orgId, operationId: operation.operationId, status, code, eventIds },
        ...{ at: at.toISOString(), durationMs: ms },
      })
    })
    if (trace) trace.within(next)
    else next()
  }

/** Who asks, and what did they see before. */
async function admit(req: Request, res: Response, now: () => Date) {
  const asked = askedOf(res)
  const { operation, service, slice, requestId, trace } = asked
  const at = (asked.at = now())
  const moment = momentAt(at)
  const identify = (at: Date, catchUp?: (known: Actor | undefined) => Promise<boolean>) =>
    whoAsks(req, res, { service, operation, at, moment: momentAt(at), catchUp })
  const known = await identify(at, async (known) => {
    const tokens = readSyncToken(req.get('sync-token'))
    const touchesAccess = tokens.has('access') || tokens.has('reporting')
    if (touchesAccess) await demandCaughtUp(service, req, ['access-copy', 'agreement-copy'])
    // What is assigned to a social worker is known where it is recorded.
    const touchesAssigned = known?.role === 'social-worker' && tokens.has(service.name)
    if (touchesAssigned) await demandCaughtUp(service, req, ['assignments'])
    return touchesAccess || touchesAssigned
  })
  const actor = await withOverride(known, req.get('access-override'), {
    ...{ operation, service, slice, now: moment.now },
  })
  await bearFault(req, res, service)
  asked.again = () => identify(now())
  res.set(deprecationOf(operation, moment.today))

  asked.request = await requestOf(req, {
    ...{ requestId, traceparent: trace?.traceparent, vault: service.vault },
    keyed: asked.slice.kind === 'command',
    dryRun: req.query['dryRun'] === 'true',
    moment: { ...moment, actor, ...(service.sandbox && { sandbox: true }) },
  })
}

const allowed = (path: string) =>
  operations
    .filter((one) =>
      literal.has(path) ? one.path === path : new RegExp(`^${one.path.replace(/:\w+/g, '[^/]+')}$`).test(path),
    )
    .map((one) => one.method.toUpperCase())

/** `/v1/subjects/search` is an address of its own, and never the one of a subject called search. */
const literal = new Set(operations.map(({ path }) => path).filter((path) => !path.includes(':')))

/**
 * Before a command is refused, whatever for: if the same request was carried out before, it gets the same answer again.
 * A command that is not refused finds it out by itself, as it reads the stream or appends to it.
 */
const answerAgain: ErrorRequestHandler = async (error, req, res, next) => {
  const { operation, service, slice, request } = askedOf(res)
  if (res.headersSent || !request || slice.kind !== 'command' || error instanceof Unavailable) return next(error)
  const before = await replayed(service, { slice, operation, input: inputOf(req, res), request })
  if (before) await answerCommand(res, before, preferencesOf(req.get('prefer')))
  else next(error)
}

/** Refused for what lasts a moment only. */
const soon = new Set(['concurrent-update', 'streams-exhausted'])

/** The one place where an error becomes an answer. */
const toAnswer =
  (maxBytes: number): ErrorRequestHandler =>
  (error, req, res, next) => {
    if (res.headersSent) return next(error)
    const { requestId, language } = askedOf(res)
    const refusal = refusalOf(error, req, maxBytes)
    if (refusal.refused === 'internal-error') console.error(requestId, error)
    const problem = toProblem(refusal, language, requestId)
    askedOf(res).refused = problem.code
    if (problem.status === 401) res.set('WWW-Authenticate', 'Bearer realm="wushe"')
    if (problem.status === 503 || soon.has(problem.code)) res.set('Retry-After', '1')
    if (refusal.refused === 'method-not-allowed') res.set('Allow', String(refusal.params?.['allow']))
    if (refusal.refused === 'version-conflict') res.set('ETag', `"v${refusal.params!['currentVersion']}"`)
    res.set('Content-Language', language === 'zh' ? 'zh-CN' : 'en')
    res.status(problem.status).type('application/problem+json').send(JSON.stringify(problem))
  }

function refusalOf(error: any, req: Request, maxBytes: number): Refused['refusal'] {
  if (error instanceof Refused) return error.refusal
  if (error instanceof Unavailable) return refuse('unavailable')
  if (error instanceof PersonErased) return refuse('person-erased', { id: error.owner })
  if (error instanceof PersonRestricted) return refuse('person-restricted', { id: error.owner })
  if (error instanceof ForeignPosition) return refuse('sync-token-invalid')
  if (error?.type === 'entity.too.large') return refuse('body-too-large', { maxBytes })
  if (error?.type === 'entity.parse.failed') return refuse('malformed-json')
  if (error?.type === 'encoding.unsupported')
    return refuse('content-encoding-unsupported', { encoding: error.encoding })
  if (error?.type === 'charset.unsupported') return refuse('charset-unsupported', { charset: error.charset })
  switch (error?.status) {
    case 400:
      if (!error.errors && req.get('content-encoding')) return refuse('content-encoding-broken')
      return { refused: 'request-invalid', errors: violations(error.errors ?? [], req) }
    case 404:
      return refuse('not-found')
    case 405:
      return refuse('method-not-allowed', { allow: allowed(req.path).join(', ') })
    case 413:
      return refuse('body-too-large', { maxBytes })
    case 415:
      return refuse('media-type-unsupported')
    default:
      return refuse(isFault(error) ? 'unavailable' : 'internal-error')
  }
}
