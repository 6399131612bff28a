// Schemathesis against the product as it starts: invents requests from the contract, follows its links, and holds every
// answer against it. `npm run fuzz -- --minutes 20`. Without Python or a package index: skipped, exit code 77.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { coverageOf, type Seen } from './coverage.ts'
import { startEmbedded } from './embedded.ts'
import { exampleWorld, type Keys } from './fuzz/example-world.ts'

const fuzz = join(import.meta.dirname, 'fuzz')
const { minutes, seed } = readOptions()

const schemathesis = install()
if (typeof schemathesis !== 'string') {
  console.log(`SKIPPED: fuzz. ${schemathesis.because}`)
  process.exit(77)
}

const dir = mkdtempSync(join(tmpdir(), 'wushe-fuzz-'))
const answers: Seen[] = []
const product = await startEmbedded({ dir, port: 0, requestLog: (line) => answers.push(line) })
try {
  const { keys, refused } = await exampleWorld(product.url, product.keys.operator)
  for (const one of refused) console.log(`Of the examples, this one was refused: ${one}`)
  // One after another would leave no time for the last.
  const asking = { keys, organisations: await Promise.all(Object.values(keys).map(organisationOf)) }
  // The examples take a minute and a half, which nothing bounds, and example-world.test.ts sends them all.
  const phases = minutes < 5 ? 'coverage,fuzzing' : 'examples,coverage,fuzzing'
  const single = await run(schemathesis, asking, phases, 0.6)
  const stateful = await run(schemathesis, asking, 'stateful', 0.4)
  const { lines, serverErrors } = coverageOf(answers)
  console.log([`${answers.length} answers.`, ...lines].join('\n'))
  // scripts/check.ts counts them with those that tests saw; that a refusal was reached, a test has to say.
  const folder = process.env['WUSHE_SEEN']
  if (folder)
    writeFileSync(
      join(folder, 'fuzz.jsonl'),
      [...new Set(answers.map(({ operation, status }) => JSON.stringify({ operation, status })))].join('\n'),
    )
  for (const one of serverErrors) console.log(`A server error: ${one}`)
  process.exitCode = single || stateful || serverErrors.length > 0 ? 1 : 0
} finally {
  await product.stop()
  rmSync(dir, { recursive: true, force: true })
}

/** In a virtual environment of its own, made again when what is pinned changes. */
function install(): string | { because: string } {
  const requirements = join(fuzz, 'requirements.txt')
  const pins = hash('sha256', readFileSync(requirements)).slice(0, 12)
  const home = join(import.meta.dirname, `../.cache/schemathesis-${pins}`)
  const program = join(home, 'bin/schemathesis')
  const complete = join(home, 'complete')
  if (existsSync(complete)) return program
  rmSync(home, { recursive: true, force: true })
  const made = spawnSync('python3', ['-m', 'venv', home], { encoding: 'utf8' })
  if (made.status !== 0)
    return {
      because: `Python 3.10 or newer with its venv module is needed. ${made.stderr || (made.error?.message ?? '')}`,
    }
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', requirements]
  const filled = spawnSync(join(home, 'bin/python'), args, { encoding: 'utf8', timeout: 300_000 })
  if (filled.status !== 0) return { because: `pip could not install ${requirements}. ${filled.stderr}` }
  writeFileSync(complete, '')
  return program
}

async function organisationOf(key: string): Promise<string> {
  const answer = await fetch(`${product.url}/v1/me`, { headers: { Authorization: `Bearer ${key}` } })
  return ((await answer.json()) as { data: { organisation: { id: string } } }).data.organisation.id
}

type Asking = { keys: Keys; organisations: readonly string[] }
function run(program: string, { keys, organisations }: Asking, phases: string, share: number): Promise<number> {
  const args = [
    `--config-file=${join(fuzz, 'schemathesis.toml')}`,
    'run',
    join(import.meta.dirname, '../contracts/generated/openapi.json'),
    `--url=${product.url}`,
    `--phases=${phases}`,
    `--seed=${seed}`,
    `--max-time=${Math.ceil(minutes * 60 * share)}`,
    '--no-color',
  ]
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      // Where it leaves what it remembers.
      cwd: dir,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        SCHEMATHESIS_HOOKS: join(fuzz, 'hooks.py'),
        WUSHE_KEYS: JSON.stringify(keys),
        WUSHE_ORGANISATIONS: JSON.stringify(organisations),
        PYTHONDONTWRITEBYTECODE: '1',
      },
    })
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string', default: '5' } },
    })
    const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
    if (!(minutes > 0 && minutes <= 24 * 60)) throw new Error(`--minutes ${values.minutes} is not a time.`)
    if (!Number.isSafeInteger(seed)) throw new Error(`--seed ${values.seed} is not an integer.`)
    return { minutes, seed }
  } catch (error) {
    console.error(`${(error as Error).message}\n\nnpm run fuzz -- [--minutes N] [--seed N]`)
    process.exit(2)
  }
}
