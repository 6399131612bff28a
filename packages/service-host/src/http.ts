import type { ServiceName } from '@wushe/contracts'
import { ForeignPosition, isFault, Unavailable } from '@wushe/event-store'
import { isRefusal, refuse } from '@wushe/slice'
import { newSalt, PersonErased } from '@wushe/vault'
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import { v7 as newUuid } from 'uuid'
import { readBody } from './body.ts'
import { catchUpWith } from './catch-up.ts'
import { openapi, operations, problems, type Operation } from './contract.ts'
import { execute, receiptOf, replayed, type Executed } from './execute.ts'
import type { OpenService } from './open.ts'
import { present } from './present.ts'
import { Refused, toProblem, type Language } from './problem.ts'
import { readHistory, readList, readOne } from './read.ts'
import { momentAt, requestOf } from './request.ts'
import type { AnyInput, Slice } from './service.ts'
import type { Request as CommandRequest } from './stamp.ts'
import type { Telemetry, Trace } from './telemetry.ts'
import { validatorOf, violations } from './validate.ts'
import { readSyncToken, writeSyncToken } from './sync-token.ts'

export type HttpOptions = {
  services: readonly OpenService[]
  now?: () => Date
  maxBodyBytes?: number
  /** Answers are held against the contract too: in tests. */
  validateAnswers?: boolean
  log?: (line: Record<string, unknown>) => void
  telemetry?: Telemetry | undefined
}

type Asked = {
  requestId: string
  trace?: Trace
  language: Language
  operation: Operation
  service: OpenService
  slice: Slice
  request: CommandRequest
}
const askedOf = (res: Response) => res.locals as Asked

/** The contract is the router: each operation goes to the slice of the same name. */
export function http({
  services,
  now = () => new Date(),
  maxBodyBytes = 1_000_000,
  validateAnswers = false,
  log = () => {},
  telemetry,
}: HttpOptions): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple')

  const served = operations.flatMap((operation) => {
    const service = services.find((one) => one.name === operation.service)
    return service ? [{ operation, service, slice: service.service.operations[operation.operationId]! }] : []
  })

  app.use(beginRequest(log, telemetry))
  app.get('/openapi.json', (_, res) => void res.json(openapi))
  app.get('/errors.json', (_, res) => void res.json(problems))
  app.use(readBody(maxBodyBytes))
  const validators = new Map(
    served.map(({ operation }) => [operation.path, validatorOf(operation.template, validateAnswers)]),
  )
  for (const { operation, service, slice } of served) {
    const begin: RequestHandler = (_req, res, next) => {
      Object.assign(res.locals, { operation, service, slice })
      next()
    }
    const handlers = [begin, admit(now), validators.get(operation.path)!, answer]
    if (operation.method === 'get') app.get(operation.path, ...handlers)
    else app.post(operation.path, ...handlers)
  }
  app.use((req) => {
    throw allowed(req.path).length
      ? new Refused(refuse('method-not-allowed', { allow: allowed(req.path).join(', ') }))
      : new Refused(refuse('not-found'))
  })
  app.use(answerAgain)
  app.use(toAnswer(maxBodyBytes))
  return app
}

/** Request id, language, trace, one line in the log. */
const beginRequest =
  (log: NonNullable<HttpOptions['log']>, telemetry: HttpOptions['telemetry']): RequestHandler =>
  (req, res, next) => {
    const requestId = `req_${newUuid({ random: newSalt() }).replaceAll('-', '')}`
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
      Vary: 'Accept-Language, Authorization',
    })
    res.on('finish', () =>
      log({
        requestId,
        ...(trace && { traceId: trace.id }),
        operation: askedOf(res).operation?.operationId,
        status: res.statusCode,
        ms: Math.round(performance.now() - started),
        org: askedOf(res).request?.moment.actor.orgId,
      }),
    )
    if (trace) trace.within(next)
    else next()
  }

/** Who asks, may their kind, and what did they see before. */
const admit =
  (now: () => Date): RequestHandler =>
  async (req, res, next) => {
    const asked = askedOf(res)
    const { operation, service, requestId, trace } = asked
    const tokens = readSyncToken(req.get('sync-token'))
    const touchesAccess = tokens.has('access') || tokens.has('reporting')
    if (touchesAccess) await waitFor(service, tokens, ['access-copy', 'agreement-copy'])

    const moment = momentAt(now())
    const actor = await service.authenticate(req.get('authorization'), moment.today, touchesAccess)
    if (!operation.roles.includes(actor.kind))
      throw new Refused(refuse('not-permitted', { roles: operation.roles.join(', ') }))

    asked.request = await requestOf(req, {
      ...{ requestId, traceparent: trace?.traceparent, vault: service.vault },
      moment: { ...moment, actor },
    })
    next()
  }

/** The slice's own answer. */
const answer: RequestHandler = async (req, res) => {
  const { operation, service, slice, request, language } = askedOf(res)
  const { actor } = request.moment
  const input = inputOf(req)
  const tokens = readSyncToken(req.get('sync-token'))
  switch (slice.kind) {
    case 'command':
      await waitFor(service, tokens, ['agreement-copy'])
      return answerCommand(
        res,
        await execute(service, { slice, operation, input, request, ifMatch: req.get('if-match') }),
      )
    case 'list': {
      await waitFor(service, tokens, [slice.record.table])
      const page = await readList(service, slice.record, operation, input, actor, request.moment.now)
      if (page.nextCursor) res.set('Link', `<${pathWith(req, page.nextCursor)}>; rel="next"`)
      if (page.position) res.set('Sync-Token', writeSyncToken(service.name, page.position))
      return void res.json(page)
    }
    case 'one': {
      const { data, version, position } = await readOne(service, slice.record, operation, input, actor)
      res.set({ ETag: `"v${version}"`, 'Sync-Token': writeSyncToken(service.name, position) })
      return void res.json({ data })
    }
    case 'history':
      return void res.json(await readHistory(service, slice.record, operation, input, actor, language))
    case 'query': {
      await waitFor(
        service,
        tokens,
        service.service.projections.map((one) => one.name),
      )
      const reading = {
        actor,
        now: request.moment.now,
        language,
        settle: (at: string) => settle(service, at),
        cursors: service.cursors,
      }
      const result = await slice.answer(input, reading, service.rows)
      if (isRefusal(result as object)) throw new Refused(result as never)
      return void res.json(result)
    }
  }
}

async function answerCommand(res: Response, executed: Executed) {
  const { operation, service, request } = askedOf(res)
  const { record, position, replayed: again, shownOnce } = executed
  const [data] = await present([record], request.moment.actor, service.vault)
  const warnings = executed.recorded.flatMap(({ data: { flags = [] } }: any) =>
    flags.map((code: string) => ({ code, detail: problems[code]?.title[askedOf(res).language] ?? code })),
  )
  res.set({ ETag: `"v${record.version}"` })
  if (position) res.set('Sync-Token', writeSyncToken(service.name, position))
  if (again) res.set('Idempotent-Replayed', 'true')
  if (operation.status === 201) res.set('Location', `${res.req.path}/${record.id}`)
  res.status(operation.status).json({
    data: { ...data, ...shownOnce },
    receipt: {
      ...receiptOf(executed, service.name),
      recordedAt: executed.recorded.at(-1)?.meta.recordedAt ?? record.updatedAt,
    },
    ...(warnings.length && { warnings }),
  })
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

async function waitFor(service: OpenService, tokens: Map<ServiceName, string>, needed: string[]) {
  if (tokens.size === 0) return
  if (!(await catchUpWith(service, tokens, needed, 2000))) throw new Refused(refuse('projection-lagging'))
}

const inputOf = (req: Request): AnyInput => ({ path: req.params, query: req.query, body: req.body })

const pathWith = (req: Request, cursor: string) => {
  const url = new URL(req.originalUrl, 'http://host')
  url.searchParams.set('cursor', cursor)
  return url.pathname + url.search
}

const allowed = (path: string) =>
  operations
    .filter((one) => new RegExp(`^${one.path.replace(/:\w+/g, '[^/]+')}$`).test(path))
    .map((one) => one.method.toUpperCase())

/**
 * Before a command is refused, whatever for: if the same request was carried out before, it gets the same answer again.
 * A command that is not refused finds it out by itself, as it reads the stream or appends to it.
 */
const answerAgain: ErrorRequestHandler = async (error, req, res, next) => {
  const { operation, service, slice, request } = askedOf(res)
  if (res.headersSent || !request || slice.kind !== 'command' || error instanceof Unavailable) return next(error)
  const before = await replayed(service, { slice, operation, input: inputOf(req), request })
  if (before) await answerCommand(res, before)
  else next(error)
}

/** The one place where an error becomes an answer. */
const toAnswer =
  (maxBytes: number): ErrorRequestHandler =>
  (error, req, res, next) => {
    if (res.headersSent) return next(error)
    const { requestId, language } = askedOf(res)
    const refusal = refusalOf(error, req, maxBytes)
    if (refusal.refused === 'internal-error') console.error(requestId, error)
    const problem = toProblem(refusal, language, requestId)
    if (problem.status === 401) res.set('WWW-Authenticate', 'Bearer realm="wushe"')
    if (problem.status === 503 || refusal.refused === 'concurrent-update') res.set('Retry-After', '1')
    if (refusal.refused === 'method-not-allowed') res.set('Allow', String(refusal.params?.['allow']))
    if (refusal.refused === 'version-conflict') res.set('ETag', `"v${refusal.params!['currentVersion']}"`)
    res.set('Content-Language', language === 'zh' ? 'zh-CN' : 'en')
    res.status(problem.status).type('application/problem+json').send(JSON.stringify(problem))
  }

function refusalOf(error: any, req: Request, maxBytes: number): Refused['refusal'] {
  if (error instanceof Refused) return error.refusal
  if (error instanceof Unavailable) return refuse('unavailable')
  if (error instanceof PersonErased) return refuse('person-erased', { id: error.owner })
  if (error instanceof ForeignPosition) return refuse('sync-token-invalid')
  if (error?.type === 'entity.too.large') return refuse('body-too-large', { maxBytes })
  if (
    error?.type === 'entity.parse.failed' ||
    error?.type === 'encoding.unsupported' ||
    error?.type === 'charset.unsupported'
  )
    return refuse('malformed-json')
  switch (error?.status) {
    case 400:
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
