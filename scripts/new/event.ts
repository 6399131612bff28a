import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { contractOf, Unclear, words, type Plan } from './plan.ts'

export function planEvent(root: string, service: string, type: string, { of }: { of?: string | undefined }): Plan {
  contractOf(root, service)
  if (!/^([A-Z][a-z]+){2,}$/.test(type))
    throw new Unclear(`"${type}" is no event: CaseTransferred, a noun and what happened to it.`)
  const file = `contracts/events/${service}/${type}.v1.json`
  if (existsSync(join(root, file)))
    throw new Unclear(`${file} exists. What is stored somewhere gets a v2, never a change.`)
  const categories = categoriesOf(root, service)
  const category =
    of ??
    categories
      .filter((name) => type.toLowerCase().startsWith(name))
      .sort(byLength)
      .at(-1)
  if (category === undefined || !categories.includes(category))
    throw new Unclear(`Whose event is ${type}? Say it with --of ${categories.join('|')}.`)
  return {
    files: new Map([[file, schema(type, category)]]),
    changes: [],
    todo: [
      `${file}: the Chinese title, the description, what the event tells beyond its day`,
      `the aggregate of "${category}": what the event changes, in evolve`,
      `the record of "${category}": what the API shows of it, in on`,
      `contracts/CHANGELOG.md: a sentence for those who read events`,
    ],
  }
}

/** The categories of streams that the service has so far. */
const categoriesOf = (root: string, service: string) => [
  ...new Set(
    globSync(`contracts/events/${service}/*.json`, { cwd: root }).map(
      (file) => (JSON.parse(readFileSync(join(root, file), 'utf8')) as { 'x-category': string })['x-category'],
    ),
  ),
]

export const eventTypesOf = (root: string, service: string) =>
  globSync(`contracts/events/${service}/*.json`, { cwd: root }).map((file) => basename(file).split('.')[0]!)

const byLength = (one: string, other: string) => one.length - other.length

const schema = (type: string, category: string) => `${JSON.stringify(
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: type,
    'x-title': { zh: '@TODO', en: words(type) },
    'x-category': category,
    description: '@TODO',
    'x-zh': '@TODO',
    type: 'object',
    additionalProperties: false,
    required: ['occurredOn'],
    properties: {
      occurredOn: { type: 'string', format: 'date' },
      agreementId: { type: 'string', pattern: '^agr_[0-7][0-9a-hjkmnp-tv-z]{25}$' },
      siteId: { type: 'string', pattern: '^sta_[0-7][0-9a-hjkmnp-tv-z]{25}$' },
    },
    examples: [{ occurredOn: '2022-10-08' }],
  },
  null,
  2,
)}
`
