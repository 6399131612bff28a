import { closeSync, constants, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { keepOwner, type Folder } from './folder.ts'

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants
const keptBytes = 10_000_000

/** PostgreSQL writes into `postgres.log`; a long one is put aside at the next start, as `postgres.log.1`. */
export const openServerLog = (folder: Folder) => {
  const path = join(folder.path, 'postgres.log')
  if (existsSync(path) && statSync(path).size > keptBytes) renameSync(path, `${path}.1`)
  // In a user's folder, a link planted under this name must not lead root to another file.
  const file = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600)
  keepOwner(folder, path)
  const start = statSync(path).size
  return {
    file,
    close: () => closeSync(file),
    newLines: () => readFileSync(path).subarray(start).toString('utf8').trim(),
  }
}
