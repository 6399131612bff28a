// Writes the beginning of a command or an event, with every line that belongs elsewhere, and says what is missing.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { planCommand } from './new/command.ts'
import { planEvent } from './new/event.ts'
import { Unclear, type Plan } from './new/plan.ts'

const root = join(import.meta.dirname, '..')
const usage = `npm run new -- command <service> <verb-noun> [--records EventType] [--path noun-of-the-act]
npm run new -- event <service> <EventType> [--of category]

  npm run new -- command case transfer-case --path transferral
  npm run new -- event case CaseTransferred`

const plan = makePlan()
for (const [file, text] of plan.files) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
  console.log(`wrote    ${file}`)
}
for (const { file, text } of plan.changes) {
  writeFileSync(join(root, file), text)
  console.log(`changed  ${file}`)
}
const touched = [...plan.files.keys(), ...plan.changes.map(({ file }) => file)]
run('node_modules/prettier/bin/prettier.cjs', '--write', '--log-level', 'warn', ...touched)
const generating = run('contracts/generate.ts')
if (generating.status !== 0) fail(generating.stderr)
console.log('ran      contracts/generate.ts')

const complaints = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json'], {
  cwd: root,
  encoding: 'utf8',
})
console.log(`\nWhat the compiler still misses:\n${indented(complaints.stdout.trim() || 'nothing')}`)
console.log(`\nWhat is yours to write:\n${indented(plan.todo.join('\n'))}`)

function makePlan(): Plan {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { records: { type: 'string' }, path: { type: 'string' }, of: { type: 'string' } },
    })
    const [kind, service, name, ...more] = positionals
    if (service === undefined || name === undefined || more.length)
      throw new Unclear('A kind, a service and a name, please.')
    if (kind === 'command') return planCommand(root, service, name, values)
    if (kind === 'event') return planEvent(root, service, name, values)
    throw new Unclear(`There is no template for "${kind}".`)
  } catch (error) {
    if (error instanceof Unclear || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS'))
      return fail(`${(error as Error).message}\n\n${usage}`)
    throw error
  }
}

function run(program: string, ...args: string[]) {
  return spawnSync(process.execPath, [join(root, program), ...args], { cwd: root, encoding: 'utf8' })
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}

function indented(text: string) {
  return text.replaceAll(/^/gm, '  ')
}
