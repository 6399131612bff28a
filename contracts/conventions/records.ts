// What all records have in common: their fields, answers, pages, and links to what can be done with them.
import { type Document, idPattern, json, ref } from './document.ts'

const internal = { type: 'string', 'x-classification': 'internal' }

/** A record carries, beside its own fields, what all records have. */
export const recordSchema = ({
  'x-id-prefix': prefix,
  'x-param': _,
  'x-assigned-id': __,
  required = [],
  properties,
  ...rest
}: any) => ({
  ...rest,
  type: 'object',
  'x-id-prefix': prefix,
  required: ['id', 'version', 'orgId', 'recordedAt', 'updatedAt', ...required],
  properties: {
    id: { type: 'string', pattern: idPattern(prefix) },
    version: { type: 'integer', minimum: 1, description: 'The number in the ETag; one more with every event.' },
    orgId: { ...internal, description: 'The organisation that recorded it.' },
    agreementId: internal,
    siteId: internal,
    occurredOn: { type: 'string', format: 'date' },
    recordedAt: { type: 'string', format: 'date-time' },
    updatedAt: { type: 'string', format: 'date-time' },
    masked: { type: 'array', items: ref('schemas', 'Masked') },
    ...properties,
  },
})

export const answersOf = (name: string) => ({
  [`${name}Answer`]: {
    type: 'object',
    required: ['data'],
    properties: {
      data: ref('schemas', name),
      receipt: ref('schemas', 'Receipt'),
      provenance: ref('schemas', 'Provenance'),
      wouldEmit: { type: 'array', items: ref('schemas', 'WouldEmit'), description: 'In place of a receipt: dryRun.' },
      warnings: { type: 'array', items: ref('schemas', 'Warning') },
    },
  },
  [`${name}Page`]: {
    type: 'object',
    required: ['data', 'asOf', 'position'],
    properties: {
      data: { type: 'array', items: ref('schemas', name) },
      nextCursor: internal,
      asOf: { type: 'string', format: 'date-time' },
      position: internal,
    },
  },
})

const headersNamed = (...names: string[]) => Object.fromEntries(names.map((name) => [name, ref('headers', name)]))

export const onEvery = headersNamed('Request-Id', 'API-Version')

const onWrites = ['Idempotent-Replayed', 'Dry-Run', 'Preference-Applied']

export const responsesOf = (name: string, links: object) => ({
  [`${name}Answer`]: {
    description: `The ${name} as it now stands.`,
    headers: headersNamed('ETag', 'Sync-Token', ...onWrites, 'Memento-Datetime', 'Link'),
    content: wholeOrPart(`${name}Answer`, 'PartAnswer'),
  },
  [`${name}Created`]: {
    description: `The ${name} that was made.`,
    headers: headersNamed('ETag', 'Sync-Token', 'Location', ...onWrites),
    ...json(ref('schemas', `${name}Answer`)),
    links,
  },
  [`${name}Page`]: {
    description: `One page of the list.`,
    headers: { ...headersNamed('Link', 'Memento-Datetime'), 'Sync-Token': ref('headers', 'Sync-Token-If-Any') },
    content: wholeOrPart(`${name}Page`, 'PartPage'),
  },
})

/** What was promised of a record holds for whole ones; of whoever asks for `fields` it is known what they know. */
const wholeOrPart = (whole: string, part: string) => ({
  'application/json': { schema: ref('schemas', whole) },
  'application/vnd.wushe.fields+json': { schema: ref('schemas', part) },
})

/** From a record that was made to every operation on it: its id is in the answer, the others in the request. */
export function linksOf(name: string, param: string, paths: Document['paths']) {
  const made = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).some(({ responses }) =>
      (responses['201'] as { $ref?: string })?.$ref?.endsWith(`/${name}Created`),
    )
      ? [`${path}/{${param}}`]
      : [],
  )
  const onIt = Object.entries(paths).filter(([path]) =>
    made.some((its) => path.startsWith(its) && !path.slice(its.length).includes('{')),
  )
  return Object.fromEntries(
    onIt.flatMap(([path, methods]) =>
      Object.values(methods).map(({ operationId, responses }) => [
        operationId,
        {
          operationId,
          parameters: {
            ...Object.fromEntries(
              [...path.matchAll(/{(\w+)}/g)].map(([, id]) => [
                `path.${id}`,
                id === param ? '$response.body#/data/id' : `$request.path.${id}`,
              ]),
            ),
            ...('428' in responses && { 'header.If-Match': '$response.header.ETag' }),
          },
        },
      ]),
    ),
  )
}

/** The body that creates a record (201) may carry the record's id, unless that is always ours to give. */
export const createBodies = (paths: Document['paths'], schemas: Record<string, any>) =>
  Object.values(paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ requestBody, responses }): [string, string][] => {
      const created = (responses['201'] as { $ref?: string } | undefined)?.$ref
        ?.split('/')
        .at(-1)
        ?.replace(/Created$/, '')
      const body = requestBody?.content['application/json']?.schema.$ref.split('/').at(-1)
      const prefix = created && schemas[created]?.['x-id-prefix']
      return body && prefix && !schemas[created]['x-assigned-id'] ? [[body, prefix]] : []
    }),
  )

export const withOwnId = (schema: any, prefix: string) => ({
  ...schema,
  properties: {
    id: { type: 'string', pattern: idPattern(prefix), description: 'Your own id, if you made one offline.' },
    ...schema.properties,
  },
})
