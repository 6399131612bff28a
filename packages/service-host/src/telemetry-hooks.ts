import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api'
import { sendAll, type Carried, type Query } from '@wushe/feed'
import type { ClientBase } from 'pg'
import type { Instruments } from './metrics-observed.ts'
import type { Telemetry } from './telemetry.ts'
import { contextOf, traceparentOf } from './telemetry-context.ts'

/**
 * The spans of a trace, and what is measured on the way:
 *
 *     POST /v1/cases             the request; the metadata of what it records carries its `traceparent`
 *       append
 *       publish                  by the relay, for each event; the message carries this one's
 *         inbox case             in the service that follows
 *       project cases.case_file  by each follower of a log or of an inbox, in any process
 *
 * Attributes are words of ours and numbers. Of an error only the name is told: a message may hold what was sent.
 */
export const hooks = ({ count, took }: Instruments): Pick<Telemetry, 'request' | 'store' | 'follower' | 'copier'> => {
  const tracer = trace.getTracer('wushe')

  /** Does the work within a span of its own for each event that belongs to a trace. */
  const during = async <Answer>(
    { name, kind, attributes }: { name: string; kind: SpanKind; attributes: Attributes },
    events: readonly Carried[],
    work: (spans: ReadonlyMap<Carried, Span>) => Promise<Answer>,
  ): Promise<Answer> => {
    const spans = new Map<Carried, Span>()
    for (const event of events) {
      const parent = traceOf(event)
      if (!parent) continue
      const its = { ...attributes, 'wushe.event': event.type, 'wushe.batch': events.length }
      spans.set(event, tracer.startSpan(name, { kind, attributes: its }, parent))
    }
    try {
      return await work(spans)
    } catch (error) {
      for (const span of spans.values()) failed(span, error)
      throw error
    } finally {
      for (const span of spans.values()) span.end()
    }
  }

  /** What is left for the commit is sent here where there is a span that has to last as long. */
  const applying = async (
    said: { name: string; kind: SpanKind; attributes: Attributes },
    told: readonly Carried[],
    client: ClientBase,
    apply: () => Promise<readonly Query[] | void>,
  ): Promise<readonly Query[]> =>
    during(said, told, async (spans) => {
      const left = (await apply()) ?? []
      if (spans.size === 0) return left
      await sendAll(client, left)
      return []
    })

  const copying = async (
    { service, source }: { service: string; source: string },
    events: readonly Carried[],
    client: ClientBase,
    copy: () => Promise<readonly Query[] | void>,
  ) => {
    const attributes = { 'wushe.service': service, 'wushe.source': source }
    const left = await applying({ name: `inbox ${source}`, kind: SpanKind.CONSUMER, attributes }, events, client, copy)
    count('wushe_inbox_events_total', events.length, { service, source })
    return left
  }

  return {
    request: (req, res, operationOf) => {
      const since = performance.now()
      const method = req.method!
      const parent = contextOf(req.headers['traceparent']) ?? ROOT_CONTEXT
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER }, parent)
      res.once('close', () => {
        const { operationId = '', template = '', service = '' } = operationOf() ?? {}
        const status = res.writableFinished ? res.statusCode : 499
        took('http_server_request_duration_seconds', since, {
          service,
          http_request_method: method,
          http_route: template,
          http_response_status_code: status,
        })
        span.updateName(`${method} ${template}`.trim())
        span.setAttributes({ 'http.request.method': method, 'http.response.status_code': status })
        if (template)
          span.setAttributes({ 'http.route': template, 'wushe.operation': operationId, 'wushe.service': service })
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      })
      if (!span.isRecording()) return undefined
      return {
        id: span.spanContext().traceId,
        traceparent: traceparentOf(span),
        within: (work) => context.with(trace.setSpan(parent, span), work),
      }
    },

    store: (service, store) => ({
      ...store,
      append: async (stream, expected, events, options) => {
        const since = performance.now()
        // Not of a trace of its own: the platform's own appends are nobody's request.
        const span = trace.getActiveSpan() && tracer.startSpan('append')
        let outcome = 'failed'
        try {
          const result = await store.append(stream, expected, events, options)
          outcome = !result.ok ? result.reason : result.replayed ? 'replayed' : 'appended'
          return result
        } catch (error) {
          if (span) failed(span, error)
          throw error
        } finally {
          took('wushe_append_duration_seconds', since, { service, outcome })
          const category = stream.slice(0, stream.indexOf('-'))
          span?.setAttributes({ 'wushe.service': service, 'wushe.category': category, 'wushe.outcome': outcome }).end()
        }
      },
    }),

    follower: (service, follower, source) => {
      const { name, apply, publish, concerns = () => true } = follower
      const attributes = { 'wushe.service': service, 'wushe.follower': name }
      if (publish)
        return {
          ...follower,
          publish: async (events) => {
            const since = performance.now()
            const publishing = { name: 'publish', kind: SpanKind.PRODUCER, attributes }
            try {
              await during(publishing, events, (spans) =>
                publish(events.map((event) => carrying(event, spans.get(event)))),
              )
              count('wushe_relay_published_events_total', events.length, { service })
            } finally {
              took('wushe_relay_publish_duration_seconds', since, { service })
            }
          },
        }
      if (source)
        return {
          ...follower,
          apply: (events, client, table) =>
            copying({ service, source }, events, client, () => apply(events, client, table)),
        }
      const projecting = { name: `project ${name}`, kind: SpanKind.INTERNAL, attributes }
      const isTold = (event: Carried) => traceOf(event) !== undefined && concerns(event)
      return {
        ...follower,
        apply: (events, client, table) =>
          applying(projecting, events.filter(isTold), client, () => apply(events, client, table)),
      }
    },

    copier: (service, source, { apply, committed }) => ({
      apply: (events, client, how) => copying({ service, source }, events, client, () => apply(events, client, how)),
      committed,
    }),
  }
}

/**
 * The recorded trace that an event belongs to. One that is read again long after, as when tables are built anew, belongs to
 * a trace that nobody looks at any more.
 */
const traceOf = ({ carried, meta, at }: Carried) => {
  const traceparent = carried ?? (meta as { traceparent?: string } | undefined)?.traceparent
  return traceparent?.endsWith('-01') && Date.now() - Date.parse(at) < tenMinutes ? contextOf(traceparent) : undefined
}

const tenMinutes = 600_000

const carrying = (event: Carried, span: Span | undefined): Carried =>
  span ? { ...event, carried: traceparentOf(span) } : event

const failed = (span: Span, error: unknown) =>
  span
    .setStatus({ code: SpanStatusCode.ERROR })
    .setAttribute('error.type', error instanceof Error ? error.name : typeof error)
