import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

type Schema = { [keyword: string]: any }
type Operation = {
  operationId: string
  summary: string
  parameters: Schema[]
  requestBody?: { content: { 'application/json': { schema: { $ref: string } } } }
  responses: Record<string, unknown>
}
type EventEntry = { service: string; type: string; schema: number; category: string; title: Schema; json: Schema }
type Sentences = { zh: string; en: string }
type Problem = { status: number; params?: string[]; title: Sentences; detail?: Sentences; remedy?: Sentences }

const generated = async (file: string) =>
  JSON.parse(await readFile(new URL(`generated/${file}`, import.meta.url), 'utf8'))
const openapi: Schema = await generated('openapi.json')
const events: EventEntry[] = await generated('events.json')
const problems = Object.entries<Problem>(await generated('problems.json'))

const operations = Object.entries<Record<string, Operation>>(openapi['paths']).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
)
const bodies = operations.flatMap(({ operationId, requestBody }) =>
  requestBody ? [{ operationId, schema: found(requestBody.content['application/json'].schema.$ref) }] : [],
)

test('the generated files are what the documents say', async () => {
  const generate = fileURLToPath(new URL('generate.ts', import.meta.url))
  await promisify(execFile)(process.execPath, [generate, '--check'])
})

describe('an operation', () => {
  test('has a name of its own, a verb and a noun', () => {
    const names = operations.map(({ operationId }) => operationId)
    expect(names.filter((name) => !/^[a-z]+([A-Z][a-z]+)+$/.test(name))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
  })

  test('says in English and in Chinese what it does', () => {
    const lacking = operations.filter(({ summary }) => !/^[A-Z][^\u4e00-\u9fff]*\. [\u4e00-\u9fff、]+$/.test(summary))
    expect(lacking.map(({ operationId }) => operationId)).toEqual([])
  })

  test('refers only to what exists', () => {
    expect(references(openapi).filter((ref) => !found(ref))).toEqual([])
  })

  test('has no identity and no free text in its address', () => {
    const personal = parts(openapi).flatMap(({ key, value }) =>
      String(value['x-classification'] ?? '').startsWith('pii') ? [key] : [],
    )
    const named = operations.flatMap(({ operationId, parameters }) =>
      parameters
        .map((one) => (one['$ref'] ? found(one['$ref']) : one))
        .filter((one) => one!['in'] !== 'header')
        .filter((one) => personal.includes(one!['name']) || /FreeText|Identity/.test(JSON.stringify(one)))
        .map((one) => `${operationId} ${one!['name']}`),
    )
    expect(personal).toContain('idNumber')
    expect(named).toEqual([])
  })

  test('takes no more in a query than a limit allows', () => {
    const queries = operations.flatMap(({ parameters }) =>
      parameters.map((one) => (one['$ref'] ? found(one['$ref'])! : one)).filter((one) => one['in'] !== 'header'),
    )
    expect(queries.flatMap(({ name, schema }) => unlimited(schema, name)).filter((at) => at !== 'limit')).toEqual([])
  })
})

describe('a request body', () => {
  test('is closed', () => {
    expect(bodies.filter(({ schema }) => schema!['unevaluatedProperties'] !== false)).toEqual([])
    expect(bodies.length).toBeGreaterThan(50)
  })

  test('has a limit on every string, list and number', () => {
    expect(bodies.flatMap(({ operationId, schema }) => unlimited(schema!, operationId))).toEqual([])
  })

  test('says of every free text how private it is', () => {
    const free = ({ type, enum: values, pattern, format }: Schema) =>
      type === 'string' && !values && !pattern && !format
    const unsaid = bodies.flatMap(({ operationId, schema }) =>
      leaves(schema!, operationId).filter(({ value }) => free(value) && !value['x-classification']),
    )
    expect(unsaid.map(({ at }) => at)).toEqual([])
  })

  test('gets its defaults, also those of the facts it is made of, and nothing unknown', () => {
    const validate = ajv({ useDefaults: true }).addSchema(openapi, 'api').getSchema('api#/components/schemas/OpenCase')!
    const body = { kind: 'in-depth', subjectId: 'sub_01h455vb4pex5vsknk084sn001', occurredOn: '2022-03-10' }
    expect(validate(body)).toBe(true)
    expect(body).toMatchObject({ problems: [], serviceAgreementSigned: true })
    expect(validate({ ...body, surprise: 1 })).toBe(false)
  })
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

  test('belongs to a category without a dash and has a title in both languages', () => {
    const wrong = events.filter(
      ({ category, title }) => !/^[a-z]+$/.test(category) || !/[\u4e00-\u9fff]/.test(title['zh']) || !title['en'],
    )
    expect(wrong).toEqual([])
  })

  test('has a limit on every string, list and number', () => {
    expect(events.flatMap(({ type, json }) => unlimited(json, type))).toEqual([])
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

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  )
}

/** Every object in a document, with the key it stands under. */
function parts(value: unknown, key = ''): { key: string; value: Schema }[] {
  if (typeof value !== 'object' || value === null) return []
  return [{ key, value }, ...Object.entries(value).flatMap(([name, inner]) => parts(inner, name))]
}

/** Every string, list and number that a schema lets in, with references followed. */
function leaves(schema: Schema, at: string): { at: string; value: Schema }[] {
  if (schema['$ref']) return leaves(found(schema['$ref'])!, at)
  const inner = [
    ...Object.entries<Schema>(schema['properties'] ?? {}).flatMap(([name, one]) => leaves(one, `${at}.${name}`)),
    ...(schema['allOf'] ?? []).flatMap((one: Schema) => leaves(one, at)),
    ...(schema['items'] ? leaves(schema['items'], `${at}[]`) : []),
  ]
  return ['string', 'array', 'integer', 'number'].includes(schema['type']) ? [{ at, value: schema }, ...inner] : inner
}

function unlimited(schema: Schema, at: string): string[] {
  const limited = (one: Schema) => {
    if (one['enum']) return true
    if (one['type'] === 'array') return 'maxItems' in one
    if (one['type'] === 'string') return 'maxLength' in one || 'pattern' in one || one['format'] === 'date'
    return 'minimum' in one && 'maximum' in one
  }
  return leaves(schema, at).flatMap((leaf) => (limited(leaf.value) ? [] : [leaf.at]))
}

function ajv(options: object = {}) {
  const one = new Ajv2020({ strict: false, allErrors: true, ...options })
  addFormats.default(one)
  return one
}
