import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { eventTypesOf, planEvent } from './event.ts'
import { camel, contractOf, kebab, pascal, sourcesOf, Unclear, type Contract, type Plan } from './plan.ts'

type Options = { records?: string | undefined; path?: string | undefined }

/** A transition of a thing that exists: POST /v1/cases/{caseId}/transferral, operation transferCase. */
export function planCommand(root: string, service: string, name: string, options: Options): Plan {
  const contract = contractOf(root, service)
  if (!/^[a-z]+(-[a-z]+)+$/.test(name)) throw new Unclear(`"${name}" is no command: transfer-case, a verb and a noun.`)
  const operation = camel(name)
  const thing = thingOf(contract.document, name)
  const verb = name.slice(0, -kebab(thing.record).length - 1)
  if (operationsOf(contract.document).some((one) => one.operationId === operation))
    throw new Unclear(`The contract of ${service} has ${operation} already.`)
  const sibling = siblingOf(root, service, contract.document, thing)
  const file = join(sibling.folder, `${name}.ts`)
  if (existsSync(join(root, file))) throw new Unclear(`${file} exists.`)

  const event = options.records ?? `${thing.record}${pascal(pastOf(verb))}`
  const known = eventTypesOf(root, service).includes(event)
  const eventPlan = known ? undefined : planEvent(root, service, event, { of: sibling.category })
  const path = `${thing.path}/${options.path ?? verb}`
  const serviceFile = `services/${service}/src/service.ts`
  return {
    files: new Map([
      ...(eventPlan?.files ?? []),
      [file, commandFile({ ...sibling, operation, event, streamId: thing.streamId })],
      [file.replace(/\.ts$/, '.test.ts'), testFile({ ...sibling, name, operation, event, thing })],
    ]),
    changes: [
      {
        file: contract.file,
        text: withOperation(contract.text, { path, operation, name, thing }),
      },
      { file: policyFile, text: withRule(readFileSync(join(root, policyFile), 'utf8'), operation, sibling.operation) },
      {
        file: serviceFile,
        text: withSlice(textOf(root, service, serviceFile), { operation, file, after: sibling.operation }),
      },
    ],
    todo: [
      `${policyFile}: may everybody do it who may do ${sibling.operation}?`,
      `${contract.file}: ${path} ends with the noun of the act (closure, not close); its summary in Chinese; its body`,
      `${file}: refusals first, then "already so" → [], then the event`,
      `${file.replace(/\.ts$/, '.test.ts')}: it fails until the rules are there; one line per rule`,
      ...(eventPlan?.todo ?? []),
    ],
  }
}

/** The record that the name ends with, and where the API shows it. */
function thingOf({ components, paths }: Contract, name: string) {
  const records = Object.entries(components.schemas).filter(([, schema]) => schema['x-id-prefix'])
  const [found] = records
    .filter(([record]) => name.endsWith(`-${kebab(record)}`))
    .sort(([a], [b]) => b.length - a.length)
  if (!found) {
    const known = records.map(([record]) => kebab(record)).join(', ')
    throw new Unclear(`"${name}" ends with none of the things that the service knows: ${known}.`)
  }
  const [record, schema] = found
  const path = Object.keys(paths).find((one) => one.endsWith(`/{${schema['x-param']}}`))
  if (path === undefined) throw new Unclear(`No path of the contract ends with {${schema['x-param']}}.`)
  const ids = [...path.matchAll(/{(\w+)}/g)].map(([, id]) => id!)
  const prefixOf = (id: string) => records.find(([, one]) => one['x-param'] === id)?.[1]['x-id-prefix'] ?? 'xxx'
  return { record, path, streamId: ids[0]!, ids: ids.map((id) => ({ id, prefix: prefixOf(id) })) }
}
type Thing = ReturnType<typeof thingOf>

const operationsOf = ({ paths }: Contract) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  )

/** The last command on the same stream: it shows which aggregate decides, and where the files lie. */
function siblingOf(root: string, service: string, contract: Contract, { path, streamId }: Thing) {
  const sources = sourcesOf(root, service)
  const base = path.slice(0, path.indexOf(`{${streamId}}`) + streamId.length + 2)
  const commands = operationsOf(contract).filter((one) => one.method === 'post' && one.path.startsWith(`${base}/`))
  const own = commands.filter((one) => one.path.startsWith(`${path}/`))
  for (const { operationId } of [...own, ...commands].reverse())
    for (const { file, text } of sources) {
      const aggregate = new RegExp(`(\\w+)\\.command\\('${operationId}'`).exec(text)?.[1]
      const home = sources.find((one) => new RegExp(`export const ${aggregate} = aggregate\\('`).test(one.text))
      if (!aggregate || !home) continue
      const examples = sources.find((one) => one.file === join(dirname(file), 'examples.ts'))
      return {
        aggregate,
        folder: dirname(file),
        home: basename(home.file),
        category: /aggregate\('(\w+)'/.exec(home.text)![1]!,
        operation: operationId,
        example: /export const (\w+) = {\s*type: '/.exec(examples?.text ?? '')?.[1],
      }
    }
  throw new Unclear(`No command on ${base} is written yet; write the first one by hand.`)
}

/** Regular verbs only; for others there is --records. */
const pastOf = (verb: string) => {
  if (/e$/.test(verb)) return `${verb}d`
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ied`
  return /^[^aeiou]*[aeiou][bdgkmnprt]$|(fer|mit|cur|pel)$/.test(verb) ? `${verb}${verb.at(-1)}ed` : `${verb}ed`
}

const textOf = (root: string, service: string, file: string) => {
  const source = sourcesOf(root, service).find((one) => one.file === file)
  if (!source) throw new Unclear(`${file} does not exist.`)
  return source.text
}

function commandFile({
  operation,
  event,
  streamId,
  aggregate,
  home,
}: Record<'operation' | 'event' | 'streamId' | 'aggregate' | 'home', string>) {
  return `import { ${aggregate} } from './${home}'

export const ${operation} = ${aggregate}.command('${operation}', {
  of: ({ path }) => path.${streamId},
  decide: ({ body }) => {
    return [{ type: '${event}', data: { occurredOn: body.occurredOn } }]
  },
})
`
}

function testFile({
  name,
  operation,
  event,
  thing,
  example,
}: {
  name: string
  operation: string
  event: string
  thing: Thing
  example?: string | undefined
}) {
  const ids = thing.ids.map(({ id, prefix }) => `${id}: '${prefix}_01h455vb4pex5vsknk084sn001'`).join(', ')
  return `import { test } from '@jest/globals'
import { given } from '@wushe/testkit'
${example ? `import { ${example} } from './examples.ts'\n` : ''}import { ${operation} } from './${name}.ts'

const input = { path: { ${ids} }, body: { occurredOn: '2026-03-01' } }

// The second half of \`records\` fails until decide sees that it is so already.
test('@TODO a rule of the business, as a sentence', () =>
  given(${example ?? ''})
    .when(${operation}, input)
    .records({ type: '${event}', data: { occurredOn: '2026-03-01' } }))
`
}

type NewOperation = { path: string; operation: string; name: string; thing: Thing }

/** The path goes behind its siblings, the body's schema to the end of the schemas. */
function withOperation(text: string, { path, operation, name, thing }: NewOperation) {
  const body = pascal(name)
  const lines = text.split('\n')
  const own = lines.findLastIndex((line) => line.startsWith(`  ${thing.path}`))
  const pathAt = lines.findIndex((line, at) => at > own && /^( {2})?\S/.test(line))
  const verb = name.slice(0, -kebab(thing.record).length - 1)
  lines.splice(
    pathAt,
    0,
    `  ${path}:`,
    `    post:`,
    `      operationId: ${operation}`,
    `      summary: ${pascal(verb)} ${/^[AEIOU]/.test(thing.record) ? 'an' : 'a'} ${kebab(thing.record).replaceAll('-', ' ')}. @TODO`,
    `      requestBody:`,
    `        required: true`,
    `        content: { application/json: { schema: { $ref: '#/components/schemas/${body}' } } }`,
    `      responses: { '200': { $ref: '#/components/responses/${thing.record}Answer' } }`,
  )
  const schemas = lines.findIndex((line, at) => line === '  schemas:' && at > lines.indexOf('components:'))
  const end = lines.findIndex((line, at) => at > schemas && /^( {2})?\S/.test(line))
  lines.splice(
    end < 0 ? lines.findLastIndex((line) => line !== '') + 1 : end,
    0,
    `    ${body}:`,
    `      type: object`,
    `      required: [occurredOn]`,
    `      properties: { occurredOn: { $ref: 'common.yaml#/components/schemas/Date' } }`,
  )
  return lines.join('\n')
}

const policyFile = 'contracts/policy.yaml'

/** Whoever may do what its sibling does may do it, until somebody says otherwise. */
const withRule = (text: string, operation: string, sibling: string) =>
  text.replace(new RegExp(`^(      - )${sibling}$|(?<=[[ ])${sibling}(?=[,\\]])`, 'm'), (found, item: string) =>
    item ? `${found}\n${item}${operation}` : `${found}, ${operation}`,
  )

/** One import and one name in the table of contents. */
function withSlice(text: string, { operation, file, after }: { operation: string; file: string; after: string }) {
  const lines = text.split('\n')
  const place = lines.findIndex((line) => line === `    ${after},`)
  if (place < 0) throw new Unclear(`service.ts does not list ${after} on a line of its own.`)
  lines.splice(place + 1, 0, `    ${operation},`)
  const local = `./${file.split('/').slice(3).join('/')}`
  const imports = lines.flatMap((line, at) =>
    /^} from|^import /.test(line) ? [{ at, from: /from '(.*)'/.exec(line)?.[1] ?? '' }] : [],
  )
  const before = imports.findLast(({ from }) => !from.startsWith('.') || from < local)
  lines.splice((before?.at ?? -1) + 1, 0, `import { ${operation} } from '${local}'`)
  return lines.join('\n')
}
