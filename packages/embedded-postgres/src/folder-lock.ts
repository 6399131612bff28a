import * as fs from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { FolderInUse, FolderNotOurs } from './errors.ts'
import { keepOwner, type Folder } from './folder.ts'

/**
 * Holds the folder for this process until `unlock()` or the end of the process, however it ends: the lock is the
 * kernel's, so there is no stale one to clean, no reused process id to mistake for the holder, and it also holds
 * between two containers on one volume, which do not see each other's processes. Node reaches the kernel's file locks
 * only through SQLite. `launcher.pid` beside it is for the message only.
 *
 * Do not open `launcher.lock` elsewhere in this process: closing it there would drop the lock.
 */
export const lockFolder = (folder: Folder): (() => void) => {
  const pidFile = join(folder.path, 'launcher.pid')
  const lock = openLock(folder, pidFile)
  fs.writeFileSync(pidFile, `${process.pid}\n`)
  keepOwner(folder, pidFile)
  return () => {
    if (!lock.isOpen) return
    fs.rmSync(pidFile, { force: true })
    lock.close()
  }
}

const openLock = (folder: Folder, pidFile: string) => {
  const file = join(folder.path, 'launcher.lock')
  let lock: DatabaseSync | undefined
  try {
    // Two that come at the same moment may turn each other away, unless they try again for a while. Whoever loses
    // after that while also finds the other's name in the pid file.
    lock = new DatabaseSync(file, { timeout: 200 })
    lock.exec('pragma journal_mode = memory; begin exclusive')
  } catch (error) {
    lock?.close()
    const { errcode, message } = error as Error & { errcode?: number }
    throw errcode === busy ? new FolderInUse(folder.path, pidIn(pidFile)) : new FolderNotOurs(folder.path, message)
  }
  keepOwner(folder, file)
  return lock
}

/** SQLITE_BUSY. */
const busy = 5

const pidIn = (file: string) => {
  try {
    return Number(fs.readFileSync(file, 'utf8')) || undefined
  } catch {
    return undefined
  }
}
