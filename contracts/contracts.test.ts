import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { unlimited } from './house-rules.ts'
import { parse } from 'yaml'
import { rulesOf, type Policy } from './policy.ts'

type Schema = { [keyword: string]: any }
type EventEntry = { service: string; type: string; schema: number; category: string; title: Schema; json: Schema }
type Sentences = { zh: string; en: string }
type Problem = { status: number; params?: string[]; title: Sentences; detail?: Sentences; remedy?: Sentences }

const generated = async (file: string) =>
  JSON.parse(await readFile(new URL(`generated/${file}`, import.meta.url), 'utf8'))
const openapi: Schema = await generated('openapi.json')
const events: EventEntry[] = await generated('events.json')
const problems = Object.entries<Problem>(await generated('problems.json'))

const operations = Object.values<Record<string, Schema>>(openapi['paths']).flatMap((methods) => Object.values(methods))

test('the generated files are what the documents say', async () => {
  const generate = fileURLToPath(new URL('generate.ts', import.meta.url))
  await promisify(execFile)(process.execPath, [generate, '--check'])
}, 120_000)

test('an operation asks for scopes that the token endpoint knows, unless it is open to everybody', () => {
  const { scopes } = openapi['components'].securitySchemes.oauth2.flows.clientCredentials
  const free = operations.filter((one) => !one['x-public'] && one['x-scopes']!.length === 0)
  expect(free.map(({ operationId }) => operationId)).toEqual(['getMe', 'sendBatch', 'getRequest'])
  expect(operations.filter((one) => one['x-public'] && one['x-scopes'])).toEqual([])
  const asked = new Set(operations.flatMap((one) => one['x-scopes'] ?? []))
  expect(Object.keys(scopes)).toEqual([...asked].sort())
  expect(
    [...asked].filter((scope) => !/^[a-z.-]+:(read|write|close|erase|restrict|manage|create|admin)$/.test(scope)),
  ).toEqual([])
})

describe('a property', () => {
  const known = ['public', 'internal', 'pii.direct', 'pii.sensitive']
  const named = Object.entries<Schema>(openapi['components'].schemas).flatMap(([name, schema]) =>
    properties(schema, name),
  )

  test('says how private it is, itself or where it refers to, and in what it is made of', () => {
    const unsaid = named.filter(
      ({ value }) => !known.includes((value['$ref'] ? found(value['$ref'])! : value)['x-classification']),
    )
    expect(unsaid.map(({ at }) => at)).toEqual([])
    expect(named.length).toBeGreaterThan(500)
  })

  test('that holds something private is as private', () => {
    const looser = named.flatMap(({ at, value }) =>
      properties(value, at)
        .filter((part) => known.indexOf(classOf(part.value)) > known.indexOf(classOf(value)))
        .map((part) => part.at),
    )
    expect(looser).toEqual([])
    expect(classOf(found('#/components/schemas/Subject')!)).toBe('pii.sensitive')
    expect(classOf(found('#/components/schemas/Station')!['properties'].status)).toBe('internal')
  })
})

describe('the policy of access', () => {
  test('has a rule for every operation and names none that does not exist', () => {
    const policy = parse(readFileSync(new URL('policy.yaml', import.meta.url), 'utf8')) as Policy
    // The past of a thing obeys the rule of the thing.
    const names = operations
      .filter((one) => !one['x-public'] && !one['x-past-of'])
      .map(({ operationId }) => operationId as string)
    expect(rulesOf(policy, names).size).toBe(names.length)
    expect(() => rulesOf(policy, [...names, 'sellCase'])).toThrow('sellCase stands in no rule')
    expect(() => rulesOf(policy, names.slice(1))).toThrow(`has no operation ${names[0]}`)
    const twice = {
      ...policy,
      rules: { ...policy.rules, again: { ...policy.rules['read-facts']!, operations: ['getMe'] } },
    }
    expect(() => rulesOf(twice, names)).toThrow('getMe stands in see-yourself and in again')
  })
})

test('the body of a request gets its defaults, also those of the facts it is made of, and nothing unknown', () => {
  const validate = ajv({ useDefaults: true }).addSchema(openapi, 'api').getSchema('api#/components/schemas/OpenCase')!
  const body = { kind: 'in-depth', subjectId: 'sub_01h455vb4pex5vsknk084sn001', occurredOn: '2022-03-10' }
  expect(validate(body)).toBe(true)
  expect(body).toMatchObject({ problems: [], serviceAgreementSigned: true })
  expect(validate({ ...body, surprise: 1 })).toBe(false)
})

describe('an event', () => {
  const each = events.map((event) => [`${event.service}/${event.type}.v${event.schema}`, event] as const)

  test.each(each)('%s has examples that fit, and nothing fits that it does not name', (_, { json }) => {
    const validate = ajv().compile(json)
    expect(json['examples'].length).toBeGreaterThan(0)
    for (const example of json['examples']) {
      validate(example)
      expect(validate.errors).toBe(null)
      expect(validate({ ...example, surprise: 1 })).toBe(false)
    }
  })

  test('belongs to a category without a dash and says in both languages what it means', () => {
    const wrong = events.filter(
      ({ category, title, json }) =>
        !/^[a-z]+$/.test(category) ||
        ![title['zh'], json['x-zh']].every((text) => /[\u4e00-\u9fff]/.test(text)) ||
        ![title['en'], json['description']].every((text) => /[a-z]/.test(text)),
    )
    expect(wrong.map(({ type }) => type)).toEqual([])
  })

  test('has a limit on every string, list and number', () => {
    expect(events.flatMap(({ type, json }) => unlimited({}, json, type))).toEqual([])
  })

  test('holds no identity and no note in its data', () => {
    const personal = [...Object.keys(found('#/components/schemas/Identity')!['properties']), 'identity', 'note']
    const holding = events.filter(({ json }) =>
      Object.keys(json['properties']).some((name) => name !== 'name' && personal.includes(name)),
    )
    expect(holding).toEqual([])
    const named = events.filter(({ json }) => 'name' in json['properties']).map(({ category }) => category)
    expect(new Set(named)).toEqual(new Set(['organisation', 'station', 'provider']))
  })

  test('that corrects carries the whole fact and a reason', () => {
    const facts = (json: Schema) => Object.keys(json['properties']).filter((name) => name !== 'reason')
    const corrections = events.filter(({ type }) => type.endsWith('Corrected'))
    const patches = corrections.filter(
      ({ category, type, json }) =>
        !json['required'].includes('reason') ||
        !events.some(
          (other) =>
            other.category === category && other.type !== type && String(facts(other.json)) === String(facts(json)),
        ),
    )
    expect(patches.map(({ type }) => type)).toEqual([])
    expect(corrections.length).toBeGreaterThan(5)
  })
})

describe('a problem', () => {
  const sentences = problems.flatMap(([code, { title, detail, remedy, params = [] }]) =>
    [title, detail, remedy].flatMap((sentence) => (sentence ? [{ code, params, ...sentence }] : [])),
  )

  test('has a code in kebab-case and a status', () => {
    const wrong = problems.filter(([code, { status }]) => !/^[a-z]+(-[a-z]+)*$/.test(code) || !(status >= 200))
    expect(wrong).toEqual([])
  })

  test('has every sentence in Chinese and in English', () => {
    expect(problems.filter(([, { title }]) => !title)).toEqual([])
    const wrong = sentences.filter(({ zh, en }) => !/[\u4e00-\u9fff]/.test(zh) || !/^[^\u4e00-\u9fff]+$/.test(en))
    expect(wrong).toEqual([])
  })

  test('is said in Chinese with Chinese punctuation', () => {
    expect(sentences.filter(({ zh }) => /[\u4e00-\u9fff][,;:()]|[,;:()][\u4e00-\u9fff]/.test(zh))).toEqual([])
  })

  test('speaks only of its params', () => {
    const unknown = sentences.filter(({ zh, en, params }) =>
      [...`${zh}${en}`.matchAll(/{(\w+)}/g)].some(([, name]) => !params.includes(name!)),
    )
    expect(unknown).toEqual([])
  })
})

/** What a `$ref` of the served document points to. */
function found(ref: string): Schema | undefined {
  return ref
    .slice(2)
    .split('/')
    .reduce((at: any, step) => at?.[step], openapi)
}

/** Every property of a schema and of what stands in it, references not followed. */
function properties(schema: Schema, at: string): { at: string; value: Schema }[] {
  return [
    ...Object.entries<Schema>(schema['properties'] ?? {}).flatMap(([name, one]) => [
      { at: `${at}.${name}`, value: one },
      ...properties(one, `${at}.${name}`),
    ]),
    ...(schema['allOf'] ?? []).flatMap((one: Schema) => properties(one, at)),
    ...(schema['items'] ? [{ at: `${at}[]`, value: schema['items'] }, ...properties(schema['items'], `${at}[]`)] : []),
  ]
}

const classOf = (schema: Schema): string => (schema['$ref'] ? found(schema['$ref'])! : schema)['x-classification']

function ajv(options: object = {}) {
  const one = new Ajv2020({ strict: false, allErrors: true, ...options })
  addFormats.default(one)
  return one
}
