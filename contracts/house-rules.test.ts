import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { houseRules, operationsOf, type Contract, type Node } from './house-rules.ts'

const generated = async (file: string) =>
  JSON.parse(await readFile(new URL(`generated/${file}`, import.meta.url), 'utf8'))
const contract: Contract = { openapi: await generated('openapi.json'), problems: await generated('problems.json') }
const rules = Object.entries(houseRules)

describe('in the contract', () => {
  test.each(rules)('%s', (_, broken) => {
    expect(broken(contract)).toEqual([])
  })
})

type Spoil = (parts: { openapi: Node; get: Node; post: Node; transition: Node; schemas: Node; problems: any }) => void

/** For each rule a way to break it; the compiler demands one. */
const spoil: Record<keyof typeof houseRules, Spoil> = {
  'an operation has a name of its own, a verb and a noun': ({ get }) => (get['operationId'] = 'case-get'),
  'an operation says in English and in Chinese what it does': ({ get }) => (get['summary'] = 'Read a case.'),
  'an operation says who may call it, or that everybody may': ({ get }) => delete get['x-roles'],
  'an operation names the scopes that it needs': ({ get }) => delete get['x-scopes'],
  'a POST demands an Idempotency-Key, and declares it': ({ post }) => (post['parameters'] = []),
  'a command to a thing that exists declares If-Match, 412 and 428': ({ transition }) =>
    delete transition['responses']['428'],
  'no header is demanded by the document, as the host answers with a code of its own': ({ openapi }) =>
    (openapi['components'].parameters.IfMatch.required = true),
  'an operation declares 400, 401, 403, 404, 429 and 500 as problems': ({ get, problems }) => {
    problems['too-many'] = { status: 429 }
    delete get['responses']['429']
  },
  'every answer carries Request-Id and API-Version': ({ openapi }) =>
    delete openapi['components'].responses.Problem.headers['Request-Id'],
  'an answer that shows a record carries ETag and Sync-Token': ({ openapi }) =>
    delete openapi['components'].responses.CaseAnswer.headers.ETag,
  'a 201 carries Location, and what stands there can be read': ({ openapi }) =>
    delete openapi['paths']['/v1/cases/{caseId}'].get,
  'an answer that is to be tried again says when': ({ openapi }) =>
    delete openapi['components'].headers['Retry-After'].required,
  'a list takes limit and cursor, and answers with nextCursor and Link': ({ openapi }) =>
    delete openapi['components'].responses.CasePage.headers.Link,
  'whoever reads records, one or a list, may ask for some of their fields': ({ openapi }) =>
    delete openapi['components'].parameters.CaseFields,
  'the body of a request has an example': ({ post }) => delete post['requestBody'].content['application/json'].example,
  'the body of a request is a closed schema of its own': ({ schemas }) =>
    delete schemas['OpenCase'].unevaluatedProperties,
  'an object inside the body of a request is closed': ({ schemas }) => delete schemas['Identity'].additionalProperties,
  'an answer is open': ({ schemas }) => (schemas['CaseAnswer'].additionalProperties = false),
  'the body of a request limits every string, list and number': ({ schemas }) => delete schemas['FreeText'].maxLength,
  'a query limits every value': ({ openapi }) => delete openapi['components'].parameters.Cursor.schema.maxLength,
  'the body of a request says of every free text how private it is': ({ schemas }) =>
    delete schemas['FreeText']['x-classification'],
  'every property says how private it is': ({ schemas }) =>
    delete schemas['Problem'].properties.title['x-classification'],
  'a classification is one of four': ({ schemas }) => (schemas['FreeText']['x-classification'] = 'secret'),
  'no identity and no free text stands in an address': ({ get }) =>
    get['parameters'].push({ name: 'idNumber', in: 'query', schema: { type: 'string', maxLength: 40 } }),
  'a moment in a query may keep its colons': ({ openapi }) =>
    delete openapi['components'].parameters.AsOf.allowReserved,
  'a moment that may be null is written as anyOf': ({ schemas }) => (schemas['Time'].type = ['string', 'null']),
  'the body of a request has no oneOf': ({ schemas }) => (schemas['OpenCase'].oneOf = [{}]),
  'what is deprecated says when it ends': ({ get }) => (get['deprecated'] = true),
}

describe('broken, it is found:', () => {
  test.each(rules)('%s', (name, broken) => {
    const { openapi, problems } = structuredClone(contract)
    const found = (id: string) => operationsOf(openapi).find((one) => one.id === id)!.node
    const parts = { get: found('getCase'), post: found('openCase'), transition: found('closeCase') }
    spoil[name as keyof typeof spoil]({ openapi, problems, ...parts, schemas: openapi['components'].schemas })
    expect(broken({ openapi, problems }).length).toBeGreaterThan(broken(contract).length)
  })
})

test('an example that does not fit its schema is found by the lint', async () => {
  const openapi = structuredClone(contract.openapi)
  openapi['components'].schemas.Date.examples = ['2023-13-45']
  openapi['components'].parameters.IdempotencyKey.example = 7
  const folder = await mkdtemp(join(tmpdir(), 'wushe-lint-'))
  await writeFile(join(folder, 'openapi.json'), JSON.stringify(openapi))
  const root = fileURLToPath(new URL('../', import.meta.url))
  const redocly = join(root, 'node_modules/@redocly/cli/bin/cli.js')
  const args = [
    redocly,
    'lint',
    join(folder, 'openapi.json'),
    '--format=json',
    `--config=${join(root, 'redocly.yaml')}`,
  ]
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  const output = await new Promise<string>((resolve) =>
    execFile(process.execPath, args, { env }, (_, out) => resolve(out)),
  )
  await rm(folder, { recursive: true })
  const found = (JSON.parse(output).problems as { ruleId: string }[]).map(({ ruleId }) => ruleId)
  expect(new Set(found)).toEqual(new Set(['no-invalid-schema-examples', 'no-invalid-parameter-examples']))
})
