// Holds a message from an events topic against asyncapi.yaml: for tests, and for whoever wants to know what a message
// that is refused has wrong.
import { readFileSync } from 'node:fs'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'

type Text = string | Uint8Array
/** As Kafka clients give it. */
export type KafkaMessage = {
  key: Text | null
  headers?: Readonly<Record<string, Text | readonly Text[] | undefined>> | undefined
  value: Text | null
}

/** What of the message is not as the document says, in a sentence each; no sentence quotes a value of the message. */
export const messageViolations = ({ key, headers = {}, value }: KafkaMessage): string[] => {
  const found: string[] = []
  for (const [name, header] of Object.entries(headers))
    if (Array.isArray(header)) found.push(`headers/${name} stands there ${header.length} times`)
  const head = Object.fromEntries(
    Object.entries(headers).flatMap(([name, header]) =>
      header === undefined ? [] : [[name, textOf(Array.isArray(header) ? header[0] : header)]],
    ),
  )
  const type = head['ce_type']
  const known = type !== undefined && Object.hasOwn(document.components.messages, type) && type.includes('.')
  if (type !== undefined && !known) found.push('headers/ce_type is no message of the document')
  found.push(...violations(known ? `messages/${type}/headers` : 'schemas/Headers', head, 'headers'))

  if (key === null) found.push('key is missing')
  else {
    found.push(...violations('schemas/Stream', textOf(key), 'key'))
    for (const name of ['ce_subject', 'ce_partitionkey'])
      if (head[name] !== undefined && head[name] !== textOf(key)) found.push(`headers/${name} is not the key`)
  }

  const body = value === null ? undefined : jsonIn(textOf(value))
  if (body === undefined) return [...found, value === null ? 'value is missing' : 'value is not JSON']
  const inValue = violations(known ? `messages/${type}/payload` : 'schemas/Envelope', body, 'value')
  return [...found, ...inValue, ...(inValue.length === 0 ? disagreements(head, body as Value) : [])]
}

type Value = {
  sealed: Record<string, { event: string }> | null
  meta: { tenant: string; correlationId: string; causationId?: string; traceparent?: string }
  entry: string
}
type Entry = { c: Record<string, string>; id: string; sv: number; ty: string }

/** What stands in two places must be the same. */
const disagreements = (head: Record<string, string>, { sealed, meta, entry }: Value): string[] => {
  const differ: [string, boolean][] = [
    ['headers/ce_tenant is not that of value/meta', head['ce_tenant'] !== meta.tenant],
    ['headers/ce_correlationid is not that of value/meta', head['ce_correlationid'] !== meta.correlationId],
    ['headers/ce_causationid is not that of value/meta', head['ce_causationid'] !== meta.causationId],
    ['headers/ce_traceparent is not that of value/meta', head['ce_traceparent'] !== meta.traceparent],
    ...Object.entries(sealed ?? {}).map(([section, { event }]): [string, boolean] => [
      `value/sealed/${section} was sealed for another event`,
      event !== head['ce_id'],
    ]),
  ]
  const content = jsonIn(Buffer.from(entry, 'base64').toString())
  const inEntry = violations('schemas/EntryContent', content, 'value/entry')
  if (inEntry.length === 0) {
    const { c, id, sv, ty } = content as Entry
    const [, type, version] = /\.(\w+)\.v(\d+)$/.exec(head['ce_type'] ?? '') ?? []
    differ.push(
      ['value/entry is of another event', id !== head['ce_id']],
      [
        'value/entry has another revision than headers/ce_sequence',
        String(sv).padStart(19, '0') !== head['ce_sequence'],
      ],
      ['value/entry has another type than headers/ce_type', ty !== `${type}@${version}`],
      [
        'value/entry does not commit to data and each sealed section',
        Object.keys(c).sort().join() !== ['data', ...Object.keys(sealed ?? {})].sort().join(),
      ],
    )
  }
  return [...differ.flatMap(([sentence, wrong]) => (wrong ? [sentence] : [])), ...inEntry]
}

const document = parse(readFileSync(new URL('asyncapi.yaml', import.meta.url), 'utf8')) as {
  components: { messages: Record<string, unknown> }
}
const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addSchema(document, 'asyncapi')

const violations = (component: string, value: unknown, at: string): string[] => {
  const validate = ajv.getSchema(`asyncapi#/components/${component}`) as ValidateFunction
  validate(value)
  return [...new Set((validate.errors ?? []).map((error) => `${at}${error.instancePath} ${sentenceOf(error)}`))]
}

const sentenceOf = ({ keyword, params, message }: ErrorObject) =>
  keyword === 'additionalProperties' ? `must not have ${params['additionalProperty']}` : (message ?? keyword)

const textOf = (text: Text) => (typeof text === 'string' ? text : new TextDecoder().decode(text))

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
