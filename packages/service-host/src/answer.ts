import { isRefusal, refuse } from '@wushe/slice'
import type { Request, RequestHandler, Response } from 'express'
import { carryOut, type Batch } from './batch.ts'
import { catchUpWith } from './catch-up.ts'
import { problems, type Operation } from './contract.ts'
import { execute, receiptOf, typeOutside, type Executed } from './execute.ts'
import type { OpenService } from './open.ts'
import { untilOf } from './past.ts'
import { preferencesOf, type Preferences } from './preferences.ts'
import { present } from './present.ts'
import { Refused, type Language } from './problem.ts'
import { readDiff, readHistory, readList, readOne } from './read.ts'
import type { AnyInput, Slice } from './service.ts'
import type { Request as CommandRequest } from './stamp.ts'
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
  request: CommandRequest
  /** Where a service is reached, here or elsewhere. */
  apiUrl: (service: string) => string
}
export const askedOf = (res: Response) => res.locals as Asked

/** The slice's own answer. */
export const answer: RequestHandler = async (req, res) => {
  const { operation, service, slice, request, language } = askedOf(res)
  const { actor, now } = request.moment
  const input = inputOf(req)
  const preferences = preferencesOf(req.get('prefer'))
  if (preferences.waitAsked) res.append('Preference-Applied', `wait=${preferences.wait}`)
  const wait = (...needed: string[]) => demandCaughtUp(service, req, needed, preferences.wait * 1000)
  switch (slice.kind) {
    case 'command': {
      await wait('agreement-copy')
      const done = await execute(service, { slice, operation, input, request, ifMatch: req.get('if-match') })
      return answerCommand(res, done, preferences)
    }
    case 'list': {
      await wait(slice.record.table)
      const { asOf } = untilOf(req, now)
      const page = await readList(service, slice.record, operation, input, actor, { now, asOf })
      if (page.nextCursor) res.set('Link', `<${pathWith(req, page.nextCursor)}>; rel="next"`)
      if (asOf) res.set('Memento-Datetime', new Date(asOf).toUTCString())
      if (page.position) res.set('Sync-Token', writeSyncToken(service.name, page.position))
      return void res.json(page)
    }
    case 'one': {
      const until = untilOf(req, now)
      const { body, etag, updatedAt, position } = await readOne(service, slice.record, operation, input, actor, until)
      res.set({ ETag: etag, 'Sync-Token': writeSyncToken(service.name, position) })
      if (until.asOf ?? until.version) {
        res.set('Memento-Datetime', new Date(updatedAt).toUTCString())
        res.set('Link', `<${req.path.replace(/\/versions\/\d+$/, '')}>; rel="original latest-version"`)
      }
      return has(req, etag) ? void res.status(304).end() : void res.json(body)
    }
    case 'diff':
      return void res.json(await readDiff(service, slice.record, operation, input, actor))
    case 'history':
      return void res.json(await readHistory(service, slice.record, operation, input, actor, language))
    case 'query': {
      await wait(...service.service.projections.map((one) => one.name))
      const reading = { actor, now, language, settle: (at: string) => settle(service, at), cursors: service.cursors }
      const result = await slice.answer(input, reading, service.rows)
      if (isRefusal(result as object)) throw new Refused(result as never)
      return void res.json(result)
    }
    case 'batch': {
      const { apiUrl, requestId } = askedOf(res)
      const { data, syncToken } = await carryOut(req.body as Batch, {
        ...{ apiUrl, language, requestId, syncToken: req.get('sync-token') },
        headers: { authorization: req.get('authorization')! },
      })
      if (syncToken) res.set('Sync-Token', syncToken)
      return void res.status(207).json({ data })
    }
  }
}

/** The thing as a command left it, or would leave it. */
export async function answerCommand(res: Response, executed: Executed, { minimal }: Pick<Preferences, 'minimal'>) {
  const { operation, service, request, language } = askedOf(res)
  const { record, recorded, position, replayed, shownOnce, dryRun } = executed
  const [data] = await present([record], request.moment.actor, service.vault)
  const warnings = recorded.flatMap(({ data: { flags = [] } }: any) =>
    flags.map((code: string) => ({ code, detail: problems[code]?.title[language] ?? code })),
  )
  res.set({ ETag: `"v${record.version}"` })
  if (position) res.set('Sync-Token', writeSyncToken(service.name, position))
  if (replayed) res.set('Idempotent-Replayed', 'true')
  if (dryRun) res.set('Dry-Run', 'true')
  else if (operation.status === 201) res.set('Location', `${res.req.path}/${record.id}`)
  // What is shown only once is not kept back, whatever is preferred.
  if (minimal && !dryRun && !shownOnce) return void res.append('Preference-Applied', 'return=minimal').status(204).end()
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

/** After it, nothing can be learnt at or before this moment, and the read models contain all that was. */
async function settle(service: OpenService, at: string) {
  await service.inbox.settle(at)
  const position = await service.inbox.positionAt(at)
  if (position === 'start') return
  const readers = [...service.running.values()].filter((one) => one.source === 'inbox')
  const arrived = await Promise.all(readers.map((one) => one.running.waitFor(position, 5000)))
  if (!arrived.every(Boolean)) throw new Refused(refuse('projection-lagging'))
}

/** Waits for what the request's Sync-Token speaks of, where these followers know it. */
export async function demandCaughtUp(service: OpenService, req: Request, needed: readonly string[], ms = 2000) {
  const tokens = readSyncToken(req.get('sync-token'))
  if (tokens.size > 0 && !(await catchUpWith(service, tokens, needed, ms)))
    throw new Refused(refuse('projection-lagging'))
}

export const inputOf = (req: Request): AnyInput => ({ path: req.params, query: req.query, body: req.body })

/** RFC 9110: If-None-Match compares weakly. */
const has = (req: Request, etag: string) =>
  (req.get('if-none-match') ?? '').split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')))

const pathWith = (req: Request, cursor: string) => {
  const url = new URL(req.originalUrl, 'http://host')
  url.searchParams.set('cursor', cursor)
  return url.pathname + url.search
}
