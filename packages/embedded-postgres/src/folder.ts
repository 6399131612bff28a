import { accessSync, constants, existsSync, lchownSync, mkdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { accountFor, type Account } from './account.ts'
import { FolderNotOurs } from './errors.ts'

export type Folder = {
  /** Absolute and free of links. */
  path: string
  /** PostgreSQL's own folder inside it; missing until the cluster is made. */
  data: string
  /** Who runs PostgreSQL, where that is not the account we run as. */
  account: Account | undefined
}

/** Makes the folder if need be. */
export const openFolder = (dir: string): Folder => {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new FolderNotOurs(dir, (error as Error).message)
  }
  const path = realpathSync(dir)
  const data = join(path, 'data')
  refuseStrangersData(data)
  return { path, data, account: accountFor(path, data) }
}

/** What root writes into a user's folder stays that user's, who could not replace it otherwise. */
export const keepOwner = (folder: Folder, file: string) => {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(folder.path)
  lchownSync(file, uid, gid)
}

/** PostgreSQL refuses a folder that another account owns, and we could not even read its version. */
const refuseStrangersData = (data: string) => {
  const ours = process.getuid?.()
  if (ours === 0 || !existsSync(data)) return
  const owner = statSync(data).uid
  if (owner !== ours) throw new FolderNotOurs(data, `it belongs to user ${owner}, and we are user ${ours}`)
}
