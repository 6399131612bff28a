/** What every transport says of an event: the attributes of CloudEvents 1.0. */
export const attributesOf = (service: string, { id, type, schema, stream, at, meta }: Described) => ({
  specversion: '1.0',
  id,
  source: `/services/${service}`,
  type: `org.wushe.${service}.${type}.v${schema}`,
  time: at,
  subject: stream,
  partitionkey: stream,
  ...(meta.tenant && { tenant: meta.tenant }),
  ...(meta.correlationId && { correlationid: meta.correlationId }),
  ...(meta.causationId && { causationid: meta.causationId }),
  ...(meta.traceparent && { traceparent: meta.traceparent }),
})

type Described = {
  id: string
  type: string
  schema: number
  /** `<category>-<id>` */
  stream: string
  at: string
  meta: { tenant?: string; correlationId?: string; causationId?: string; traceparent?: string }
}
