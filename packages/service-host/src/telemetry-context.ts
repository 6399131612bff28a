import { isSpanContextValid, ROOT_CONTEXT, trace, type Context, type Span } from '@opentelemetry/api'

/**
 * What a `traceparent` says (W3C Trace Context). `tracestate` and `baggage` are not read: they hold whatever a caller puts
 * there, and would be sent on.
 */
export const contextOf = (traceparent: string | string[] | undefined): Context | undefined => {
  const [, traceId, spanId, flags] = form.exec(String(traceparent)) ?? []
  const parent = { traceId: traceId!, spanId: spanId!, traceFlags: Number.parseInt(flags!, 16), isRemote: true }
  return traceId && isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : undefined
}

const form = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/

export const traceparentOf = (span: Span): string => {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}
