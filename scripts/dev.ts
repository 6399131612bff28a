// scripts/start that restarts itself on every change; PostgreSQL runs on. Takes the same options.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { watch } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startCluster } from '@wushe/embedded-postgres'
import { secretsOf } from './secrets.ts'

const root = join(import.meta.dirname, '..')
const from = process.env['INIT_CWD'] ?? process.cwd()
const args = ['--from', from, ...process.argv.slice(2)]
const { data } = parseArgs({ args, strict: false, options: { data: { type: 'string' } } }).values
const dir = resolve(from, String(data ?? join(root, '.data')))

const cluster = await startCluster({
  dir: join(dir, 'postgres'),
  password: secretsOf(dir).postgres,
  log: console.error,
})
const postgres = JSON.stringify({ url: cluster.url(), pid: cluster.pid })

let running = start('inherit')
let restarting = Promise.resolve()
let changed: string[] = []
let soon: NodeJS.Timeout | undefined

for (const folder of ['contracts', 'packages', 'services', 'scripts'])
  watch(join(root, folder), { recursive: true }, (_, name) => {
    if (name === null || !concerns(join(folder, name))) return
    changed.push(join(folder, name))
    clearTimeout(soon)
    soon = setTimeout(() => (restarting = restarting.then(restart)), 50)
  })

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    clearTimeout(soon)
    void restarting
      .then(() => end(running, 10_000))
      .then(() => cluster.stop())
      .then(() => process.exit(0))
  })

/** Tests and what the generator writes change nothing that runs. */
function concerns(file: string) {
  return /\.(ts|sql|yaml|json)$/.test(file) && !/node_modules|\.(test|fixture)\.ts$|^contracts\/generated/.test(file)
}

async function restart() {
  const files = [...new Set(changed)]
  if (files.length === 0) return
  changed = []
  const began = performance.now()
  if (files.some((file) => file.startsWith('contracts/'))) {
    const { status } = spawnSync(process.execPath, ['contracts/generate.ts'], { cwd: root, stdio: 'inherit' })
    if (status !== 0) return
  }
  // What was answered is stored; nothing is lost by not waiting long.
  await end(running, 300)
  running = start('ignore')
  running.once('message', () =>
    console.error(`Restarted in ${((performance.now() - began) / 1000).toFixed(2)} s: ${files.join(', ')}`),
  )
}

function start(greeting: 'inherit' | 'ignore'): ChildProcess {
  const child = spawn(process.execPath, ['scripts/start.ts', ...args], {
    cwd: root,
    // A group of its own: Ctrl-C reaches this process first.
    detached: true,
    stdio: ['ignore', greeting, 'inherit', 'ipc'],
    env: {
      ...process.env,
      WUSHE_DEV_POSTGRES: postgres,
      // What did not change is not compiled again: half of a start.
      NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node-compile'),
    },
  })
  child.once('exit', (code) => {
    if (code) console.error('It ended; the next change starts it again.')
  })
  return child
}

async function end(child: ChildProcess, patience: number) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const kill = setTimeout(() => child.kill('SIGKILL'), patience)
  await ended
  clearTimeout(kill)
}
