import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { DiagnosticSeverity, Parser } from '@asyncapi/parser'
import { describe, expect, test } from '@jest/globals'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import { messageViolations, type KafkaMessage } from './asyncapi-check.ts'

type Part = Record<string, any>
type Example = { headers: Record<string, string>; payload: Part }

const text = readFileSync(new URL('asyncapi.yaml', import.meta.url), 'utf8')
const document: Part = parse(text)
const { mark, ...messages }: Record<string, Part> = document['components'].messages
const examples = Object.entries(messages).flatMap(([name, message]) =>
  (message['examples'] as Example[]).map((example) => ({ name, ...example })),
)
const folder = new URL('events/', import.meta.url)
const schemaIn = (file: string): Part => JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
/** What is shared is an event of each service that it names. */
const eventFiles = (await readdir(folder, { recursive: true }))
  .filter((file) => file.endsWith('.json'))
  .flatMap((file) =>
    (schemaIn(file)['x-services'] ?? [file.split('/')[0]]).map((service: string) => ({ service, file })),
  )
const nameOf = ({ service, file }: { service: string; file: string }) =>
  `org.wushe.${service}.${file.split('/')[1]!.replace('.json', '')}`

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addSchema(document, 'asyncapi')
const errorsIn = (component: string, value: unknown) => {
  const validate = ajv.getSchema(`asyncapi#/components/${component}`) as ValidateFunction
  validate(value)
  return validate.errors
}

describe('asyncapi.yaml', () => {
  test('is good AsyncAPI', async () => {
    const { document: read, diagnostics } = await new Parser().parse(text)
    expect(diagnostics.filter(({ severity }) => severity === DiagnosticSeverity.Error)).toEqual([])
    // 3.0.0 is what the tools read; 3.1.0 has nothing that we need.
    expect(diagnostics.map(({ code }) => code)).toEqual(['asyncapi-latest-version'])
    expect(read?.allMessages().all().length).toBe(eventFiles.length + 1)
  })

  test('has one message for each event and version, and none besides', () => {
    expect(Object.keys(messages)).toEqual(eventFiles.map(nameOf).sort())
    expect(Object.entries(messages).filter(([key, { name }]) => key !== name)).toEqual([])
  })

  test('lets a service send its own events on a channel of its own, and its marks on another', () => {
    const channels: Record<string, Part> = document['channels']
    for (const service of new Set(eventFiles.map((one) => one.service))) {
      const { address, messages: own } = channels[`${service}Events`]!
      expect(address).toBe(`{prefix}.${service}.events`)
      expect(Object.keys(own)).toEqual(Object.keys(messages).filter((name) => name.startsWith(`org.wushe.${service}.`)))
      expect(Object.values(own)).toEqual(Object.keys(own).map((name) => ({ $ref: `#/components/messages/${name}` })))
    }
    const sent = Object.values<Part>(document['operations']).map(({ action, channel }) => [action, channel.$ref])
    expect(sent).toEqual(Object.keys(channels).map((name) => ['send', `#/channels/${name}`]))
  })

  test('says in Chinese and in English what each message is', () => {
    const titles = Object.values<Part>(document['components'].messages).map(({ title }) => title as string)
    expect(titles.filter((title) => !/^[\u4e00-\u9fff].* [A-Z][a-zA-Z -]+$/.test(title))).toEqual([])
  })

  test.each(examples)('shows $name as it is', ({ name, headers, payload }) => {
    expect(errorsIn(`messages/${name}/payload`, payload)).toBe(null)
    expect(errorsIn(`messages/${name}/headers`, headers)).toBe(null)
    expect(messageViolations({ key: headers['ce_subject']!, headers, value: JSON.stringify(payload) })).toEqual([])
  })

  test('shows of each event the examples that its schema has', () => {
    const own = eventFiles.flatMap((one) =>
      (schemaIn(one.file)['examples'] as unknown[]).map((example) => [nameOf(one), example]),
    )
    const shown = examples.map(({ name, payload }) => [name, payload['data']])
    expect(new Set(shown.map((one) => JSON.stringify(sorted(one))))).toEqual(
      new Set(own.map((one) => JSON.stringify(sorted(one)))),
    )
  })

  test('shows entries that commit to the bytes of the data', () => {
    for (const { payload } of examples) {
      const salt = Buffer.from(payload['meta'].salt, 'base64url')
      const bytes = Buffer.concat([
        Buffer.from('wushe/section/v1\0data\0'),
        salt,
        Buffer.from(JSON.stringify(payload['data'])),
      ])
      const entry = JSON.parse(Buffer.from(payload['entry'], 'base64').toString())
      expect(entry.c.data).toBe(hash('sha256', bytes, 'base64url'))
    }
  })

  test('reads the same in older YAML, where a day may be a moment and `no` is false', () => {
    expect(parse(text, { version: '1.1' })).toEqual(document)
  })

  test('shows a mark as it is', () => {
    const [{ payload }] = mark!['examples']
    expect(errorsIn('messages/mark/payload', payload)).toBe(null)
    expect(errorsIn('messages/mark/payload', { ...payload, position: 'start' })).toBe(null)
    expect(errorsIn('messages/mark/payload', { ...payload, offsets: ['1'] })).not.toBe(null)
  })
})

describe('messageViolations', () => {
  const id = '1c0a9a0e-3b1f-5f0a-8e55-0d9be8e5b0aa'
  const owner = 'sub_01h455vb4pex5vsknk084sn001'
  const tenant = 'org_01h455vb4pex5vsknk084sn001'
  const stream = 'case-cas_01h455vb4pex5vsknk084sn001'
  const data = {
    kind: 'in-depth',
    occurredOn: '2022-03-10',
    problems: [],
    serviceAgreementSigned: true,
    subjectId: owner,
  }
  const section = `note.${owner}`
  const hex = '0123456789abcdef'.repeat(2)
  const some = 'A'.repeat(43)
  const entry = {
    at: '2026-11-25T02:03:04Z',
    c: { data: some, [section]: some },
    ...{ id, st: `k_${'b'.repeat(26)}`, sv: 10, ty: 'CaseOpened@1', v: 1 },
  }
  const value = {
    data,
    sealed: { [section]: { key: `key_${hex}`, alg: 'A256GCM', event: id, box: 'C'.repeat(100) } },
    meta: {
      recordedAt: '2026-11-25T02:03:04.567Z',
      tenant,
      occurredOn: '2022-03-10',
      actor: { orgId: tenant, kind: 'contractor', keyId: 'key_01h455vb4pex5vsknk084sn001' },
      channel: 'api',
      commandId: id,
      correlationId: `req_${hex}`,
      salt: some,
    },
    entry: Buffer.from(JSON.stringify(entry)).toString('base64'),
  }
  /** As the relay makes it (packages/feed/src/kafka/message.ts). */
  const headers = {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: '/services/case',
    ce_type: 'org.wushe.case.CaseOpened.v1',
    ce_time: '2026-11-25T02:03:04.571283Z',
    ce_subject: stream,
    ce_partitionkey: stream,
    ce_sequence: '0000000000000000010',
    ce_position: 'pg:000000000000000a',
    ce_tenant: tenant,
    ce_correlationid: `req_${hex}`,
  }
  const message = { key: stream, headers, value: JSON.stringify(value) }
  const violations = (change: Partial<KafkaMessage>) => messageViolations({ ...message, ...change })
  const withHeader = (name: string, header: string | undefined) =>
    violations({ headers: { ...headers, [name]: header } })
  const withValue = (change: object) => violations({ value: JSON.stringify({ ...value, ...change }) })

  test('finds nothing in a message as the relay makes it, in text or bytes', () => {
    expect(messageViolations(message)).toEqual([])
    const bytes = Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, Buffer.from(header)]))
    expect(messageViolations({ key: Buffer.from(stream), headers: bytes, value: Buffer.from(message.value) })).toEqual(
      [],
    )
  })

  test('lets headers and members pass that nobody knows yet', () => {
    expect(withHeader('ce_new', 'x')).toEqual([])
    expect(withValue({ meta: { ...value.meta, more: 1 }, more: 1 })).toEqual([])
  })

  test('finds a header that is missing, wrong or there twice', () => {
    expect(withHeader('ce_id', undefined)).toContain("headers must have required property 'ce_id'")
    expect(withHeader('ce_specversion', '0.3')).toEqual(['headers/ce_specversion must be equal to constant'])
    expect(withHeader('ce_time', '25 November')).toContain('headers/ce_time must match format "date-time"')
    expect(withHeader('ce_traceparent', 'abc')[0]).toMatch('headers/ce_traceparent must match pattern')
    expect(
      violations({ headers: { ...headers, ce_sequence: ['0000000000000000010', '0000000000000000011'] } }),
    ).toEqual(['headers/ce_sequence stands there 2 times'])
    expect(violations({ headers: undefined }).length).toBeGreaterThan(9)
  })

  test('finds a type that is another one or nobody knows', () => {
    expect(withHeader('ce_type', 'org.wushe.case.CaseOpened.v99')).toContain(
      'headers/ce_type is no message of the document',
    )
    expect(withHeader('ce_type', 'org.wushe.volunteer.HoursRecorded.v1')).toEqual(
      expect.arrayContaining([
        'headers/ce_source must be equal to constant',
        expect.stringMatching('headers/ce_subject must match pattern'),
        "value/data must have required property 'entryId'",
      ]),
    )
  })

  test('finds a key that is missing or another one', () => {
    expect(violations({ key: null })).toEqual(['key is missing'])
    expect(violations({ key: 'case-cas_01h455vb4pex5vsknk084sn002' })).toEqual([
      'headers/ce_subject is not the key',
      'headers/ce_partitionkey is not the key',
    ])
    expect(violations({ key: 'case-1' })[0]).toMatch('key must match pattern')
  })

  test('finds a value that is missing, torn or of another form', () => {
    expect(violations({ value: null })).toEqual(['value is missing'])
    expect(violations({ value: message.value.slice(0, -9) })).toEqual(['value is not JSON'])
    expect(withValue({ data: { ...data, kind: 'x', more: 1 } })).toEqual([
      'value/data must not have more',
      'value/data/kind must be equal to one of the allowed values',
    ])
    expect(withValue({ meta: undefined })).toEqual(["value must have required property 'meta'"])
    expect(withValue({ meta: { ...value.meta, commandId: 'x' } })).toEqual([
      'value/meta/commandId must match format "uuid"',
    ])
    expect(withValue({ entry: 'not base64' })[0]).toMatch('value/entry must match pattern')
  })

  test('finds what should have been sealed, and a section that does not belong there', () => {
    expect(withValue({ sealed: { [section]: 'a note that everybody can read' } })).toEqual([
      `value/sealed/${section} must be object`,
    ])
    const { [section]: box } = value.sealed
    expect(withValue({ sealed: { [`pii.${owner}`]: box } })[0]).toMatch('value/sealed must match pattern')
    expect(withValue({ sealed: null })).toEqual(['value/entry does not commit to data and each sealed section'])
  })

  test('finds what is said in two ways', () => {
    expect(withHeader('ce_id', '2c0a9a0e-3b1f-5f0a-8e55-0d9be8e5b0aa')).toEqual([
      `value/sealed/${section} was sealed for another event`,
      'value/entry is of another event',
    ])
    expect(withHeader('ce_sequence', '0000000000000000011')).toEqual([
      'value/entry has another revision than headers/ce_sequence',
    ])
    expect(withHeader('ce_tenant', undefined)).toEqual(['headers/ce_tenant is not that of value/meta'])
    expect(withHeader('ce_correlationid', 'req_1')).toEqual(['headers/ce_correlationid is not that of value/meta'])
  })

  test('quotes no value', () => {
    const said = [
      ...withHeader('ce_time', 'Zhang San'),
      ...withHeader('ce_type', 'Zhang San'),
      ...withValue({ data: { ...data, kind: 'Zhang San' } }),
      ...violations({ key: 'Zhang San', value: 'Zhang San' }),
    ]
    expect(said.length).toBeGreaterThan(5)
    expect(said.join()).not.toContain('Zhang')
  })
})

function sorted(value: any): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  )
}
