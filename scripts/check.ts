// Runs every check and counts them: each of jest's tests, and one for each other check. scripts/test calls it.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { coverageOf, type Seen } from './coverage.ts'

const root = join(import.meta.dirname, '..')

/** Turbo remembers what passed, until something that the check reads changes. */
const quick = [
  { name: 'contracts', task: 'contracts:check', says: 'the generated files are what the documents say' },
  { name: 'openapi', task: 'contracts:lint', says: 'the served document is good OpenAPI' },
  { name: 'types', task: 'types', says: 'the types fit' },
  { name: 'format', task: 'format', says: 'prettier would change nothing' },
  { name: 'unused', task: 'unused', says: 'no file, export or dependency is unused' },
  { name: 'lint', task: 'lint', says: 'no rule of eslint.config.js is broken' },
]
const names = [...quick.map(({ name }) => name), 'tests', 'fuzz', 'coverage']

type Result = {
  passed: number
  failed: number
  skipped: readonly string[]
  output: string
  remembered?: boolean
  notes?: string[]
}

const { only, patterns } = readOptions()
const started = performance.now()
const results: Result[] = []
/** Where tests note which answers they saw. */
const seenFolder = mkdtempSync(join(tmpdir(), 'wushe-seen-'))

// Tests wait a lot, for what was killed or is slow on purpose; meanwhile the other checks are made.
await Promise.all([
  only.includes('tests') && report('tests', `jest ${patterns.join(' ')}`, () => runTests(patterns)),
  sideBySide(
    only.includes('tests') ? 1 : 2,
    quick.filter(({ name }) => only.includes(name)),
    async ({ name, task, says }) => report(name, says, () => runTask(task)),
  ).then(async () => {
    if (only.includes('fuzz') && patterns.length === 0)
      await report('fuzz', 'no invented request is answered otherwise than the contract says', runFuzz)
  }),
])
// Of what all tests saw; of some of them it would say nothing.
if (only.includes('coverage') && only.includes('tests') && patterns.length === 0)
  await report('coverage', 'every operation succeeds and every code is reached in some test', async () => countSeen())
rmSync(seenFolder, { recursive: true, force: true })

const sum = (part: (result: Result) => number) => results.reduce((total, result) => total + part(result), 0)
const [passed, failed, skipped] = [sum((one) => one.passed), sum((one) => one.failed), sum((one) => one.skipped.length)]
for (const name of results.flatMap((one) => one.skipped)) console.log(`SKIPPED: ${name}`)
console.log(`\n${seconds(started)} in all.`)
console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { only: { type: 'string', multiple: true }, help: { type: 'boolean', short: 'h' } },
    })
    const chosen = values.only?.flatMap((list) => list.split(',')) ?? names
    const unknown = chosen.find((name) => !names.includes(name))
    if (unknown !== undefined) throw new Error(`There is no check "${unknown}".`)
    if (!values.help) return { only: chosen, patterns: positionals }
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 2
  }
  console.error(`scripts/test [--only ${names.join('|')}] [patterns of test files]`)
  process.exit()
}

async function report(name: string, says: string, run: () => Promise<Result>) {
  const began = performance.now()
  const result = await run()
  results.push(result)
  const mark = result.failed ? '✗' : '✓'
  console.log(
    `${mark} ${name.padEnd(10)} ${seconds(began).padStart(7)}  ${says}${result.remembered ? ' (as before)' : ''}`,
  )
  for (const note of result.notes ?? []) console.log(`             ${note}`)
  if (result.failed) console.log(result.output.replaceAll(/^/gm, '    '))
}

async function runTask(task: string): Promise<Result> {
  const { code, output } = await execute('turbo', [
    'run',
    task,
    '--output-logs=new-only',
    '--log-prefix=none',
    '--ui=stream',
  ])
  const remembered = output.includes('FULL TURBO')
  return {
    passed: code === 0 ? 1 : 0,
    failed: code === 0 ? 0 : 1,
    skipped: [],
    output: withoutTurbo(output),
    remembered,
  }
}

/** What turbo says of itself is no part of what the check says. */
function withoutTurbo(output: string) {
  const its =
    /^(.* • |cache miss, executing| *Tasks: | *Cached: | *Time: |Failed: |\/\/#.* ERROR | ERROR +run failed|> ).*\n/gm
  return output
    .replaceAll(its, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}

type JestResult = {
  numPassedTests: number
  numFailedTests: number
  numTotalTests: number
  numRuntimeErrorTestSuites: number
  testResults: { message: string; name: string; assertionResults: { status: string; fullName: string }[] }[]
}

async function runTests(which: readonly string[]): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'wushe-check-'))
  const file = join(folder, 'jest.json')
  let files = 0
  const progress = setInterval(() => console.log(`… tests: ${files} files done`), 30_000)
  const { output } = await execute(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules/jest/bin/jest.js'),
      '--json',
      '--outputFile',
      file,
      ...which,
    ],
    (text) => (files += text.match(/^(PASS|FAIL) /gm)?.length ?? 0),
  )
  clearInterval(progress)
  try {
    return countTests(JSON.parse(readFileSync(file, 'utf8')) as JestResult)
  } catch {
    return { passed: 0, failed: 1, skipped: [], output: `jest gave no result.\n${output}` }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A test file that could not be run counts as one failure, and so does a run without any test. */
function countTests(jest: JestResult): Result {
  const skipped = jest.testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ status, fullName }) =>
      ['pending', 'todo', 'skipped'].includes(status) ? [fullName] : [],
    ),
  )
  const none = jest.numTotalTests === 0 && jest.numRuntimeErrorTestSuites === 0
  return {
    passed: jest.numPassedTests,
    failed: jest.numFailedTests + jest.numRuntimeErrorTestSuites + (none ? 1 : 0),
    skipped,
    output: none
      ? 'No test ran.'
      : jest.testResults
          .map(({ message }) => message)
          .join('\n')
          .trim(),
  }
}

async function runFuzz(): Promise<Result> {
  const { code, output } = await execute(process.execPath, [join(root, 'scripts/fuzz.ts'), '--minutes', '0.75'])
  const skipped = code === 77 ? [/^SKIPPED: (.*)$/m.exec(output)?.[1] ?? 'fuzz'] : []
  const failed = code === 0 || code === 77 ? 0 : 1
  // How far it came in its time: on a slow machine not far.
  const notes = /^\d+ answers\.$[^]*/m.exec(output)?.[0].trim().split('\n') ?? []
  return { passed: code === 0 ? 1 : 0, failed, skipped, output, notes }
}

/** What the tests and the fuzz saw of the contract. A refusal counts where a test saw it. */
function countSeen(): Result {
  const seen = readdirSync(seenFolder).flatMap((file) =>
    readFileSync(join(seenFolder, file), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Seen),
  )
  const { lines, unreached, neverSucceeded } = coverageOf(seen)
  const output = [
    ...unreached.map((code) => `No test reaches ${code}.`),
    ...neverSucceeded.map((operation) => `In no test does ${operation} succeed.`),
  ]
  const failed = output.length > 0 ? 1 : 0
  return { passed: 1 - failed, failed, skipped: [], output: output.join('\n'), notes: lines }
}

function execute(program: string, args: readonly string[], onText: (text: string) => void = () => {}) {
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A test that leaves something open would keep jest waiting for ever.
      timeout: 20 * 60_000,
      env: {
        ...process.env,
        WUSHE_SEEN: seenFolder,
        TURBO_TELEMETRY_DISABLED: '1',
        TURBO_NO_UPDATE_NOTIFIER: '1',
        DO_NOT_TRACK: '1',
      },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        onText(text)
      })
    child.on('error', (error) => resolve({ code: null, output: output + error.message }))
    child.on('close', (code) => resolve({ code, output }))
  })
}

async function sideBySide<Item>(lanes: number, items: readonly Item[], work: (item: Item) => Promise<void>) {
  const waiting = [...items]
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let item = waiting.shift(); item; item = waiting.shift()) await work(item)
    }),
  )
}

function seconds(since: number) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}
