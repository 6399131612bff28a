import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Folder } from './folder.ts'

/**
 * Deals with what a killed run left in the folder: a PostgreSQL that still runs is stopped, and a stale pid file made
 * harmless. Call it with the folder locked, so that the PostgreSQL found belongs to nobody living.
 */
export const stopOrphan = async (folder: Folder, log: (line: string) => void) => {
  const pidFile = join(folder.data, 'postmaster.pid')
  const pid = pidIn(pidFile)
  if (pid === undefined) return
  if (runsIn(folder, pid)) log(`Stopping PostgreSQL (process ${pid}) that a killed run left behind`)
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (runsIn(folder, pid)) process.kill(pid, signal)
    for (let waited = 0; waited < 10_000 && runsIn(folder, pid); waited += 20) await sleep(20)
  }
  if (existsSync(pidFile)) claim(pidFile)
}

/** PostgreSQL's last argument says whose it is: to `runsIn`, which recognises it by that, and to people who read `ps`. */
export const folderMark = (folder: Folder) => `wushe.folder=${folder.path}`

const pidIn = (file: string) =>
  existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) || undefined : undefined

const runsIn = (folder: Folder, pid: number) => {
  try {
    const mark = folderMark(folder)
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(mark)
    const command = execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return command.trimEnd().endsWith(` ${mark}`)
  } catch {
    return false
  }
}

/**
 * PostgreSQL believes a pid file whose process id lives, which after a reboot may be anybody's. It knows the pid of its
 * parent, us, for stale. Deleting the file instead would also delete its check that no server process of the killed run
 * is still writing (the shared memory key in the file).
 */
const claim = (pidFile: string) => {
  const [, ...rest] = readFileSync(pidFile, 'utf8').split('\n')
  writeFileSync(pidFile, [process.pid, ...rest].join('\n'))
}
