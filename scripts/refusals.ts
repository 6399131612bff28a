// Writes contracts/generated/refusals.json: which operations answer with which code, where the rules of a service alone
// say so. Read from the code as it stands: an operation can refuse with the codes in its slice and in what that calls.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import problems from '@wushe/contracts/problems.json' with { type: 'json' }

const root = join(import.meta.dirname, '..')
const target = join(root, 'contracts/generated/refusals.json')

type Declaration = { file: string; text: string }
const declarations = new Map<string, Declaration>()
const imports = new Map<string, Map<string, string>>()
for (const file of globSync('services/*/src/**/*.ts', { cwd: root }).filter(isOfTheProduct).sort()) {
  const text = read(file)
  imports.set(file, importsOf(file, text))
  for (const part of text.split(/^(?=(?:export )?(?:async )?(?:const|function) \w+)/m)) {
    const [, name] = /^(?:export )?(?:async )?(?:const|function) (\w+)/.exec(part) ?? []
    if (name) declarations.set(`${file} ${name}`, { file, text: part })
  }
}

const refusals: Record<string, string[]> = {}
for (const [id, { text }] of declarations) {
  const [, operation] = /\b(?:command|query|stream)\(\s*'(\w+)'/.exec(text) ?? []
  if (operation) for (const code of codesFrom(id)) (refusals[code] ??= []).push(operation)
}
// The rights of persons are commands of each kind of persons, made of its name: `approve${name}Erasure`.
const rights = 'packages/slice/src/person-rights.ts'
for (const file of imports.keys())
  for (const [, person] of read(file).matchAll(/\bpersonRights\('(\w+)'/g))
    for (const part of read(rights).split(/(?=\bcommand\(`)/)) {
      const [, before, after] = /^command\(`(\w+)\$\{name\}(\w*)`/.exec(part) ?? []
      if (before) for (const code of codesIn(part)) (refusals[code] ??= []).push(`${before}${person}${after}`)
    }
// What the host refuses too can be the answer of others as well.
const everywhere = globSync('packages/{service-host,slice}/src/**/*.ts', { cwd: root, exclude: [rights] })
for (const file of everywhere.filter(isOfTheProduct)) for (const code of codesIn(read(file))) delete refusals[code]
for (const operations of Object.values(refusals)) operations.sort()
const written = `${JSON.stringify(Object.fromEntries(Object.entries(refusals).sort()), null, 2)}\n`

if (!process.argv.includes('--check')) writeFileSync(target, written)
else if (readFileSync(target, 'utf8') !== written) {
  console.error('contracts/generated/refusals.json is not what the services do. Run: npm run contracts')
  process.exitCode = 1
}

/** The codes in a declaration and in all that it names. */
function codesFrom(id: string, known = new Set<string>()): Set<string> {
  const { file, text } = declarations.get(id)!
  known.add(id)
  const codes = codesIn(text)
  for (const [name] of text.matchAll(/(?<![.\w])[a-zA-Z]\w*/g)) {
    const other = `${imports.get(file)!.get(name) ?? file} ${name}`
    if (declarations.has(other) && !known.has(other)) for (const code of codesFrom(other, known)) codes.add(code)
  }
  return codes
}

function read(file: string) {
  return readFileSync(join(root, file), 'utf8')
}

function codesIn(text: string) {
  return new Set(
    [...text.matchAll(/'([a-z]+(?:-[a-z]+)+)'/g)].map(([, code]) => code!).filter((one) => one in problems),
  )
}

function isOfTheProduct(file: string) {
  return !/\.(test|fixture)\.ts$|examples\.ts$/.test(file)
}

/** Where each name that a file takes from its own service was declared. */
function importsOf(file: string, text: string) {
  const found = [...text.matchAll(/import (?:type )?\{([^}]*)\} from '(\.[^']*)'/g)].flatMap(([, names, path]) =>
    names!.split(',').map((name): [string, string] => [name.trim(), join(dirname(file), path!)]),
  )
  return new Map(found)
}
