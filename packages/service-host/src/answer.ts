import { isRefusal, refuse, type Actor } from '@wushe/slice'
import type { Request, Response } from 'express'
import { carryOut, type Batch } from './batch.ts'
import { catchUpWith } from './catch-up.ts'
import { placeOf, problems, type Operation } from './contract.ts'
import { execute, receiptOf, typeOutside, type Executed } from './execute.ts'
import { matchPeople, searchPeople } from './find.ts'
import type { OpenService } from './open.ts'
import { untilOf } from './past.ts'
import { preferencesOf, type Preferences } from './preferences.ts'
import { present } from './present.ts'
import { Refused, type Language } from './problem.ts'
import { answerQuery, pathWith, readingOf } from './reading.ts'
import { answerRequest } from './answer-request.ts'
import { answerSandbox } from './answer-sandbox.ts'
import { readDiff, readHistory, readList, readOne } from './read.ts'
import type { AnyInput, Slice } from './service.ts'
import type { Request as CommandRequest } from './stamp.ts'
import type { openStreams } from './stream.ts'
import { readSyncToken, writeSyncToken } from './sync-token.ts'
import type { Trace } from './telemetry.ts'

/** What is known of a request on its way through. */
export type Asked = {
  requestId: string
  trace?: Trace
  language: Language
  operation: Operation
  service: OpenService
  slice: Slice
  /** Of its path. */
  params: Record<string, string>
  /** All that are hosted here. */
  services: readonly OpenService[]
  request: CommandRequest
  /** Where a service is reached, here or elsewhere. */
  apiUrl: (service: string) => string
  streams: ReturnType<typeof openStreams>
  /** Who asks, looked at once more: for answers that last. */
  again: () => Promise<Actor>
  /** When it came. */
  at: Date
  /** Who asks, once that is known. */
  orgId?: string
  /** Its code, where the answer is a refusal. */
  refused?: string
  /** What it recorded. */
  eventIds?: string[]
}
export const askedOf = (res: Response) => res.locals as Asked

/** The slice's own answer. */
export async function answer(req: Request, res: Response, slice: Exclude<Slice, { kind: 'route' }>) {
  const { operation, service, request, language } = askedOf(res)
  const { actor, now } = request.moment
  const input = inputOf(req, res)
  const preferences = preferencesOf(req.get('prefer'))
  if (preferences.waitAsked) res.append('Preference-Applied', `wait=${preferences.wait}`)
  const wait = (...needed: string[]) => demandCaughtUp(service, req, needed, preferences.wait * 1000)
  switch (slice.kind) {
    case 'command': {
      await wait('agreement-copy', ...(slice.needs ? readModelsOf(service) : []))
      const done = await execute(service, { slice, operation, input, request, ifMatch: req.get('if-match') })
      return answerCommand(res, done, preferences)
    }
    case 'list': {
      await wait(slice.record.table)
      const { asOf } = untilOf(req, now)
      const page = await readList(service, slice, operation, input, request, asOf)
      if (asOf) res.set('Memento-Datetime', new Date(asOf).toUTCString())
      if (page.position) res.set('Sync-Token', writeSyncToken(service.name, page.position))
      return answerPage(res, page)
    }
    case 'one': {
      const until = untilOf(req, now)
      const one = await readOne(service, slice.record, operation, input, request, until)
      const { body, etag, updatedAt, position, disclose } = one
      res.set({ ETag: etag, 'Sync-Token': writeSyncToken(service.name, position) })
      if (until.asOf ?? until.version) {
        res.set('Memento-Datetime', new Date(updatedAt).toUTCString())
        res.set('Link', `<${req.path.replace(/\/versions\/\d+$/, '')}>; rel="original latest-version"`)
      }
      if (has(req, etag)) return void res.status(304).end()
      await disclose()
      return sendWholeOrPart(res, body)
    }
    case 'diff':
      return void res.json(await readDiff(service, slice.record, operation, input, request))
    case 'history':
      return answerPage(res, await readHistory(service, slice.record, operation, input, request, language))
    case 'search':
      await wait('person-index', slice.record.table)
      return void res.json(await searchPeople(service, slice.record, operation, input, request))
    case 'match':
      await wait('person-index', slice.record.table)
      return void res.json(await matchPeople(service, slice.record, operation, input, actor))
    case 'query': {
      await wait(...service.service.projections.map((one) => one.name))
      const result = await slice.answer(input, readingOf(askedOf(res), actor), service.rows)
      if (isRefusal(result as object)) throw new Refused(result as never)
      const { html } = slice
      return answerQuery(res, operation, result as object, html && (() => html(result, askedOf(res).language)))
    }
    case 'stream':
      return askedOf(res).streams.answer(req, res, {
        key: actor.keyId,
        service,
        again: askedOf(res).again,
        next: async (who, after) => {
          const piece = await slice.next(input, after, readingOf(askedOf(res), who), service.rows)
          if (isRefusal(piece)) throw new Refused(piece)
          return piece
        },
      })
    case 'request':
      return answerRequest(req, res, askedOf(res))
    case 'sandbox':
      return answerSandbox(req, res, askedOf(res))
    case 'batch': {
      const { apiUrl, requestId } = askedOf(res)
      const { data, syncToken } = await carryOut(req.body as Batch, {
        ...{ apiUrl, language, requestId, syncToken: req.get('sync-token') },
        headers: { authorization: req.get('authorization')!, 'x-forwarded-for': req.ip ?? '' },
      })
      if (syncToken) res.set('Sync-Token', syncToken)
      return void res.status(207).json({ data })
    }
  }
}

function answerPage(res: Response, page: { nextCursor?: string }) {
  if (page.nextCursor) res.set('Link', `<${pathWith(res.req, page.nextCursor)}>; rel="next"`)
  sendWholeOrPart(res, page)
}

/** What was promised of records holds for whole ones. */
function sendWholeOrPart(res: Response, body: object) {
  if (res.req.query['fields'] === undefined) return void res.json(body)
  res.type('application/vnd.wushe.fields+json').send(JSON.stringify(body))
}

/** The thing as a command left it, or would leave it. */
export async function answerCommand(res: Response, executed: Executed, { minimal }: Pick<Preferences, 'minimal'>) {
  const { operation, service, request, language } = askedOf(res)
  const { record, recorded, position, replayed, shownOnce, dryRun } = executed
  const warnings = recorded.flatMap(({ data: { flags = [] } }: any) =>
    flags.map((code: string) => ({ code, detail: problems[code]?.title[language] ?? code })),
  )
  if (!dryRun) askedOf(res).eventIds = recorded.map(({ id }) => id)
  res.set({ ETag: `"v${record.version}"` })
  if (position) res.set('Sync-Token', writeSyncToken(service.name, position))
  if (replayed) res.set('Idempotent-Replayed', 'true')
  if (dryRun) res.set('Dry-Run', 'true')
  if (operation.status === 201) res.set('Location', placeOf(operation, askedOf(res).params, record.id))
  // What is shown only once is not kept back, whatever is preferred.
  if (minimal && !dryRun && !shownOnce) return void res.append('Preference-Applied', 'return=minimal').status(204).end()
  const sent = new Set(recorded.map(({ id }) => id))
  const [data] = await present([record], { record: operation.record!, operation, request, service, sent })
  res.status(operation.status).json({
    data: { ...data, ...shownOnce, ...dryRun?.open },
    ...(dryRun
      ? { wouldEmit: recorded.map((event) => ({ type: typeOutside(service.name, event.type), data: event.data })) }
      : {
          receipt: {
            ...receiptOf(executed, service.name),
            recordedAt: recorded.at(-1)?.meta.recordedAt ?? record.updatedAt,
          },
        }),
    ...(warnings.length && { warnings }),
  })
}

/** By which commands look at other things than their own stream. */
const readModelsOf = ({ service: { projections, records } }: OpenService) => [
  ...['access-copy', ...projections.map(({ name }) => name)],
  ...records.map(({ table }) => table),
]

/** Waits for what the request's Sync-Token speaks of, where these followers know it. */
export async function demandCaughtUp(service: OpenService, req: Request, needed: readonly string[], ms = 2000) {
  const tokens = readSyncToken(req.get('sync-token'))
  if (tokens.size > 0 && !(await catchUpWith(service, tokens, needed, ms)))
    throw new Refused(refuse('projection-lagging'))
}

/** Express forgets the parameters when it passes an error on. */
export const inputOf = (req: Request, res: Response): AnyInput => ({
  path: askedOf(res).params,
  query: req.query,
  body: req.body,
})

/** RFC 9110: If-None-Match compares weakly. */
const has = (req: Request, etag: string) =>
  (req.get('if-none-match') ?? '').split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')))
