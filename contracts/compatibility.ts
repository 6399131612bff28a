// Would those who build on an earlier contract notice a change? A release is what they were promised; it is kept in
// released/<version>.json and never changes.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

type Node = { [key: string]: any }
export type Release = {
  openapi: Node
  /** `case/CaseOpened.v1` → its JSON Schema. */
  events: Record<string, Node>
  /** Code → status. */
  problems: Record<string, number>
}

/** The contract as it stands, without what is only for reading. */
export const presentContract = async (): Promise<Release> => {
  const events = (await generated('events.json')) as unknown as Node[]
  const problems: Record<string, { status: number }> = await generated('problems.json')
  return {
    openapi: withoutProse(await generated('openapi.json')),
    events: Object.fromEntries(
      events.map(({ service, type, schema, json }) => [`${service}/${type}.v${schema}`, withoutProse(json)]),
    ),
    problems: Object.fromEntries(Object.entries(problems).map(([code, { status }]) => [code, status])),
  }
}

/**
 * Every promise of a release that the present contract breaks, in a sentence each. A request that was understood must
 * be, an answer must hold what it held, an event must be readable by old code and new.
 */
export const breaks = async (released: Release, present: Release): Promise<string[]> => {
  const changes = await differences(released, present)
  const broken = changes.filter(({ impact }) => impact === 'major')
  return [
    ...broken.flatMap(({ path, verdicts }) => verdicts.map(({ message }) => `${placeOf(path)}: ${message}`)),
    ...Object.entries(released.problems).flatMap(([code, status]) =>
      present.problems[code] === status ? [] : [`problem ${code}: was answered with ${status}.`],
    ),
    ...rolesOf(released.openapi).flatMap(({ id, roles }) => {
      const still = rolesOf(present.openapi).find((one) => one.id === id)?.roles ?? roles
      return roles.filter((role) => !still.includes(role)).map((role) => `${id}: was open to ${role}.`)
    }),
  ]
}

type Change = { path: string; impact: 'major' | 'minor' | 'patch'; verdicts: { message: string }[] }

/** As `redocly diff` sees them, which knows that a request may be asked for less and an answer may hold more. */
const differences = async (before: Release, after: Release): Promise<Change[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'wushe-diff-'))
  const file = (name: string) => join(folder, name)
  try {
    await writeFile(file('before.json'), JSON.stringify(asOneDocument(before)))
    await writeFile(file('after.json'), JSON.stringify(asOneDocument(after)))
    const redocly = fileURLToPath(new URL('../node_modules/@redocly/cli/bin/cli.js', import.meta.url))
    const report = ['--format=json', `--output=${file('report.json')}`, '--fail-on=none']
    // Elsewhere than here, as with a redocly.yaml of its own the tool has no opinion on what breaks.
    await promisify(execFile)(process.execPath, [redocly, 'diff', file('before.json'), file('after.json'), ...report], {
      cwd: folder,
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    })
    return (JSON.parse(await readFile(file('report.json'), 'utf8')) as { changes: Change[] }).changes
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * An event is written as an operation that takes it and gives it back: as a request, what was stored stays readable;
 * as an answer, whoever follows the events understands the new ones too.
 */
const asOneDocument = ({ openapi, events }: Release): Node => ({
  ...openapi,
  paths: {
    ...openapi['paths'],
    ...Object.fromEntries(
      Object.entries(events).map(([name, schema]) => {
        const content = { 'application/json': { schema } }
        const responses = { 200: { description: name, content } }
        return [`/events/${name}`, { post: { requestBody: { required: true, content }, responses } }]
      }),
    ),
  },
})

const rolesOf = (openapi: Node) =>
  Object.values<Node>(openapi['paths']).flatMap((methods) =>
    Object.values<Node>(methods).map((one) => ({
      id: one['operationId'] as string,
      roles: (one['x-roles'] ?? []) as string[],
    })),
  )

const placeOf = (pointer: string) =>
  pointer
    .replace(/^#\//, '')
    .replace(/^paths\//, '')
    .replaceAll('/', ' ')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~')

/** Names of properties are no keywords: a property may be called description. */
const withoutProse = (node: any, names = false): any => {
  if (Array.isArray(node)) return node.map((one) => withoutProse(one))
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => names || !(prose.has(key) && isProse(value)))
      .map(([key, value]) => [key, withoutProse(value, !names && (key === 'properties' || key === 'schemas'))]),
  )
}
const prose = new Set(['description', 'summary', 'example', 'examples', 'x-title', 'x-zh', 'tags', 'links'])
const isProse = (value: unknown) => typeof value !== 'boolean'

const generated = async (file: string) =>
  JSON.parse(await readFile(new URL(`generated/${file}`, import.meta.url), 'utf8'))
