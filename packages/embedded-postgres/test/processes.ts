import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'

/** Open to root alone, when root runs the tests: the hardest case for PostgreSQL under another account. */
export const temporaryFolder = () => {
  const path = mkdtempSync(join(tmpdir(), 'wushe-embedded-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 20 }) }
}

export const query = async (url: string, sql: string) => {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

export const program = fileURLToPath(new URL('run-cluster.ts', import.meta.url))

/** Starts run-cluster.ts in a process group of its own, as another user where one is given. */
export const runCluster = (
  folder: string,
  mode: 'write' | 'hold' | 'forget',
  as: { uid?: number; gid?: number } = {},
) => {
  const child = spawn(process.execPath, [program, folder, mode], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    ...as,
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  /** The next value it prints; undefined when it has ended. */
  const said = async () => {
    const { value, done } = await lines.next()
    return done ? undefined : JSON.parse(value)
  }
  return { pid: child.pid!, said, ended }
}

export const childrenOf = (pid: number) =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child!)

/** A process that has ended, but that its parent has not noticed yet, is not alive. */
export const isAlive = (pid: number) => {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return /^[^Z]/.test(stdout.trim())
}

export const gone = async (pid: number) => {
  while (isAlive(pid)) await sleep(20)
}
