import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PostgresFailed } from './errors.ts'
import type { Folder } from './folder.ts'
import { folderMark } from './orphan.ts'
import { ended, type Exit, type Programs } from './programs.ts'
import { openServerLog } from './server-log.ts'
import { defaultsOf } from './settings.ts'

export type Postmaster = { port: number; pid: number; stop(): Promise<void>; exited: Promise<Exit> }
type Settings = Record<string, string | number>
type Asked = { settings?: Settings; log?: (line: string) => void; choosePort?: () => Promise<number> }

/** Resolves when PostgreSQL takes connections; after a crash that is when it has replayed its write-ahead log. */
export const startPostmaster = async (folder: Folder, programs: Programs, asked: Asked = {}): Promise<Postmaster> => {
  const { settings = {}, log = () => {}, choosePort = freePort } = asked
  for (let attempt = 1; ; attempt++) {
    const port = await choosePort()
    const serverLog = openServerLog(folder)
    const stdio = ['ignore' as const, serverLog.file, serverLog.file]
    const child = programs.run('postgres', folder.data, parameters(folder, port, settings), stdio)
    serverLog.close()
    const exited = ended(child)
    const outcome = await readyOrExited(folder, child, exited, log)
    if (outcome === 'ready') {
      // A program that forgets to stop its cluster may still end; PostgreSQL then ends too (see the guard).
      child.unref()
      return { port, pid: child.pid!, exited, stop: stopping(child, exited) }
    }
    const words = serverLog.newLines()
    if (attempt === attempts || !passing.test(words)) {
      throw new PostgresFailed(
        `PostgreSQL ended with ${outcome.signal ?? `code ${outcome.code}`} instead of starting. Its last words:\n${words}`,
      )
    }
    await sleep(attempt * 50)
  }
}

/** Another program took the port meanwhile; or a server process of a killed postmaster has not ended yet. */
const passing = /could not create any TCP\/IP sockets|pre-existing shared memory block/
const attempts = 15

const parameters = (folder: Folder, port: number, settings: Settings) => {
  const all = { ...defaultsOf(folder), ...settings, listen_addresses: '127.0.0.1', port, unix_socket_directories: '' }
  const assignments = Object.entries(all).map(([name, value]) => `${name}=${value}`)
  return [...assignments, folderMark(folder)].flatMap((assignment) => ['-c', assignment])
}

/** Of 127.0.0.1; nothing keeps it from being taken by somebody else until it is used. */
export const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

/** PostgreSQL writes its state into the pid file. A file of a killed run names another pid. */
const readyOrExited = async (
  folder: Folder,
  child: ChildProcess,
  exited: Promise<Exit>,
  log: (line: string) => void,
) => {
  const patience = setTimeout(() => log('PostgreSQL is recovering from an interrupted run; nothing is lost'), 3000)
  try {
    while (child.pid && child.exitCode === null && child.signalCode === null) {
      const [pid, , , , , , , state] = pidFile(folder)
      if (Number(pid) === child.pid && state?.trim() === 'ready') return 'ready' as const
      await sleep(10)
    }
    return await exited
  } finally {
    clearTimeout(patience)
  }
}

const pidFile = (folder: Folder) => {
  try {
    return readFileSync(join(folder.data, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return []
  }
}

/** SIGINT is PostgreSQL's fast shutdown; SIGQUIT the immediate one, after which the next start replays the log. */
const stopping = (child: ChildProcess, exited: Promise<Exit>) => {
  let stopped: Promise<void> | undefined
  const stop = async () => {
    child.ref()
    child.kill('SIGINT')
    const impatience = setTimeout(() => child.kill('SIGQUIT'), 10_000)
    await exited
    clearTimeout(impatience)
  }
  return () => (stopped ??= stop())
}
