// What can be asked of what is shown: its past, and parts of it.
import { type Document, type Operation, ref } from './document.ts'

/** Does the operation answer with one record, or with a page of them? */
export const shownBy = (operation: Operation, schemas: Record<string, any>) => {
  const [, name, form] = answerNameOf(operation)
  return name && schemas[name]?.['x-id-prefix'] ? (form as 'Answer' | 'Page') : undefined
}

export const nameShownBy = (operation: Operation) => answerNameOf(operation)[1]!

const answerNameOf = ({ responses }: Operation) => /(\w+)(Answer|Page)"/.exec(JSON.stringify(responses)) ?? []

/** What can be read of a record's past: each record that has an address of its own has it. */
export const pastOf = (paths: Document['paths'], schemas: Record<string, any>): Document['paths'] =>
  Object.fromEntries(
    Object.entries(paths).flatMap(([path, { get }]) => {
      if (!get || shownBy(get, schemas) !== 'Answer') return []
      const { operationId, responses } = get
      const version = (name: string, place: string, description: string) => ({
        ...{
          name,
          in: place,
          required: true,
          description,
          schema: { type: 'integer', minimum: 1, maximum: 1_000_000 },
        },
      })
      return [
        [
          `${path}/versions/{version}`,
          {
            get: {
              ...{ operationId: `${operationId}Version`, 'x-built-in': 'version', 'x-past-of': operationId },
              summary: 'As it stood in one of its versions. 历史版本',
              parameters: [version('version', 'path', 'The version, or the last one before it.')],
              responses,
            },
          },
        ],
        [
          `${path}/diff`,
          {
            get: {
              ...{ operationId: `${operationId}Diff`, 'x-built-in': 'diff', 'x-past-of': operationId },
              summary: 'What changed from one version to another. 版本差异',
              parameters: [version('from', 'query', 'The earlier version.'), version('to', 'query', 'The later one.')],
              responses: { '200': ref('responses', 'Diff') },
            },
          },
        ],
      ]
    }),
  )

export const fieldsOf = (record: string) => `${record}Fields`

/** Of a record's properties, and of the parts of those that have any, those that an answer is to show. */
export const fieldsParameter = (record: any, schemas: Record<string, any>) => ({
  ...{ name: 'fields', in: 'query', style: 'form', explode: false },
  description:
    'Only these properties, with commas, and always `id`, `version` and `masked`; the answer has a media type of its own. 只取所列字段。',
  schema: {
    type: 'array',
    ...{ minItems: 1, maxItems: 100 },
    items: {
      type: 'string',
      enum: Object.entries(propertiesOf(record, schemas)).flatMap(([name, one]) => [
        name,
        ...Object.keys(propertiesOf(one, schemas)).map((part) => `${name}.${part}`),
      ]),
    },
  },
})

const propertiesOf = ({ $ref, allOf = [], properties = {} }: any, schemas: Record<string, any>): Record<string, any> =>
  $ref
    ? propertiesOf(schemas[$ref.split('/').at(-1)], schemas)
    : Object.assign({}, ...allOf.map((one: any) => propertiesOf(one, schemas)), properties)

/** Does it read one thing that may be a person's, or stand in a person's record? */
export const opensPersons = ({ responses }: Operation, access: { 'x-access'?: string }) =>
  access['x-access'] === 'read-facts' && /(Answer|Diff|History)"/.test(JSON.stringify(responses))
