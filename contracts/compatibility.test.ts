import { readdir, readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import { breaks, presentContract, type Release } from './compatibility.ts'

type Node = { [key: string]: any }
// The tool that compares is a process of its own.
jest.setTimeout(120_000)

const folder = new URL('released/', import.meta.url)
const releases = (await readdir(folder)).map((file) => file.replace('.json', ''))

test.each(releases)('whoever builds on %s notices nothing of what changed since', async (version) => {
  const released = JSON.parse(await readFile(new URL(`${version}.json`, folder), 'utf8')) as Release
  expect(await breaks(released, await presentContract())).toEqual([])
})

test('the newest release is no newer than the contract, and has another version if it is another one', async () => {
  const present = await presentContract()
  const [newest] = releases.sort((one, other) => (isNewer(one, other) ? -1 : 1))
  const version = String(present.openapi['info'].version)
  expect(isNewer(newest!, version)).toBe(false)
  const released = await readFile(new URL(`${newest}.json`, folder), 'utf8')
  if (newest === version) expect(released).toBe(`${JSON.stringify(present)}\n`)
})

const isNewer = (one: string, other: string) => one.localeCompare(other, 'en', { numeric: true }) > 0

type Changes = Record<string, (schema: Node) => unknown>

const event: Node = {
  type: 'object',
  additionalProperties: false,
  required: ['kind', 'occurredOn'],
  properties: {
    kind: { type: 'string', enum: ['a', 'b'] },
    occurredOn: { type: 'string', format: 'date' },
    name: { type: 'string', maxLength: 20, pattern: '^[a-z]+$' },
    count: { type: 'integer', minimum: 0, maximum: 9 },
    ended: { type: ['string', 'null'] },
    list: { type: 'array', maxItems: 5, items: { type: 'string' } },
    inner: { type: 'object', additionalProperties: false, properties: { deep: { type: 'string' } } },
  },
}
const allowedInEvents: Changes = {
  'another optional property': ({ properties }) => (properties.more = { type: 'string' }),
  'another optional property inside': ({ properties }) => (properties.inner.properties.more = { type: 'string' }),
  'another order': (schema) =>
    (schema['properties'] = Object.fromEntries(Object.entries(schema['properties']).reverse())),
  'another description': (schema) => (schema['description'] = 'Better said.'),
}
const forbiddenInEvents: Changes = {
  'another required property': ({ properties, required }) => {
    properties.more = { type: 'string' }
    required.push('more')
  },
  'an optional property that becomes required': ({ required }) => required.push('name'),
  'a required property that becomes optional': ({ required }) => required.pop(),
  'an optional property that goes': ({ properties }) => delete properties.name,
  'a required property that goes': ({ properties, required }) => {
    delete properties.occurredOn
    required.pop()
  },
  'a property inside that goes': ({ properties }) => delete properties.inner.properties.deep,
  'another type': ({ properties }) => (properties.count.type = 'string'),
  'null added': ({ properties }) => (properties.name.type = ['string', 'null']),
  'null removed': ({ properties }) => (properties.ended.type = 'string'),
  'a value added to an enum': ({ properties }) => properties.kind.enum.push('c'),
  'a value removed from an enum': ({ properties }) => properties.kind.enum.pop(),
  'an enum where there was none': ({ properties }) => (properties.name.enum = ['a']),
  'a limit raised': ({ properties }) => (properties.name.maxLength = 30),
  'a limit lowered': ({ properties }) => (properties.name.maxLength = 10),
  'a limit of a list lowered': ({ properties }) => (properties.list.maxItems = 4),
  'a limit of a number taken away': ({ properties }) => delete properties.count.maximum,
  'another pattern': ({ properties }) => (properties.name.pattern = '^[A-Z]+$'),
  'a format taken away': ({ properties }) => delete properties.occurredOn.format,
  'opening what was closed': (schema) => delete schema['additionalProperties'],
}

describe('an event of one version', () => {
  const all = Object.entries({ ...allowedInEvents, ...forbiddenInEvents })
  let found: string[]
  beforeAll(async () => {
    const before = Object.fromEntries(all.map((_, at) => [`case/Event${at}x.v1`, event]))
    const after = all.map(([, change], at) => {
      const schema = structuredClone(event)
      change(schema)
      return [`case/Event${at}x.v1`, schema] as const
    })
    const more = { 'case/Added.v1': event }
    found = await breaks(
      releaseOf({ events: before }),
      releaseOf({ events: { ...Object.fromEntries(after), ...more } }),
    )
  })
  const foundIn = (name: string) => {
    const at = all.findIndex(([one]) => one === name)
    return found.filter((one) => one.startsWith(`/events/case/Event${at}x.v1 `))
  }

  test.each(Object.keys(allowedInEvents))('may change by %s', (name) => expect(foundIn(name)).toEqual([]))
  test.each(Object.keys(forbiddenInEvents))('may not change by %s', (name) => expect(foundIn(name)).not.toEqual([]))
  test('may stand beside another one', () => expect(found.filter((one) => one.includes('Added'))).toEqual([]))
  test('may not go, nor may its earlier version', async () => {
    expect(await breaks(releaseOf({ events: { 'case/CaseOpened.v1': event } }), releaseOf({}))).toEqual([
      '/events/case/CaseOpened.v1: Path `/events/case/CaseOpened.v1` was removed.',
    ])
  })
})

const openEvent = { ...structuredClone(event), additionalProperties: true }
const operation: Node = {
  operationId: 'openCase',
  'x-roles': ['contractor', 'funder'],
  parameters: [{ name: 'status', in: 'query', schema: { type: 'string', enum: ['open', 'closed'] } }],
  requestBody: { required: true, content: { 'application/json': { schema: event } } },
  responses: {
    200: { description: 'It.', content: { 'application/json': { schema: openEvent } } },
  },
}
const bodyOf = (of: Node) => of['requestBody'].content['application/json'].schema
const answerOf = (of: Node) => of['responses'][200].content['application/json'].schema
const allowedInApi: Changes = {
  'taking one more optional field': (of) => (bodyOf(of).properties.more = { type: 'string' }),
  'demanding less': (of) => bodyOf(of).required.pop(),
  'taking more values': (of) => bodyOf(of).properties.kind.enum.push('c'),
  'answering with one more field': (of) => (answerOf(of).properties.more = { type: 'string' }),
  'promising a field that was optional': (of) => answerOf(of).required.push('name'),
  'one more optional parameter': (of) =>
    of['parameters'].push({ name: 'limit', in: 'query', schema: { type: 'integer' } }),
  'one more role': (of) => of['x-roles'].push('operator'),
  'one more refusal': (of) => (of['responses'][422] = { description: 'No.' }),
}
const forbiddenInApi: Changes = {
  'demanding one more field': (of) => bodyOf(of).required.push('name'),
  'taking fewer values': (of) => bodyOf(of).properties.kind.enum.pop(),
  'no longer taking a field': (of) => delete bodyOf(of).properties.name,
  'answering without a field': (of) => delete answerOf(of).properties.name,
  'answering with a field only sometimes': (of) => answerOf(of).required.pop(),
  'answering with another type': (of) => (answerOf(of).properties.count.type = 'string'),
  'one more required parameter': (of) =>
    of['parameters'].push({ name: 'limit', in: 'query', required: true, schema: { type: 'integer' } }),
  'one parameter less': (of) => of['parameters'].pop(),
  'a parameter with fewer values': (of) => of['parameters'][0].schema.enum.pop(),
  'one role less': (of) => of['x-roles'].pop(),
  'another status of success': (of) => {
    of['responses'][201] = of['responses'][200]
    delete of['responses'][200]
  },
}

describe('an operation', () => {
  const all = Object.entries({ ...allowedInApi, ...forbiddenInApi })
  let found: string[]
  beforeAll(async () => {
    const named = (at: number): Node => ({ ...structuredClone(operation), operationId: `openCase${at}x` })
    const pathsOf = (made: (change: Changes[string], at: number) => Node) =>
      Object.fromEntries(all.map(([, change], at) => [`/case${at}x`, { post: made(change, at) }]))
    const before = pathsOf((_, at) => named(at))
    const after = pathsOf((change, at) => {
      const one = named(at)
      change(one)
      return one
    })
    found = await breaks(releaseOf({ paths: before }), releaseOf({ paths: { ...after, '/more': { post: operation } } }))
  })
  const foundIn = (name: string) => {
    const at = all.findIndex(([one]) => one === name)
    return found.filter((one) => one.startsWith(`/case${at}x `) || one.startsWith(`openCase${at}x:`))
  }

  test.each(Object.keys(allowedInApi))('may change by %s', (name) => expect(foundIn(name)).toEqual([]))
  test.each(Object.keys(forbiddenInApi))('may not change by %s', (name) => expect(foundIn(name)).not.toEqual([]))
  test('may come, but not go', async () => {
    expect(found.filter((one) => one.startsWith('/more'))).toEqual([])
    expect(await breaks(releaseOf({ paths: { '/v1/cases': { post: operation } } }), releaseOf({}))).toEqual([
      '/v1/cases: Path `/v1/cases` was removed.',
    ])
  })
})

test('a code of a problem may neither go nor change its status', async () => {
  const before = releaseOf({ problems: { 'id-taken': 409, 'not-found': 404 } })
  expect(await breaks(before, releaseOf({ problems: { 'id-taken': 422, 'new-code': 409 } }))).toEqual([
    'problem id-taken: was answered with 409.',
    'problem not-found: was answered with 404.',
  ])
})

const releaseOf = ({ paths = {}, events = {}, problems = {} }: Partial<Release> & { paths?: Node }): Release => ({
  openapi: { openapi: '3.1.0', info: { title: 'Test', version: '1.0.0' }, paths },
  events,
  problems,
})
