// scripts/start.ts as a user starts it: a process of its own, in a process group of its own, on a folder of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startCluster } from '@wushe/embedded-postgres'
import { Client } from 'pg'

export type Ready = {
  url: string
  pid: number
  keys: { operator: string; contractor: string; funder: string }
  sandboxKeys: { operator: string; contractor: string; funder: string }
  demo: { agreementId: string | null }
}
export type Launched = {
  pid: number
  dir: string
  /** What it wrote so far, on both outputs. */
  said: () => string
  /** Waits for ready.json; fails when the process ends first. */
  ready: (ms?: number) => Promise<Ready>
  /** Waits until it has written something that matches. */
  says: (pattern: RegExp, ms?: number) => Promise<RegExpMatchArray>
  /** `group`: as Ctrl-C in a terminal does it, to every process of the group. */
  signal: (signal: NodeJS.Signals, to?: 'process' | 'group') => void
  ended: (ms?: number) => Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

const root = join(import.meta.dirname, '..')
const launched: ChildProcess[] = []
const folders: string[] = []

/** A folder whose path holds what trips a careless program: a blank and other letters. */
export const aFolder = () => {
  const dir = mkdtempSync(join(tmpdir(), 'wushe 五社 '))
  folders.push(dir)
  return dir
}

export function launch(dir: string, ...args: string[]): Launched {
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, ['scripts/start.ts', '--data', dir, '--port', '0', ...args], {
    cwd: root,
    env,
    detached: true,
    // It stops by itself when the test's process is gone.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  launched.push(child)
  let said = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', (text) => (said += text))
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  )
  const running = () => child.exitCode === null && child.signalCode === null
  const until = async <Found>(what: string, ms: number, look: () => Found | undefined | null | false) => {
    const end = Date.now() + ms
    for (;;) {
      const found = look()
      if (found) return found
      if (!running()) throw new Error(`It ended before ${what}:\n${said}`)
      if (Date.now() > end) throw new Error(`No ${what} after ${ms} ms:\n${said}`)
      await pause(10)
    }
  }
  return {
    pid: child.pid!,
    dir,
    said: () => said,
    ready: (ms = 60_000) =>
      until('ready.json', ms, () => readyIn(dir)?.pid === child.pid && readyIn(dir)) as Promise<Ready>,
    says: (pattern, ms = 60_000) => until(String(pattern), ms, () => pattern.exec(said)),
    signal: (signal, to = 'process') => process.kill(to === 'group' ? -child.pid! : child.pid!, signal),
    ended: async (ms = 30_000) => {
      const late = new AbortController()
      const outcome = await Promise.race([exit, pause(ms, undefined, { signal: late.signal }).catch(() => undefined)])
      late.abort()
      if (!outcome) throw new Error(`Still running after ${ms} ms:\n${said}`)
      return outcome
    },
  }
}

export const readyIn = (dir: string): Ready | undefined => {
  const file = join(dir, 'ready.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Ready) : undefined
}

/** The postmaster of the PostgreSQL on this folder, if it runs. */
export function postmasterOf(dir: string): { pid: number; port: number } | undefined {
  const [pid, , , port] = linesOf(join(dir, 'postgres/data/postmaster.pid')).map(Number)
  return pid && port && linesOf(`/proc/${pid}/cmdline`).join().includes(`wushe.folder=${dir}`)
    ? { pid, port }
    : undefined
}

const linesOf = (file: string) => {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}

/** One question to a database of a running product, as PostgreSQL's owner. */
export async function query(dir: string, database: string, text: string, values: unknown[] = []): Promise<any[]> {
  const { postgres: password } = JSON.parse(readFileSync(join(dir, 'secrets.json'), 'utf8')) as { postgres: string }
  const client = new Client({ host: '127.0.0.1', port: postmasterOf(dir)!.port, user: 'wushe', password, database })
  await client.connect()
  try {
    return (await client.query(text, values)).rows
  } finally {
    await client.end()
  }
}

/** As `query`, on a folder where nothing runs: starts its PostgreSQL for as long as it takes. */
export async function postgresAlone(dir: string, work: (ask: (...asked: Asked) => Promise<any[]>) => Promise<unknown>) {
  const { postgres: password } = JSON.parse(readFileSync(join(dir, 'secrets.json'), 'utf8')) as { postgres: string }
  const cluster = await startCluster({ dir: join(dir, 'postgres'), password })
  try {
    await work((...asked) => query(dir, ...asked))
  } finally {
    await cluster.stop()
  }
}
type Asked = [database: string, text: string, values?: unknown[]]

export const databases = ['access', 'case', 'volunteer', 'resources', 'reporting'].map((name) => `wushe_${name}`)

/** For afterAll: nothing that was started outlives the test, and no folder. */
export async function cleanUp() {
  for (const child of launched) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  for (const dir of folders) {
    for (let waited = 0; waited < 10_000 && postmasterOf(dir); waited += 50) {
      if (waited === 5000) process.kill(postmasterOf(dir)!.pid, 'SIGKILL')
      await pause(50)
    }
    rmSync(dir, { recursive: true, force: true, maxRetries: 20 })
  }
}
